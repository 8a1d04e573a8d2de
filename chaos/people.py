"""People who act on cases over MQTT, as they hear of them in their inboxes, and ask again.

What somebody does with a case follows from the seed and the case's id, so that half of the cases
are left to their deadlines. Commands come late, twice, and of versions that are no more.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from chaos.clock import FastClock, now_s, pause

_AGAIN_S = 1.5
"""How long a result is waited for; then the very same command is sent again."""

_TRIES = 20
_TICK_S = 0.05

_HABITS: tuple[tuple[float, str, tuple[str, ...]], ...] = (
    (0.45, "duty", ()),
    (0.15, "guards", ("accept", "handle")),
    (0.10, "duty", ("handle",)),
    (0.06, "duty", ("accept", "extend", "handle")),
    (0.06, "duty", ("suspend",)),
    (0.05, "duty", ("reject",)),
    (0.05, "centre", ("note", "close")),
    (0.08, "duty", ("accept", "note", "return")),
    (0.06, "duty", ("reject", "reopen", "accept", "handle")),
    (0.05, "centre", ("close", "reopen", "note")),
    (0.07, "guards", ("snooze",)),
    (0.04, "duty", ("accept", "silence")),
    (0.06, "duty", ("silence", "lift", "accept")),
    (0.04, "guards", ("snooze", "lift", "accept")),
)


@dataclass
class _Order:
    due_s: float
    topic: str
    body: dict[str, Any]
    tries: int = 0


@dataclass
class People:
    """Begin with :meth:`start`; :meth:`stop` returns once nobody waits for an answer any more."""

    port: int
    root: str
    seed: int
    clock: FastClock
    sent: int = 0
    _orders: dict[str, _Order] = field(default_factory=dict)
    _heard: queue.Queue[tuple[str, bytes]] = field(default_factory=queue.Queue)
    _known: set[str] = field(default_factory=set)
    _stopping: bool = False

    def start(self) -> None:
        """From now on they act."""
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        topics = [(f"{self.root}/inbox/+", 1), (f"{self.root}/result/#", 1)]
        self._client.on_connect = lambda client, *_: client.subscribe(topics)
        self._client.on_message = lambda _client, _data, it: self._heard.put(
            (it.topic, bytes(it.payload))
        )
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No new decisions; what was asked is asked until it is answered, or given up."""
        self._stopping = True
        self._thread.join(_AGAIN_S * _TRIES)
        self._client.disconnect()
        self._client.loop_stop()

    def _run(self) -> None:
        while not self._stopping or self._orders:
            while not self._heard.empty():
                self._hear(*self._heard.get())
            for request_id, order in list(self._orders.items()):
                if order.due_s <= now_s():
                    self._send(request_id, order)
            pause(_TICK_S)

    def _hear(self, topic: str, payload: bytes) -> None:
        kind, who, *rest = topic.removeprefix(f"{self.root}/").split("/")
        if kind == "result":
            self._orders.pop(rest[0], None)
            return
        push = json.loads(payload)
        opening = f"{push['case_id']}.{push['version']}"
        if push["kind"] != "new" or who != "duty" or self._stopping or opening in self._known:
            return
        self._known.add(opening)
        digest = hashlib.sha256(f"{self.seed}.{opening}".encode()).digest()
        chance = np.random.default_rng(list(digest))
        for request_id, order in self._decide(push, chance):
            self._orders[request_id] = order

    def _decide(
        self, push: dict[str, Any], chance: np.random.Generator
    ) -> Iterator[tuple[str, _Order]]:
        shares = np.array([share for share, _, _ in _HABITS])
        _, who, verbs = _HABITS[int(chance.choice(len(_HABITS), p=shares / shares.sum()))]
        due_s = now_s()
        for number, verb in enumerate(verbs):
            due_s += float(chance.uniform(0.05, 4.0))
            name = hashlib.sha256(f"{push['case_id']}.{push['version']}".encode()).hexdigest()
            request_id = f"{name[:20]}.{number}"
            body: dict[str, Any] = {"request_id": request_id, "words": "有原因"}
            if chance.random() < 0.2:
                body["version"] = push["version"] + number
            if verb in {"extend", "suspend", "snooze", "silence"}:
                body["until"] = self._moment(float(chance.uniform(600, 3000)))
            topic = f"{self.root}/cmd/{who}/{push['case_id']}/{verb}"
            yield request_id, _Order(due_s, topic, body)

    def _moment(self, ahead_s: float) -> str:
        """By the service's own clock, for it says what has passed."""
        at_s = self.clock.wall_ns() / 1e9 + ahead_s
        return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(at_s))).isoformat()

    def _send(self, request_id: str, order: _Order) -> None:
        order.tries += 1
        order.due_s = now_s() + _AGAIN_S
        if order.tries > _TRIES:
            del self._orders[request_id]
            return
        times = 2 if order.body["request_id"][0] in "01" else 1  # an eighth of them in haste
        for _ in range(times):
            self._client.publish(order.topic, json.dumps(order.body), qos=1)
            self.sent += 1
