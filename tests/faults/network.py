"""A network between the service and its cameras that can really be cut: no proxy closes anything.

```
namespace of the service          namespace of this process
far0 10.77.0.1  ────cable 0────  near0 10.77.0.2   line of camera 0
far1 10.77.1.1  ────cable 1────  near1 10.77.1.2   line of camera 1
```
Both are of the run alone, and gone with it; nothing of the machine's own network is touched. What
is cut so gives neither FIN nor RST: whoever was connected learns nothing at all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum, auto
from typing import NoReturn

_INSIDE = "KERBWATCH_FAULTS_NETWORK"
"""Set where this process has a network of its own."""

_WAYS = (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net"))
_PROBE = (
    "ip link set lo up && ip link add probe0 type veth peer name probe1 && ip link set probe0 up"
)
_SILENCE = "tc qdisc add dev probe0 root blackhole"


class Outage(StrEnum):
    """How a cable can fail."""

    UNPLUGGED = auto()
    """The link is down, and the service's machine sees that it is."""
    SILENT = auto()
    """The link is up, and every packet is lost, in both directions."""


def own_network(module: str, arguments: Sequence[str]) -> dict[Outage, str]:
    """Begin this program again in a network of its own, if that is allowed and it has none yet.

    Returns which outages cannot be, and why.
    """
    if _INSIDE in os.environ:
        return _impossible()
    tried = []
    for way in _WAYS:
        said = _tried((*way, "sh", "-c", _PROBE))
        if said is None:
            _begin_again((*way, sys.executable, "-m", module, *arguments))
        tried.append(said)
    return dict.fromkeys(Outage, f"no network namespace of one's own: {tried[0]}")


def _begin_again(command: tuple[str, ...]) -> NoReturn:
    sys.stdout.flush()
    os.execvpe(command[0], command, os.environ | {_INSIDE: "1"})


def _impossible() -> dict[Outage, str]:
    said = _tried(("unshare", "--net", "sh", "-c", f"{_PROBE} && {_SILENCE}"))
    return {} if said is None else {Outage.SILENT: f"no qdisc that loses packets: {said}"}


def _tried(command: tuple[str, ...]) -> str | None:
    """``None`` if it works, else what it says."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip() or f"exit {done.returncode}")


class Network:
    """``cables`` cables from this process's namespace to one for the service."""

    def __init__(self, cables: int) -> None:
        _call("ip", "link", "set", "lo", "up")
        # It ends when this process does, however that ends, and its namespace with it.
        self._far = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._far.stdout is not None
        assert self._far.stdout.readline() == "up\n"
        for number in range(cables):
            self._lay(number)

    def close(self) -> None:
        self._far.communicate()

    @property
    def inside(self) -> tuple[str, ...]:
        """What to put before a command that shall run at the service's end."""
        return ("nsenter", f"--net=/proc/{self._far.pid}/ns/net", "--")

    @staticmethod
    def host(number: int) -> str:
        """Our end of a cable."""
        return f"10.77.{number}.2"

    @staticmethod
    def service_host(number: int) -> str:
        """The service's end of a cable."""
        return f"10.77.{number}.1"

    def fail(self, number: int, outage: Outage) -> None:
        if outage is Outage.UNPLUGGED:
            _call("ip", "link", "set", f"near{number}", "down")
            return
        _call("tc", "qdisc", "replace", "dev", f"near{number}", "root", "blackhole")
        _call(*self.inside, "tc", "qdisc", "replace", "dev", f"far{number}", "root", "blackhole")

    def mend(self, number: int, outage: Outage) -> None:
        if outage is Outage.UNPLUGGED:
            _call("ip", "link", "set", f"near{number}", "up")
            return
        _call("tc", "qdisc", "del", "dev", f"near{number}", "root")
        _call(*self.inside, "tc", "qdisc", "del", "dev", f"far{number}", "root")

    def _lay(self, number: int) -> None:
        near, far = f"near{number}", f"far{number}"
        add = ("ip", "link", "add", near, "type", "veth", "peer", "name", far)
        _call(*add, "netns", str(self._far.pid))
        _call("ip", "address", "add", f"{self.host(number)}/24", "dev", near)
        _call("ip", "link", "set", near, "up")
        _call(*self.inside, "ip", "address", "add", f"{self.service_host(number)}/24", "dev", far)
        _call(*self.inside, "ip", "link", "set", far, "up")


def _call(*command: str) -> None:
    """Raises ``CalledProcessError``; what went wrong is on this process's standard error."""
    subprocess.run(command, check=True)
