"""Where the service keeps its cases: a file, or a real PostgreSQL that can be killed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.postgres import PostgresServer, new_server


@dataclass
class Place:
    """``kind`` is sqlite or postgresql. Raises ``NoPostgresError`` where there is none."""

    kind: str
    folder: Path
    url: str = field(init=False)
    server: PostgresServer | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.url = f"sqlite:///{self.folder / 'kerbwatch.db'}"
        if self.kind == "postgresql":
            self.server = new_server(safe=True)
            self.url = self.server.database()

    def kill(self) -> None:
        """As by a power cut: it recovers at the next start."""
        if self.server is not None:
            self.server.stop("immediate")

    def start(self) -> None:
        """Returns once it takes connections."""
        if self.server is not None:
            self.server.start()

    def remove(self) -> None:
        """Leave nothing behind; a file stays in its folder."""
        if self.server is not None:
            self.server.remove()
