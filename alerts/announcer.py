"""Keeps at the broker what Home Assistant is shown, and takes away what is no longer to be shown.

What was published is remembered in the store: whoever switches discovery off, or takes a camera
or a fence out of the configuration, finds the entities gone after the next connection, and with
or without discovery what the camera said of itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from alerts.discovery import Discovery, documents
from alerts.messages import Message, Writer
from alerts.shortage import SITE
from alerts.store.port import Checkpoint, Store
from fences.clock import SECOND_NS, Clock

_NAME = "discovery"
_GONE = "gone"  # in place of a hash: the camera has left, and its status was taken away
_TALLY_S = 0.25  # between looks at how many cases are open


class Announcer:
    """For one thread, the outbox's. Without ``discovery`` it takes away what was published.

    Everything goes the way of other retained messages: changes through the outbox on disk, and
    the whole again on every new connection. Raises ``StoreError``. Making one raises
    ``ValueError`` for ids that cannot stand in a discovery topic.
    """

    def __init__(
        self, store: Store, writer: Writer, clock: Clock, discovery: Discovery | None = None
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._documents: tuple[Message, ...] = ()
        self._cameras: tuple[str, ...] = ()
        if discovery is not None:
            self._documents = documents(discovery, writer.directory, writer.topics)
            self._cameras = tuple(writer.directory.cameras)
        self._settled = False
        self._told: dict[str, str] = {}  # payloads of counts that are sent or in the outbox
        self._looked_ns = 0

    def settle(self) -> None:
        """Put into the outbox, once, how what is to be shown differs from what was shown."""
        if self._settled:
            return
        found = [it.codec for it in self._store.checkpoints(SITE) if it.fence_id == _NAME]
        before: Mapping[str, str] = json.loads(found[0]) if found else {}
        after = {one.topic: sha256(one.payload.encode()).hexdigest() for one in self._documents}
        # counts change all the time: that their topics are used is all that is remembered
        after |= dict.fromkeys(map(self._writer.topics.camera_cases, self._cameras), "")
        left = self._left()
        after |= dict.fromkeys(left, _GONE)
        if before != after:
            topics = {it for it in before if it not in after} | left
            gone = [
                Message(it, "", retained=True) for it in sorted(topics) if before.get(it) != _GONE
            ]
            new = [it for it in self._documents if before.get(it.topic) != after[it.topic]]
            mark = Checkpoint(SITE, _NAME, json.dumps(after), 0, self._clock.wall_ns())
            with self._store.write() as transaction:
                for message in (*gone, *new):
                    transaction.add_message(message, mark.wall_ns)
                transaction.put_checkpoint(mark)
        self._settled = True

    def _left(self) -> frozenset[str]:
        """Status topics of cameras that have said something, and are no longer configured."""
        known, status = self._writer.directory.cameras, self._writer.topics.camera_status
        ids = (one.camera_id for one in self._store.cameras())
        return frozenset(status(camera_id) for camera_id in ids if camera_id not in known)

    def everything(self, pending: frozenset[str]) -> tuple[Message, ...]:
        """For a new connection. Topics in ``pending`` are left to the outbox, where they are."""
        counts = self._counts()
        whole = [one for one in (*self._documents, *counts) if one.topic not in pending]
        # a count that waits in the outbox may be an old one: another one goes after it
        self._told = {one.topic: one.payload for one in counts if one.topic not in pending}
        return tuple(whole)

    def catch_up(self) -> bool:
        """Put the counts that have changed into the outbox; whether there were any.

        Looks at most four times a second, whoever asks.
        """
        now_ns = self._clock.monotonic_ns()
        if not self._cameras or now_ns - self._looked_ns < _TALLY_S * SECOND_NS:
            return False
        self._looked_ns = now_ns
        changed = [it for it in self._counts() if self._told.get(it.topic) != it.payload]
        if changed:
            with self._store.write() as transaction:
                for message in changed:
                    transaction.add_message(message, self._clock.wall_ns())
            self._told |= {one.topic: one.payload for one in changed}
        return bool(changed)

    def _counts(self) -> tuple[Message, ...]:
        if not self._cameras:
            return ()
        counts = self._store.open_counts()
        return tuple(self._writer.camera_cases(one, counts) for one in self._cameras)
