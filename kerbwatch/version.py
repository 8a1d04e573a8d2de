"""The version of this Kerbwatch, told where it is asked for and sent with every status."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("kerbwatch")
"""As installed."""
