"""Where REST is served, and whose tokens are good there. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

REST_PORT = 8480
"""Where REST is served if the configuration names no port."""


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """Whose token it is, and the SHA-256 of it in lower-case hexadecimal digits."""

    recipient: str
    sha256: str


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
