"""Where REST is served, and whose tokens are good there. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from fences.clock import SECOND_NS

SOON_NS = 14 * 86_400 * SECOND_NS
"""So long before a token ends, whoever looks at the configuration is told."""

REST_PORT = 8480
"""Where REST is served if the configuration names no port."""


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """Whose token it is, and the SHA-256 of it in lower-case hexadecimal digits.

    ``end_wall_ns``: from when it is good no more; None: as long as it is in the configuration.
    """

    recipient: str
    sha256: str
    end_wall_ns: int | None = None

    def is_over(self, now_wall_ns: int) -> bool:
        """Whether it was good, and is no more."""
        return self.end_wall_ns is not None and now_wall_ns >= self.end_wall_ns


@dataclass(frozen=True, slots=True)
class RestOptions:
    """``port`` 0 is any free one. ``cert_file`` and ``key_file``: PEM, for TLS; both or none."""

    host: str = "127.0.0.1"
    port: int = REST_PORT
    cert_file: Path | None = None
    key_file: Path | None = None
    tokens: tuple[TokenOptions, ...] = ()

    @property
    def in_the_clear(self) -> bool:
        """Whether tokens cross a network that others may listen on."""
        local = self.host == "localhost" or ip_address(self.host).is_loopback
        return self.cert_file is None and not local

    def ending(self, now_wall_ns: int) -> tuple[TokenOptions, ...]:
        """The tokens that are over, or will be within :data:`SOON_NS`."""
        return tuple(token for token in self.tokens if token.is_over(now_wall_ns + SOON_NS))
