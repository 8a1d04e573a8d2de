"""Tokens: made once, known by their hash alone, and who is let in with one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Sequence

import structlog

from fences.clock import SECOND_NS, Clock
from kerbwatch.rest.options import TokenOptions

PREFIX = "kw_"
"""Of every token, so that programs that look for secrets in files know one."""

MAX_FAILURES = 30
"""Tokens that are wrong, of all callers within a minute; more are refused unlooked at."""

WINDOW_NS = 60 * SECOND_NS

_MAX_LENGTH = 200

_log = structlog.get_logger(__name__)


def new_token() -> str:
    """A token of 256 bits that nobody can guess; whoever makes one shows it once."""
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


def sha256_of(token: str) -> str:
    """What is kept of a token. It is random, so that a salt or a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class Doorkeeper:
    """Knows whose a token is. Safe to call from many threads; no token is kept or logged."""

    def __init__(self, tokens: Sequence[TokenOptions], clock: Clock) -> None:
        self._tokens = tuple((bytes.fromhex(it.sha256), it) for it in tokens)
        self._clock = clock
        self._lock = threading.Lock()
        self._since_ns = clock.monotonic_ns()
        self._failures = 0
        self._over: set[TokenOptions] = set()

    def known(self, token: str) -> TokenOptions | None:
        """Whose this token is, which may be over; None: nobody's.

        Every hash is compared, and in constant time: how long it takes tells nothing.
        """
        if len(token) > _MAX_LENGTH:
            return None
        given = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        found: TokenOptions | None = None
        for digest, options in self._tokens:
            if hmac.compare_digest(given, digest):
                found = options
        return found

    def ended(self, token: TokenOptions) -> int | None:
        """Since when it is good no more; None: it is.

        One line in the log tells the first time that it is used all the same.
        """
        if not token.is_over(self._clock.wall_ns()):
            return None
        with self._lock:
            is_new = token not in self._over
            self._over.add(token)
        if is_new:
            _log.warning("token_expired", recipient=token.recipient, sha256=token.sha256[:8])
        return token.end_wall_ns

    def failed(self, client: str) -> int | None:
        """Note a wrong token; seconds to wait where there are too many, None where not.

        One line in the log a minute at most. Good tokens are let in all the same: else whoever
        sends bad ones from behind the same proxy would shut everybody out.
        """
        with self._lock:
            now_ns = self._clock.monotonic_ns()
            if now_ns - self._since_ns >= WINDOW_NS:
                self._since_ns, self._failures = now_ns, 0
            self._failures += 1
            if self._failures == 1:
                _log.warning("token_refused", client=client)
            if self._failures <= MAX_FAILURES:
                return None
            return max(1, (self._since_ns + WINDOW_NS - now_ns) // SECOND_NS)
