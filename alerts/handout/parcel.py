"""Puts a case into a ZIP that a third party can check with ``sha256sum -c SHA256SUMS``.

```
case.html, case.json       the case and its log, for people and for programs
log/0001.json …            what the hash of each entry of the log is of: its SHA-256 is that hash
log/case.json              what the hash of the case, in its last entry, is of
evidence/<camera>/<day>/…  pictures and clips, under their own names
SHA256SUMS                 of all of them; of what is handed out as it was written, the hash that
                           the log has, so that a change since then shows
```
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from alerts.chain import Seal, Trail, case_bytes, entry_bytes
from alerts.evidence import EvidenceFolder
from alerts.files import EvidenceFile
from alerts.handout.archive import Archive, Packed, new_archive
from alerts.handout.page import page
from alerts.handout.told import SCHEMA, Told, told_of
from alerts.handout.veiling import Polygon, Veil, decoded, encoded, raw_of, veiled
from alerts.messages import Writer
from alerts.picture import Image
from alerts.proof import Proof, files_named, kept_files, prove
from alerts.texts import Language

SUMS = "SHA256SUMS"
ROOT = "evidence"


class Handed(StrEnum):
    """How a file went out."""

    AS_WRITTEN = "as_written"
    VEILED = "veiled"
    LEFT_OUT = "left_out"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a case: what the log knows of it, if anything, and what was packed of it."""

    path: str
    sealed: EvidenceFile | None
    handed: Handed = Handed.MISSING
    packed: Packed | None = None

    @property
    def is_picture(self) -> bool:
        return self.path.endswith(".jpg")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. ``veil`` None: clear pictures. ``reader``: for whom, as it is told.

    ``polygon`` is the fence, of which the edge is drawn where all else is veiled.
    """

    language: Language
    version: str
    veil: Veil | None = None
    reader: str = ""
    polygon: Polygon = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was handed out."""

    case_id: str
    proof: Proof
    items: tuple[Item, ...]


def hand_out(
    trail: Trail,
    folder: EvidenceFolder,
    writer: Writer,
    order: Order,
    target: Path,
    *,
    overwrite: bool = False,
) -> Parcel:
    """Write the ZIP. The same case, order and files give the same bytes.

    Raises ``EvidenceError`` if it is there already, becomes too big or cannot be written.
    """
    proof = prove(trail, folder)
    with new_archive(target, replace=overwrite) as archive:
        items = tuple(_items(trail, folder, order, archive))
        told = told_of(trail, proof, replace(writer, picture_base=ROOT))
        sums = dict(_sums(items))
        sums |= dict(_logged(trail, archive))
        sums |= dict(_pages(told, items, order, archive))
        lines = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))
        archive.put(SUMS, lines.encode("ascii"))
    return Parcel(trail.case.case_id, proof, items)


def _items(trail: Trail, folder: EvidenceFolder, order: Order, archive: Archive) -> Iterator[Item]:
    known = kept_files(trail)
    paths = set(known)
    if any(entry.seal is None for entry in trail.entries):  # of a version that knew no files
        paths |= files_named(trail.case.case_id, trail.case.camera_id, folder)
    case = trail.case
    shown = {path for path in (case.picture, case.after_picture) if path is not None}
    waiting = sorted(paths | {path for path in shown if folder.file(path) is not None})
    while waiting:
        path = waiting.pop(0)
        pair = [path]
        if raw_of(path) in waiting:
            pair.append(raw_of(path))
            waiting.remove(raw_of(path))
        yield from _handed([Item(one, known.get(one)) for one in pair], folder, order, archive)


def _handed(
    items: list[Item], folder: EvidenceFolder, order: Order, archive: Archive
) -> Iterator[Item]:
    if order.veil is None:
        for item in items:
            yield _copied(item, folder, archive)
        return
    images = {item.path: _pixels(item, folder) for item in items if item.is_picture}
    seen = {path: image for path, image in images.items() if image is not None}
    covered = veiled(seen, order.polygon, order.veil)
    for item in items:
        if item.path in covered:
            data = encoded(covered[item.path])
            packed = archive.put(f"{ROOT}/{item.path}", data)
            yield replace(item, handed=Handed.VEILED, packed=packed)
        elif folder.file(item.path) is None:
            yield replace(item, handed=Handed.MISSING)
        else:  # a clip, or what cannot be looked at
            yield replace(item, handed=Handed.LEFT_OUT)


def _copied(item: Item, folder: EvidenceFolder, archive: Archive) -> Item:
    if folder.file(item.path) is None:
        return replace(item, handed=Handed.MISSING)
    packed = archive.copy(f"{ROOT}/{item.path}", folder.root / item.path)
    return replace(item, handed=Handed.AS_WRITTEN, packed=packed)


def _pixels(item: Item, folder: EvidenceFolder) -> Image | None:
    try:
        return decoded((folder.root / item.path).read_bytes())
    except OSError:
        return None


def _sums(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    for item in items:
        if item.packed is not None:
            sealed = item.sealed if item.handed is Handed.AS_WRITTEN else None
            yield f"{ROOT}/{item.path}", item.packed.sha256 if sealed is None else sealed.sha256


def _logged(trail: Trail, archive: Archive) -> Iterator[tuple[str, str]]:
    """What hashes of the log are of. Without a seal there is no hash to hold it against."""
    previous: str | None = None
    last: Seal | None = None
    for entry in sorted(trail.entries, key=lambda one: one.transition.version):
        last = entry.seal
        if last is None:
            continue
        name = f"log/{entry.transition.version:04d}.json"
        archive.put(name, entry_bytes(previous, entry.transition, last.files, last.case_sha256))
        yield name, last.sha256
        previous = last.sha256
    if last is not None:
        archive.put("log/case.json", case_bytes(trail.case))
        yield "log/case.json", last.case_sha256


def _pages(
    told: Told, items: tuple[Item, ...], order: Order, archive: Archive
) -> Iterator[tuple[str, str]]:
    files = [_file(item) for item in items]
    body = {
        "schema": SCHEMA,
        "program": f"kerbwatch {order.version}",
        "reader": order.reader or None,
        "veiled": order.veil is not None,
        "case": told.case,
        "log": told.log,
        "verify": told.verify,
        "files": files,
    }
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    yield "case.json", archive.put("case.json", text.encode()).sha256
    html = page(told, files, order.language, reader=order.reader, veiled=order.veil is not None)
    yield "case.html", archive.put("case.html", html.encode()).sha256


def _file(item: Item) -> dict[str, Any]:
    sealed, packed = item.sealed, item.packed
    return {
        "path": f"{ROOT}/{item.path}",
        "handed": item.handed.value,
        "sha256_in_log": None if sealed is None else sealed.sha256,
        "sha256": None if packed is None else packed.sha256,
        "bytes": None if packed is None else packed.size_bytes,
    }
