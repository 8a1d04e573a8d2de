"""How long a database is waited for, and the options by which a connection says what it does."""

from __future__ import annotations

LOCK_S = 10
"""How long a connection waits for another one that is writing."""

STATEMENT_S = 30
"""How long one statement may take at a server; migrations may take longer."""

CONNECT_S = 5
"""How long a server may take to answer a new connection."""

SILENCE_S = 20
"""How long a server may acknowledge nothing before the line counts as lost."""

IMMEDIATE = "kerbwatch_immediate"
"""Execution option of a connection that is going to write."""

IN_ORDER = "kerbwatch_in_order"
"""Execution option of a connection whose rows must be numbered in the order of the commits."""

ONE_MOMENT = "kerbwatch_one_moment"
"""Execution option of a connection that reads several times what was true at one moment."""
