"""Evidence: pictures of a case on disk, annotated, with the untouched ones beside them, and a clip.

```
<root>/<camera>/<yyyy-mm-dd>/<case_id>.jpg               with fence, boxes, names and time
<root>/<camera>/<yyyy-mm-dd>/<case_id>.raw.jpg           as it was seen
<root>/<camera>/<yyyy-mm-dd>/<case_id>.<event>.peak.jpg  at its worst
<root>/<camera>/<yyyy-mm-dd>/<case_id>.<event>.after.jpg the same view, once it was clear
<root>/<camera>/<yyyy-mm-dd>/<case_id>.v9.after.jpg      or handled, but not clear in time
<root>/<camera>/<yyyy-mm-dd>/<case_id>.<sha>.jpg         what a person has added; of a report,
                                                         request_id
<root>/<camera>/<yyyy-mm-dd>/<case_id>.mp4               what came before and after, as it was sent
```
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from alerts.casebook import event_key
from alerts.cases import Case, CaseState, Clip, utc
from alerts.errors import EvidenceError
from alerts.files import EvidenceFile
from alerts.naming import part_of
from alerts.parts import scenario_names
from alerts.peak import RAW
from alerts.picture import Annotation, Image, annotate
from alerts.place import Directory
from alerts.push import occupancy_text
from alerts.texts import Language, load_texts
from fences.event import FenceEvent

_QUALITY = 90
_SUFFIX = re.compile(r"(\.[a-z0-9]+)*\.jpg")
"""What may follow a name; no case id has such an end, so no name begins another one's picture."""
_DEPTH = 3
"""Camera, day and name."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip that can be written. ``suffix`` without a point; ``write`` raises ``OSError``."""

    suffix: str
    begin_wall_ns: int
    duration_s: float
    write: Callable[[Path], None]


class Moment(StrEnum):
    """What of a case a picture shows; ``PEAK``: it at its worst."""

    OPENING = "opening"
    PEAK = "peak"
    END = "end"


@dataclass(frozen=True, slots=True)
class Saved:
    """Pictures that were written: the one that is shown, relative to ``root``, and all of them."""

    path: str
    files: tuple[EvidenceFile, ...]
    moment: Moment


