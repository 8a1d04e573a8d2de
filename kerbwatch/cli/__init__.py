"""The command line: one module per command, ``app`` puts them together."""

from __future__ import annotations

import os
import sys

from kerbwatch.language import LANGUAGE_VARIABLE, asked_language


def main() -> None:
    """Entry point of the installed command."""
    asked = asked_language(sys.argv[1:])
    if asked is not None:  # before the texts of all commands are read, and for their processes too
        os.environ[LANGUAGE_VARIABLE] = asked.value
    from kerbwatch.cli.app import app  # noqa: PLC0415

    app()
