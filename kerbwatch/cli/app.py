"""The ``kerbwatch`` command."""

from __future__ import annotations

import typer

from kerbwatch.cli.accuracy import accuracy
from kerbwatch.cli.cases import cases
from kerbwatch.cli.check import check
from kerbwatch.cli.demo import demo
from kerbwatch.cli.doctor import doctor
from kerbwatch.cli.duty import duty
from kerbwatch.cli.evidence import evidence
from kerbwatch.cli.inbox import inbox
from kerbwatch.cli.lang import Lang, everywhere
from kerbwatch.cli.ledger import ledger
from kerbwatch.cli.models import models
from kerbwatch.cli.mqtt import mqtt
from kerbwatch.cli.notify import notify
from kerbwatch.cli.quarantine import quarantine
from kerbwatch.cli.replay import replay
from kerbwatch.cli.rest import rest
from kerbwatch.cli.run import run
from kerbwatch.cli.scenarios import scenarios
from kerbwatch.cli.serve import serve
from kerbwatch.cli.speak import LANGUAGE, TEXT, say
from kerbwatch.cli.store import store

app = typer.Typer(
    name="kerbwatch",
    help=TEXT("help.app"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("run", help=TEXT("help.run"))(run)
app.command("serve", help=TEXT("help.serve"))(serve)
app.command("check", help=TEXT("help.check"))(check)
app.command("replay", help=TEXT("help.replay"))(replay)
app.command("accuracy", help=TEXT("help.accuracy"))(accuracy)
app.command("duty", help=TEXT("help.duty"))(duty)
app.add_typer(evidence, name="evidence", help=TEXT("help.evidence"))
app.command("inbox", help=TEXT("help.inbox"))(inbox)
app.add_typer(notify, name="notify", help=TEXT("help.notify"))
app.add_typer(cases, name="cases", help=TEXT("help.cases"))
app.add_typer(ledger, name="ledger", help=TEXT("help.ledger"))
app.add_typer(mqtt, name="mqtt", help=TEXT("help.mqtt"))
app.add_typer(rest, name="rest", help=TEXT("help.rest"))
app.command("quarantine", help=TEXT("help.quarantine"))(quarantine)
app.add_typer(models, name="models", help=TEXT("help.models"))
app.add_typer(store, name="store", help=TEXT("help.store"))
app.command("scenarios", help=TEXT("help.scenarios"))(scenarios)
app.command("doctor", help=TEXT("help.doctor"))(doctor)
app.command("demo", help=TEXT("help.demo"))(demo)


def _version(wanted: bool) -> None:
    if wanted:
        from kerbwatch.version import VERSION  # noqa: PLC0415

        say(f"kerbwatch {VERSION}")
        raise typer.Exit


@app.callback()
def _about(
    version: bool = typer.Option(
        False, "--version", help=TEXT("help.version"), callback=_version, is_eager=True
    ),
    lang: Lang = LANGUAGE,  # taken by main, before anything was imported
) -> None:
    """Options of the command as a whole."""


everywhere(app)