_ENDS = {Moment.PEAK: "peak", Moment.END: "after"}


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """Where pictures go. Names depend on case and event alone: written twice is written once."""

    root: Path
    directory: Directory

    def save(
        self, case: Case, event: FenceEvent, image: Image, moment: Moment = Moment.OPENING
    ) -> Saved:
        """Write both pictures; what is shown is the annotated one. At the end nothing is boxed.

        ``image`` is height × width × 3 BGR uint8. Raises ``EvidenceError`` if it cannot be
        written, ``ValueError`` for something that is no picture.
        """
        if moment is Moment.OPENING:
            relative = self.picture_path(case)
        else:
            relative = f"{self._day(case)}/{case.case_id}.{_digest(event)}.{_ENDS[moment]}"
        seen = None if moment is Moment.END else event
        return self._save(relative, image, describe(case, seen, self.directory), moment)

    def save_look(self, case: Case, image: Image) -> Saved:
        """The same of a look that belongs to no event: the case's box is what is marked."""
        boxes = () if case.box is None else (case.box.xyxy,)
        relative = f"{self.picture_path(case)}.{_ENDS[Moment.END]}"
        return self._save(relative, image, describe(case, None, self.directory, boxes), Moment.END)

    def _save(self, relative: str, image: Image, shown: Annotation, moment: Moment) -> Saved:
        drawn = annotate(image, shown)
        pictures = {f"{relative}.jpg": drawn, f"{relative}{RAW}": image}
        files = (
            _file(path, write_jpeg(self.root / path, picture)) for path, picture in pictures.items()
        )
        return Saved(f"{relative}.jpg", tuple(files), moment)

    def save_clip(self, case: Case, footage: Footage) -> Clip:
        """Write a clip beside the picture of a case that has just begun.

        Raises ``EvidenceError`` if it cannot be written.
        """
        relative = f"{self.picture_path(case)}.{footage.suffix}"
        path = self.root / relative
        part = part_of(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            footage.write(part)
            with part.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size_bytes = os.fstat(file.fileno()).st_size
                os.fsync(file.fileno())
            part.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise EvidenceError("clip_write", path=path, problem=error.strerror) from error
        return Clip(relative, size_bytes, sha256, footage.begin_wall_ns, footage.duration_s)

    def add(self, name: str, camera_id: str, wall_ns: int, picture: Path) -> str:
        """Take a person's picture in; returns its path, relative to ``root``.

        ``name``: the id of the case, or of the request that reports it; what the file holds is in
        its name too. It is decoded and written anew, as JPEG: nothing else gets in.
        Raises ``EvidenceError`` if it is no picture or cannot be written.
        """
        try:
            data = picture.read_bytes()
        except OSError as error:
            raise EvidenceError("picture_read", path=picture, problem=error.strerror) from error
        image = decode_picture(data)
        if image is None:
            raise EvidenceError("picture_read", path=picture, problem="JPEG, PNG")
        relative = self.path_of(name, camera_id, wall_ns, data)
        self.put(relative, image)
        return relative

    def path_of(self, name: str, camera_id: str, wall_ns: int, data: bytes) -> str:
        """Where a person's picture goes, relative to ``root``; ``name`` as of :meth:`add`."""
        day = utc(wall_ns).astimezone(self.directory.site.zone_info).strftime("%Y-%m-%d")
        return f"{camera_id}/{day}/{name}.{hashlib.sha256(data).hexdigest()[:12]}.jpg"

    def put(self, relative: str, image: Image) -> None:
        """Write a person's picture. Raises ``EvidenceError`` if it cannot be written."""
        write_jpeg(self.root / relative, image)

    def discard(self, relative: str) -> None:
        """Take away a picture that no case has come to name."""
        (self.root / relative).unlink(missing_ok=True)

    def file_of(self, name: str, relative: str) -> EvidenceFile | None:
        """What a picture of the folder holds now that belongs to ``name``, as of :meth:`add`.

        Nobody can put the picture of another case, or another file, into a case: None then, and
        if there is none that can be read.
        """
        path = PurePosixPath(relative)
        own = path.name.startswith(name) and _SUFFIX.fullmatch(path.name.removeprefix(name))
        return self.file(relative) if own and len(path.parts) == _DEPTH else None

    def file(self, relative: str) -> EvidenceFile | None:
        """What a file of the folder holds now; None if there is none that can be read."""
        path = PurePosixPath(relative)
        if path.is_absolute() or ".." in path.parts:
            return None
        try:
            with (self.root / path).open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
                return EvidenceFile(relative, sha256, os.fstat(opened.fileno()).st_size)
        except (OSError, ValueError):  # also a name that no file can have
            return None

    def picture_path(self, case: Case) -> str:
        """Relative path without suffix; a later version gets pictures of its own."""
        later = case.state is CaseState.REOPENED or case.verification is not None
        again = f".v{case.version}" if later else ""
        return f"{self._day(case)}/{case.case_id}{again}"

    def _day(self, case: Case) -> str:
        zone = self.directory.site.zone_info
        day = utc(case.updated_wall_ns).astimezone(zone).strftime("%Y-%m-%d")
        return f"{case.camera_id}/{day}"


def describe(
    case: Case,
    event: FenceEvent | None,
    directory: Directory,
    boxes: tuple[tuple[float, float, float, float], ...] = (),
) -> Annotation:
    """What the picture of a case shows: its fence, what stands there, where and when.

    Of no event, ``boxes`` are what stands there.
    """
    place = directory.fence(case.camera_id, case.fence_id)
    local = utc(case.updated_wall_ns).astimezone(directory.site.zone_info)
    names = scenario_names(case.scenario_id)
    time = local.strftime("%Y-%m-%d %H:%M:%S")
    zh, en = (_taken(event, language) for language in (Language.ZH, Language.EN))
    return Annotation(
        polygon=place.polygon,
        boxes=boxes if event is None else tuple(it.box.xyxy for it in event.sightings),
        lines=(
            f"{names['zh']}  {names['en']}",
            f"{directory.site.name} · {place.camera_name} · {place.fence_name}",
            *([f"{zh}  {en}"] if zh and en else []),
            f"{time} {local.strftime('%z')}",
        ),
        ascii_lines=(
            names["id"],
            f"{directory.site.id} / {case.camera_id} / {case.fence_id}",
            *([en] if en else []),
            f"{time} {local.strftime('%z')}",
        ),
    )


def _digest(event: FenceEvent) -> str:
    return hashlib.blake2s(event_key(event).encode(), digest_size=3).hexdigest()


def _taken(event: FenceEvent | None, language: Language) -> str | None:
    if event is None:
        return None
    texts = load_texts("alerts", language)
    return occupancy_text(event.occupied_share, event.clear_width_m, texts)


def decode_picture(data: bytes) -> Image | None:
    """Height × width × 3 BGR uint8, turned as it says that it is to be; None for no picture."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:  # of pictures with more pixels than it takes
        return None
    return None if image is None else image.astype(np.uint8)


def _file(relative: str, data: bytes) -> EvidenceFile:
    return EvidenceFile(relative, hashlib.sha256(data).hexdigest(), len(data))


def write_jpeg(path: Path, image: Image) -> bytes:
    """Write a JPEG so that a crash leaves the whole file or none; returns what it holds.

    Raises ``EvidenceError`` if it cannot be written.
    """
    encoded, pixels = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not encoded:
        raise EvidenceError("evidence_write", path=path, problem="JPEG encoder")
    part = part_of(path)
    data: bytes = pixels.tobytes()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise EvidenceError("evidence_write", path=path, problem=error.strerror) from error
    return data


def _sync_folder(folder: Path) -> None:
    """Make the new name last: a renamed file is in its folder only once that is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
