"""Opening, peak and end of a case: kept, proven, handed out in order, and shown; on both stores."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.handout.parcel import Order, hand_out
from alerts.intake import Batch, Intake
from alerts.picture import Image
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.box import Box
from fences.event import EventKind
from kerbwatch.cli.app import app
from tests.alerts_kit import WRITER, FakeClock, fence_event
from tests.evidence_kit import IMAGE, folder_of
from tests.store_kit import CLEARED, CONFIG, Place

EVENTS = (
    fence_event(EventKind.OPENED, 60, occupied_share=0.2, clear_width_m=2.0),
    fence_event(EventKind.UPDATED, 70, seq=2, occupied_share=0.4, clear_width_m=1.5),
    fence_event(EventKind.UPDATED, 80, seq=3, occupied_share=0.6, clear_width_m=1.2),
    CLEARED,
)
HEADS_ZH = ["立案时", "最严重时", "事后现场"]
HEADS_EN = ["As it was opened", "At its worst", "Afterwards"]
PEOPLE = "recipients: [{id: wenshao, role: property}]\nmodels: {use: []}\n"


class Cover:
    """A veil that finds nothing and covers nothing."""

    def find(self, image: Image) -> tuple[Box, ...]:
        del image
        return ()

    def cover(self, image: Image, boxes: tuple[Box, ...]) -> Image:
        del boxes
        return image

    def cover_all(self, image: Image) -> Image:
        return image


def filled(place: Place) -> str:
    store = SqlStore(place.url)
    intake = Intake(store, WRITER, folder_of(place), FakeClock())
    for event in EVENTS:
        intake.receive(Batch("gate-3", 0, 0, (event,), {}, IMAGE))
    (case,) = store.cases()
    store.close()
    return case.case_id


def run(place: Place, *arguments: str) -> str:
    config = place.folder / "streams.yaml"
    config.write_text(CONFIG.format(url=place.url) + PEOPLE, encoding="utf-8")
    done = CliRunner().invoke(app, [*arguments, "-c", str(config)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_three_moments_are_proven_shown_and_the_outdone_peak_is_gone(place: Place) -> None:
    case_id = filled(place)
    proof = json.loads(run(place, "evidence", "verify", case_id, "--json"))
    assert (proof["ok"], proof["cases"][0]["files"]) == (True, 6)
    body = json.loads(run(place, "cases", "show", case_id, "--json"))["case"]
    assert body["peak"]["occupied_share"] == 0.6
    said = run(place, "cases", "show", case_id)
    places = [said.index(body["picture"]), said.index(body["peak"]["picture"])]
    places.append(said.index(body["after_picture"]))
    assert places == sorted(places)
    assert "60 %" in said


@pytest.mark.parametrize(
    ("lang", "heads", "reader"), [("zh", HEADS_ZH, ""), ("en", HEADS_EN, "wenshao")]
)
def test_the_page_of_an_export_has_them_in_order(
    tmp_path: Path, lang: str, heads: list[str], reader: str
) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    case_id = filled(place)
    target = place.folder / "x.zip"
    store = SqlStore(place.url)
    trail = store.trail(case_id)
    store.close()
    assert trail is not None
    order = Order(Language(lang), "1", Cover() if reader else None, reader)
    hand_out(trail, folder_of(place), WRITER, order, target)
    with zipfile.ZipFile(target) as archive:
        page = archive.read("case.html").decode()
        body = json.loads(archive.read("case.json"))
    case = body["case"]
    found = [page.index(f"<strong>{head}</strong>") for head in heads]
    paths = (case["picture"], case["peak"]["picture"], case["after_picture"])
    shown = [page.index(f'src="{path}"') for path in paths]
    places = [at for pair in zip(found, shown, strict=True) for at in pair]
    assert places == sorted(places)
    assert page.count("<img ") == 6
    assert {one["handed"] for one in body["files"]} == {"veiled" if reader else "as_written"}
