"""The case book of a configuration, for commands that are no service: read it, act on it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.cases import Case, utc
from alerts.counter import Counter
from alerts.duty.local import parse_until
from alerts.evidence import EvidenceFolder
from alerts.keeping import Keeping
from alerts.messages import Writer
from alerts.place import Directory
from alerts.store.pages import PagedStore
from alerts.store.sql import SqlStore
from alerts.topics import Topics
from fences.clock import Clock
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.directory import directory_of
from kerbwatch.wire.pushing import push_plan


@dataclass(frozen=True, slots=True)
class CaseWork:
    """The store of a configuration and all that is needed to act on it.

    What is changed here waits in the outbox; a running service sends it within a second or two.
    """

    directory: Directory
    store: PagedStore
    writer: Writer
    evidence: EvidenceFolder
    counter: Counter
    keeping: Keeping
    clock: Clock

    def find(self, named: str) -> Case | None:
        """The case of that id, or the only one whose id ends in ``-<named>``."""
        case = self.store.case(named)
        if case is not None:
            return case
        found = [one for one in self.store.cases() if one.case_id.endswith(f"-{named}")]
        return found[0] if len(found) == 1 else None

    def request_id(self, *said: object) -> str:
        """An id for a request that nobody gave one: of what it says and when."""
        text = repr((*said, self.clock.wall_ns()))
        return f"cli-{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def take_in(self, picture: Path | None, name: str, camera_id: str) -> str | None:
        """A person's picture into the evidence folder. Raises ``EvidenceError``."""
        if picture is None:
            return None
        return self.evidence.add(name, camera_id, self.clock.wall_ns(), picture)

    def told(self, wall_ns: int) -> str:
        """A time as ISO 8601 in the site's own."""
        local = utc(wall_ns).astimezone(ZoneInfo(self.directory.site.zone))
        return local.isoformat(timespec="milliseconds")

    def name_of(self, recipient_id: str) -> str:
        """What people call somebody; the id of somebody who is no longer known."""
        known = self.directory.recipients.get(recipient_id)
        return recipient_id if known is None else known.name

    def moment(self, text: str) -> int:
        """Wall nanoseconds of a time as of :func:`alerts.duty.local.parse_until`.

        Raises ``ValueError``.
        """
        return parse_until(text, self.directory.site.zone, self.clock.wall_ns())


@contextmanager
def case_work(options: ServiceOptions, clock: Clock) -> Iterator[CaseWork]:
    """Opened for as long as the block lasts. Raises ``StoreError``."""
    directory = directory_of(options)
    folder = options.data_dir / "evidence"
    topics = Topics(options.mqtt.base, options.site.id)
    writer = Writer(directory, topics, folder.as_posix(), push_plan(options))
    evidence = EvidenceFolder(folder, directory)
    store = SqlStore(options.store_url.reveal())
    try:
        counter = Counter(store, writer, evidence, clock)
        keeping = Keeping(store, writer, folder, clock, options.retention.budgets)
        yield CaseWork(directory, store, writer, evidence, counter, keeping, clock)
    finally:
        store.close()
