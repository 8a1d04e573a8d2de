"""How a camera on the network is reached, as far as somebody may choose."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import certifi


class Transport(StrEnum):
    """What carries RTSP's pictures. ``auto``: TCP, and UDP where the camera refuses TCP."""

    AUTO = "auto"
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True)
class Access:
    """``ca_file``: certificates to trust instead of the system's.

    ``insecure_tls`` trusts every certificate: whoever sits between can read and replace all.
    """

    transport: Transport = Transport.AUTO
    ca_file: Path | None = None
    insecure_tls: bool = False

    @property
    def trusted(self) -> Path:
        """The file of certificates that a camera's must be signed with."""
        return self.ca_file or Path(ssl.get_default_verify_paths().cafile or certifi.where())

    def context(self) -> ssl.SSLContext:
        """The same for Python's own TLS. Raises ``OSError`` if the file cannot be read."""
        context = ssl.create_default_context(cafile=self.trusted)
        if self.insecure_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
