"""A PostgreSQL of one's own, from the distribution's package: started, killed, started again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

_FOLDERS = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))[::-1])
_USERS = ("postgres", "nobody")
_START_S = 60
_PASSWORD = "of a test@only/on:loopback"  # noqa: S105  # must survive a URL


class NoPostgresError(RuntimeError):
    """There is no PostgreSQL on this machine; the message says what to install."""


@dataclass
class PostgresServer:
    """Listens on 127.0.0.1 and on a socket in ``folder``; logins need a password (SCRAM).

    ``safe``: commits are synced to the disk, as in service; tests survive without.
    """

    folder: Path
    binaries: Path
    safe: bool = False
    port: int = 0
    _user: str | None = None
    _names: count[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Returns once it takes connections."""
        self._pg_ctl("start", "-w", "-t", str(_START_S), "-l", str(self.folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """``immediate`` is as if it had been killed: it recovers at the next start."""
        self._pg_ctl("stop", "-w", "-m", mode)

    def database(self, options: str = "") -> str:
        """The URL of a new, empty database of a role that may create more of them."""
        name = f"kerbwatch_{next(self._names)}"
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            make = sql.SQL("CREATE DATABASE {} OWNER kerbwatch {}")
            admin.execute(make.format(sql.Identifier(name), sql.SQL(options)))
        return self._address("kerbwatch", name)

    def initialise(self) -> None:
        """Make the cluster, and start it."""
        password = self.folder / "password"
        password.write_text(_PASSWORD + "\n", "utf-8")
        self._give(password)
        self._run(
            "initdb", "-D", str(self._data), "-U", "postgres", "-E", "UTF8", "--no-locale",
            "--auth=scram-sha-256", f"--pwfile={password}", "--no-sync",
        )  # fmt: skip
        self.port = _free_port()
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as config:
            config.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n")
            config.write(f"unix_socket_directories = '{self.folder}'\n")
            config.write("" if self.safe else "fsync = off\n")
        self.start()
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            make = sql.SQL("CREATE ROLE kerbwatch LOGIN CREATEDB PASSWORD {}")
            admin.execute(make.format(sql.Literal(_PASSWORD)))

    def remove(self) -> None:
        """Stop it, if it runs, and leave nothing behind."""
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def admin_url(self) -> str:
        """Of the role that may do everything."""
        return self._address("postgres", "postgres")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _address(self, user: str, name: str) -> str:
        password = _PASSWORD.replace("@", "%40").replace("/", "%2F").replace(":", "%3A")
        return f"postgresql://{user}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{name}"

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        """As another user where we are root, for PostgreSQL refuses to be that."""
        path = shutil.which(program, path=os.pathsep.join([str(self.binaries), *_FOLDERS]))
        assert path is not None
        log = self.folder.with_suffix(".log")
        with log.open("w", encoding="utf-8") as out:
            done = subprocess.run(  # noqa: S603
                [path, *arguments],
                user=self._user,
                extra_groups=None if self._user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                check=False,
            )
        said = log.read_text("utf-8", "replace")
        log.unlink()
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, program, said)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            shutil.chown(path, self._user)


def new_server(*, safe: bool = False) -> PostgresServer:
    """A running server. Raises ``NoPostgresError`` where none is installed."""
    found = shutil.which("initdb", path=os.pathsep.join(_FOLDERS))
    user = next((name for name in _USERS if _known(name)), None) if os.geteuid() == 0 else None
    if found is None or (os.geteuid() == 0 and user is None):
        raise NoPostgresError("needs postgresql: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="kerbwatch-pg-"))
    server = PostgresServer(folder, Path(found).parent, safe, _user=user)
    try:
        server._give(folder)  # noqa: SLF001  # its own maker
        server.initialise()
    except BaseException:
        server.remove()
        raise
    return server


def _known(name: str) -> bool:
    try:
        return pwd.getpwnam(name).pw_uid != 0
    except KeyError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
