"""A case handed out: for whom pictures are clear, and which models veil them for the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from alerts.handout.parcel import Order, Parcel, hand_out
from alerts.handout.veiling import Veil
from alerts.picture import Image
from alerts.texts import Language
from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.protocol import Engine
from detector.engines.select import open_engine
from detector.veil import MIN_SCORE, NEEDED, veil_all, veil_zones, zones
from fences.box import Box
from kerbwatch.config.cards import BUNDLED_CARD, load_cards, model_folders
from kerbwatch.config.problem import ConfigError
from kerbwatch.options import ModelsOptions, ServiceOptions
from kerbwatch.version import VERSION
from kerbwatch.wire.casework import CaseWork
from kerbwatch.wire.models import weights_of

OUTSIDE = "outside"
"""A reader who has no role here."""

ROLES = ("officer", "operator", "property", OUTSIDE)

_log = structlog.get_logger(__name__)


def sees_clear(options: ServiceOptions, reader: str) -> bool | None:
    """Whether a role or a recipient may see clear pictures; None: there is no such reader.

    Where a recipient is called as a role is, both must be allowed to.
    """
    known = {one.id: one.role for one in options.recipients}
    named = [role for role in (known.get(reader), reader) if role in ROLES]
    return all(role in options.evidence.clear_for for role in named) if named else None


@dataclass(frozen=True, slots=True)
class ModelVeil:
    """:class:`alerts.handout.veiling.Veil` by detectors. Without any all of a picture is veiled."""

    engines: tuple[Engine, ...]

    def find(self, image: Image) -> tuple[Box, ...] | None:
        try:
            return zones(image, self.engines)
        except ModelError as error:
            _log.warning("veil_model", problem=str(error))
            return None

    def cover(self, image: Image, boxes: tuple[Box, ...]) -> Image:
        return veil_zones(image, boxes)

    def cover_all(self, image: Image) -> Image:
        return veil_all(image)

    @property
    def finds(self) -> bool:
        """Whether there is anything that finds people and vehicles."""
        known = {label for it in self.engines for label in it.card.labels if label is not None}
        return known >= NEEDED


@contextmanager
def model_veil(models: ModelsOptions, env: Mapping[str, str]) -> Iterator[ModelVeil]:
    """Every model in use that knows people or vehicles, and the bundled one.

    Those that do not load are told in the log and left out.
    """
    engines = tuple(_engines(models, env))
    try:
        yield ModelVeil(engines)
    finally:
        for engine in engines:
            engine.close()


def _engines(models: ModelsOptions, env: Mapping[str, str]) -> Iterator[Engine]:
    folders = model_folders(models.dir, env)
    try:
        cards = load_cards(folders)
    except ConfigError as error:
        _log.warning("veil_cards", problem=str(error))
        return
    for name in dict.fromkeys((BUNDLED_CARD, *models.use)):
        card = cards.get(name)
        if card is None or not NEEDED & set(card.labels):
            continue
        try:
            yield _wary(card, folders)
        except ModelError as error:
            _log.warning("veil_model", model=name, problem=str(error))


def _wary(card: ModelCard, folders: tuple[Path, ...]) -> Engine:
    wary = replace(card, min_score=min(card.min_score, MIN_SCORE))
    return open_engine(wary, weights_of(card, folders), one_caller=True)


def export_case(
    work: CaseWork,
    case_id: str,
    target: Path,
    language: Language,
    *,
    reader: str = "",
    veil: Veil | None = None,
    overwrite: bool = False,
) -> Parcel | None:
    """Write the ZIP of a case; None if there is no such case. Raises ``AlertsError``."""
    trail = work.store.trail(case_id)
    if trail is None:
        return None
    place = work.directory.fence(trail.case.camera_id, trail.case.fence_id)
    order = Order(language, VERSION, veil, reader, place.polygon)
    return hand_out(trail, work.evidence, work.writer, order, target, overwrite=overwrite)


def counted(parcel: Parcel) -> Mapping[str, int]:
    """How many files went out in which way."""
    ways: Sequence[str] = [item.handed.value for item in parcel.items]
    return {way: ways.count(way) for way in sorted(set(ways))}
