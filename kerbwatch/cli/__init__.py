"""The command line: one module per command, ``app`` puts them together."""

from __future__ import annotations

from kerbwatch.cli.app import main

__all__ = ["main"]
