"""Copies of a store in one file each, with their sums beside them in the form of ``sha256sum``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from alerts.errors import StoreError

_NEWEST = (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
_PROGRAMS = os.pathsep.join([os.environ.get("PATH", os.defpath), *_NEWEST])


def sum_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sum_file(path: Path) -> Path:
    """Where the sum of a copy stands."""
    return path.with_name(path.name + ".sha256")


def publish(part: Path, path: Path) -> str:
    """Give a finished copy its name and its sum; nobody ever sees half of it. Returns the sum.

    Raises ``OSError``, also where there is such a copy already.
    """
    digest = sum_of(part)
    beside = sum_file(path)
    _sync(part)
    beside.write_text(f"{digest}  {path.name}\n", "utf-8")
    _sync(beside)
    os.link(part, path)  # refuses what is there
    part.unlink()
    _sync(path.parent)
    return digest


def check_sum(path: Path) -> bool:
    """Whether there is a sum beside the copy. Raises ``StoreError`` if it is another one."""
    beside = sum_file(path)
    if not beside.is_file():
        return False
    words = beside.read_text("utf-8", "replace").split()
    found = sum_of(path)
    if not words or words[0].lower() != found:
        raise StoreError("copy_sum", path=path, beside=beside.name, found=found)
    return True


def run_tool(program: str, url: URL, *arguments: str) -> None:
    """A tool of PostgreSQL on this database. Raises ``StoreError`` if it is absent or fails.

    The password goes by the environment: everybody may read the arguments of a process.
    """
    found = shutil.which(program, path=_PROGRAMS)
    if found is None:
        raise StoreError("no_tool", program=program)
    done = subprocess.run(  # noqa: S603
        [found, *arguments, f"--dbname={_without_password(url)}", "--no-password"],
        env=os.environ | {"PGPASSWORD": _password(url), "LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise StoreError("tool", program=program, problem=_said(done.stderr.splitlines()))


def _password(url: URL) -> str:
    asked = url.query.get("password", "")
    return str(url.password or (asked if isinstance(asked, str) else asked[0]))


def _without_password(url: URL) -> str:
    query = {name: value for name, value in url.query.items() if "password" not in name}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _said(lines: Sequence[str]) -> str:
    """What matters comes first; hints and details after it."""
    kept = [line.split(": error: ")[-1].strip() for line in lines if line.strip()]
    return kept[0] if kept else "-"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
