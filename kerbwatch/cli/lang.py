"""``--lang``: defined once, and an option of every command."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from alerts.texts import Language
from kerbwatch.cli.speak import LANGUAGE, TEXT
from kerbwatch.language import OPTION

Lang = Annotated[Language, typer.Option(OPTION, help=TEXT("help.lang"))]
"""Of a command that wants to know it; all others have it too, see :func:`everywhere`."""


class Speaking(TyperCommand):
    """A command with ``--lang``.

    Its value has been taken before any command was there, see ``kerbwatch.cli.main``; here it is
    checked, shown in the help, and not handed on.
    """

    def __init__(self, *args: Any, params: list[Any], **more: Any) -> None:
        if all(one.name != "lang" for one in params):
            params = [*params, _option()]
        super().__init__(*args, params=params, **more)


def everywhere(app: typer.Typer) -> None:
    """Give the option to all commands of an application, those of its groups among them."""
    for command in app.registered_commands:
        command.cls = Speaking
    for group in app.registered_groups:
        if group.typer_instance is not None:
            everywhere(group.typer_instance)


def _option() -> Any:
    """As Typer makes it of a function that has nothing else."""

    def asks(lang: Lang = LANGUAGE) -> None:
        """Never called."""

    asking = typer.Typer(add_completion=False)
    asking.command()(asks)
    made = next(it for it in typer.main.get_command(asking).params if it.name == "lang")
    made.expose_value = False
    return made
