"""A case with evidence of every kind."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from alerts.cases import Clip
from alerts.counter import Counter
from alerts.evidence import EvidenceFolder, Footage
from alerts.intake import Batch, Intake
from alerts.picture import Image
from alerts.store.sql import SqlStore
from alerts.verbs import Verb
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event, order
from tests.store_kit import CLEARED, OPENED, Place

MORE = fence_event(EventKind.UPDATED, 70)
IMAGE: Image = np.full((48, 64, 3), 90, np.uint8)


def folder_of(place: Place) -> EvidenceFolder:
    return EvidenceFolder(place.folder / "data" / "evidence", DIRECTORY)


def fill(place: Place, image: Image = IMAGE) -> str:
    """A case with two pictures, a clip and one that a person added; its id. Versions 1 to 5."""
    store, folder, clock = SqlStore(place.url), folder_of(place), FakeClock()
    intake = Intake(store, WRITER, folder, clock)
    (begun,) = intake.receive(Batch("gate-3", 0, 0, (OPENED,), {}, image))
    footage = Footage("mp4", 0, 2.0, lambda path: _write(path, b"film"))
    clip: Clip = intake.save_clip(begun.case, footage)
    assert intake.add_clip(begun.case.case_id, clip) is not None
    intake.receive(Batch("gate-3", 0, 0, (MORE,), {}))
    photo = place.folder / "photo.png"
    photo.write_bytes(bytes(cv2.imencode(".png", image)[1]))
    added = folder.add(begun.case.case_id, "gate-3", clock.wall_ns(), photo)
    note = order(begun.case, Verb.NOTE, "duty-east", words="看过了", picture=added)
    assert Counter(store, WRITER, folder, clock).take(note).done
    intake.receive(Batch("gate-3", 0, 0, (CLEARED,), {}))
    store.close()
    return begun.case.case_id


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
