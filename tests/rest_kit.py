"""The REST interface over a store in memory, and whom its tokens are for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from starlette.testclient import TestClient

from alerts.keeping import Keeping
from alerts.picture import Image
from alerts.retention import Budgets
from fences.box import Box
from fences.clock import SECOND_NS
from kerbwatch.options import (
    EvidenceOptions,
    ModelsOptions,
    RecipientOptions,
    SecretUrl,
    ServiceOptions,
    SiteOptions,
)
from kerbwatch.rest.app import make_app
from kerbwatch.rest.front import Front
from kerbwatch.rest.gallery import Gallery
from kerbwatch.rest.office import Office
from kerbwatch.rest.options import TokenOptions
from kerbwatch.rest.tokens import Doorkeeper, sha256_of
from kerbwatch.wire.casework import CaseWork
from tests.alerts_kit import DIRECTORY, WRITER
from tests.desk_kit import Desk, desk_with_case

TOKENS = {name: f"kw_of-{name}" for name in (*DIRECTORY.recipients, "gone")}
"""Of everybody, and of somebody who is no recipient any more."""

ENDING, ENDS_S = "kw_ending", 3600
"""Another one of the first officer, and after how long it is over."""

REPORT = {"camera": "gate-3", "fence": "lane", "scenario": "blocked_fire_lane", "words": "占道"}


class BlackVeil:
    """Finds nothing for certain, so that all of a picture is covered."""

    def find(self, image: Image) -> tuple[Box, ...] | None:
        del image
        return None  # it has an answer, and this is it

    def cover(self, image: Image, boxes: tuple[Box, ...]) -> Image:
        raise AssertionError((image, boxes))

    def cover_all(self, image: Image) -> Image:
        return np.zeros_like(image)


@dataclass(frozen=True)
class Rest:
    """A client of somebody, over the store of a desk."""

    desk: Desk
    client: TestClient

    def get(self, path: str, who: str = "duty-east", **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", params=query, headers=bearer(who))

    def post(self, path: str, body: object, who: str = "duty-east") -> Any:
        headers = {**bearer(who), "Content-Type": "application/json"}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/api/v1{path}", content=data, headers=headers)

    def send(self, path: str, body: object, picture: bytes, who: str = "duty-east") -> Any:
        files = {"picture": ("photo.jpg", picture, "image/jpeg")}
        data = {"body": json.dumps(body)}
        return self.client.post(f"/api/v1{path}", data=data, files=files, headers=bearer(who))

    def act(self, verb: str, who: str = "duty-east", **body: Any) -> Any:
        path = f"/cases/{self.desk.case.case_id}/{verb}"
        return self.post(path, {"request_id": "r-1", **body}, who)

    def evidence(self) -> list[str]:
        return sorted(path.name for path in self.desk.evidence.root.rglob("*.jpg"))


def bearer(who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS.get(who, who)}"}


def jpeg(grey: int = 90, side: int = 64) -> bytes:
    picture = np.full((side, side, 3), grey, np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def rest_over(folder: Path) -> Rest:
    """With one open case, that duty-east and wenshao are told of."""
    desk = desk_with_case(folder)
    keeping = Keeping(desk.store, WRITER, desk.evidence.root, desk.clock, Budgets())
    parts = (DIRECTORY, desk.store, WRITER, desk.evidence, desk.counter, keeping, desk.clock)
    work = CaseWork(*parts)
    gallery = Gallery(work, _options(folder), {}, BlackVeil())
    tokens = [TokenOptions(name, sha256_of(token)) for name, token in TOKENS.items()]
    end_ns = desk.clock.wall_ns() + ENDS_S * SECOND_NS
    tokens.append(TokenOptions("duty-east", sha256_of(ENDING), end_ns))
    front = Front(Office(work), gallery, Doorkeeper(tokens, desk.clock))
    return Rest(desk, TestClient(make_app(front), raise_server_exceptions=False))


def _options(folder: Path) -> ServiceOptions:
    people = DIRECTORY.recipients.values()
    return ServiceOptions(
        site=SiteOptions("linzi", "临淄区", "Asia/Shanghai"),
        store_url=SecretUrl("sqlite:///x"),
        data_dir=folder,
        models=ModelsOptions(folder),
        cameras=(),
        recipients=tuple(
            RecipientOptions(one.id, one.name, one.role.value)  # type: ignore[arg-type]
            for one in people
        ),
        evidence=EvidenceOptions(),
    )
