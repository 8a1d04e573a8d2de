"""How commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from kerbwatch.language import language_of, texts_of

if TYPE_CHECKING:
    from detector.sources.errors import SourceError

LANGUAGE = language_of(os.environ)
TEXT = texts_of(os.environ)

FAILED = 1
"""Exit status of what ran and failed."""

MISUSED = 2
"""Exit status of bad usage and bad configuration."""


AsJson = Annotated[bool, typer.Option("--json", help=TEXT("help.json"))]


def say(line: str = "") -> None:
    """A line of the result."""
    typer.echo(line)


def note(line: str) -> None:
    """A line about the work, not part of the result."""
    typer.echo(line, err=True)


def say_json(content: object) -> None:
    """The result for machines: one line of JSON."""
    say(json.dumps(content, ensure_ascii=False))


def give_up(message: str, code: int, *, as_json: bool = False, **details: Any) -> NoReturn:
    """Say in one sentence what is wrong, and end."""
    if as_json:
        say_json({"ok": False, "error": message, **details})
    else:
        note(message if code == MISUSED else TEXT("cli.error", message=message))
    raise typer.Exit(code)


@contextmanager
def clear_failures(*, as_json: bool = False) -> Iterator[None]:
    """Turn the errors that people can act on into one sentence and an exit status."""
    from alerts.errors import AlertsError  # noqa: PLC0415
    from detector.engines.errors import ModelError  # noqa: PLC0415
    from detector.sources.errors import SourceError  # noqa: PLC0415
    from kerbwatch.config.problem import ConfigError  # noqa: PLC0415
    from kerbwatch.errors import DataError, RecordError, StartError  # noqa: PLC0415

    try:
        yield
    except ConfigError as error:
        problems = [problem.to_json(LANGUAGE) for problem in error.problems]
        lines = "\n".join(problem.text(LANGUAGE) for problem in error.problems)
        give_up(lines, MISUSED, as_json=as_json, problems=problems)
    except SourceError as error:
        give_up(_source_text(error), FAILED, as_json=as_json)
    except (RecordError, DataError, StartError) as error:
        give_up(TEXT(error.key, **error.values), FAILED, as_json=as_json)
    except ModelError as error:
        give_up(str(error), FAILED, as_json=as_json)
    except AlertsError as error:
        give_up(error.text(LANGUAGE), FAILED, as_json=as_json)
    except BrokenPipeError:
        # the reader has gone, as "| head" does; say no more, not even when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except OSError as error:
        what = {"path": error.filename or "-", "problem": error.strerror or str(error)}
        give_up(TEXT("cli.file", **what), FAILED, as_json=as_json)


def _source_text(error: SourceError) -> str:
    from alerts.texts import load_texts  # noqa: PLC0415

    fault = load_texts("detector.sources", LANGUAGE)(f"fault.{error.fault}")
    return f"{error.where}: {fault.rstrip('.。')} ({error.what}; {error.remedy})"
