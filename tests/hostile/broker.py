"""A real Mosquitto with the generated ACL, its users, and a spy that hears everything."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from alerts.acl import Users, mosquitto_acl
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from benchmarks.city import free_port
from benchmarks.processes import CLOCK, NotReadyError, running, wait_for
from tests.alerts_kit import TOPICS
from tests.hostile.commands import GATEWAY, PEOPLE, Hostile
from tests.hostile.server import SERVICE, keep_lines

_SPY = "spy"
_LIMIT_S = 30.0


class NoMosquittoError(RuntimeError):
    """The program is not there."""


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Its port. Everybody's password is the own name."""
    keep_lines()
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        raise NoMosquittoError("needs mosquitto: apt-get install mosquitto")
    acl = mosquitto_acl(TOPICS, Users(SERVICE, PEOPLE))
    acl += f"\nuser {GATEWAY}\ntopic write {TOPICS.root}/cmd/#\n\nuser {_SPY}\ntopic read #\n"
    port = free_port()
    (folder / "acl").write_text(acl, "utf-8")
    users = "".join(f"{name}:{name}\n" for name in (*PEOPLE, SERVICE, GATEWAY, _SPY))
    (folder / "users").write_text(users, "utf-8")
    tool = shutil.which("mosquitto_passwd", path="/usr/bin:/usr/local/bin")
    subprocess.run([tool or "mosquitto_passwd", "-U", str(folder / "users")], check=True)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\nacl_file {folder / 'acl'}\n"
        f"password_file {folder / 'users'}\n"
        "message_size_limit 1048576\nmax_queued_messages 100000\nuser root\n",
        "utf-8",
    )
    with running([program, "-c", folder / "mosquitto.conf"], folder / "mosquitto.log"):
        wait_for("Mosquitto", lambda: _opens(port), 20, every_s=0.02)
        yield port


def _as(name: str, port: int) -> MqttAddress:
    return MqttAddress("127.0.0.1", port, username=name, password=name)


def _opens(port: int) -> bool:
    session = Session(_as(_SPY, port), "probe")
    try:
        session.open(CLOCK)
    except OSError:
        return False
    session.close(CLOCK)
    return True


class Ear:
    """Hears a filter as the spy: ``heard`` are topics and payloads, in order, until taken."""

    def __init__(self, port: int, topics: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._subscribed = threading.Event()
        self._session = Session(
            _as(_SPY, port),
            "",
            on_message=lambda _, topic, payload, __: self.heard.append((topic, payload)),
            on_subscribed=self._subscribed.set,
        )
        self._session.open(CLOCK)
        self._session.subscribe(topics)
        if not self._subscribed.wait(_LIMIT_S):
            raise NotReadyError("no subscription")

    def close(self) -> None:
        self._session.close(CLOCK)


class Attackers:
    """Everybody who may sign in. :meth:`send` returns once the broker has taken all of it."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self._acked: Tally[str] = Tally()
        self._sent: Tally[str] = Tally()
        self._sessions = {name: self._sign_in(port, name) for name in (*PEOPLE, GATEWAY)}
        for session in self._sessions.values():
            stack.callback(session.close, CLOCK)

    def _sign_in(self, port: int, name: str) -> Session:
        session = Session(
            _as(name, port),
            f"of-{name}",
            on_ack=lambda _, __: self._acked.update((name,)),
        )
        session.open(CLOCK)
        return session

    def send(self, *commands: Hostile) -> None:
        for one in commands:
            message = Message(one.topic, one.payload, one.retained)  # type: ignore[arg-type]
            self._sessions[one.user].send(message)
            self._sent[one.user] += 1
        wait_for("every PUBACK", lambda: self._acked == self._sent, _LIMIT_S, every_s=0.005)
