"""Pictures of a case, veiled for those who must not know faces and number plates."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import PurePosixPath
from threading import Lock

from alerts.cases import Case
from alerts.handout.veiling import Veil, decoded, encoded, raw_of, veiled
from alerts.people import Recipient
from alerts.proof import kept_files
from kerbwatch.options import ServiceOptions
from kerbwatch.wire.casework import CaseWork
from kerbwatch.wire.handout import model_veil, sees_clear


class Gallery:
    """Models are opened when the first picture is to be veiled. Close it at the end.

    ``veil``: what covers; left out, the models of the configuration.
    """

    def __init__(
        self,
        work: CaseWork,
        options: ServiceOptions,
        env: Mapping[str, str],
        veil: Veil | None = None,
    ) -> None:
        self._work = work
        self._options = options
        self._env = env
        self._veil = veil
        self._lock = Lock()
        self._open = ExitStack()

    def close(self) -> None:
        self._open.close()

    def paths(self, case: Case) -> dict[str, str]:
        """The pictures that a case and its log name, by name: nothing else is handed out."""
        trail = self._work.store.trail(case.case_id)
        kept = () if trail is None else kept_files(trail)
        named = (case.picture, case.after_picture)
        found = {*kept, *(path for path in named if path is not None)}
        pictures = (path for path in sorted(found) if path.endswith(".jpg"))
        return {PurePosixPath(path).name: path for path in pictures}

    def picture(self, case: Case, name: str, person: Recipient) -> bytes | None:
        """A JPEG; None where the case has none of this name, or it is not there any more."""
        path = self.paths(case).get(name)
        if path is None or self._work.evidence.file(path) is None:
            return None
        if sees_clear(self._options, person.id):
            return self._read(path)
        with self._lock:  # the models take one caller, and pictures take memory
            return self._veiled(case, path)

    def _veiled(self, case: Case, path: str) -> bytes | None:
        """With what the pair shows together: who asks for both must not see more."""
        raw = f"{path.removesuffix('.raw.jpg')}.jpg" if path.endswith(".raw.jpg") else raw_of(path)
        images = {one: decoded(self._read(one) or b"") for one in (path, raw)}
        seen = {one: image for one, image in images.items() if image is not None}
        if path not in seen:
            return None
        polygon = self._work.directory.fence(case.camera_id, case.fence_id).polygon
        return encoded(veiled(seen, polygon, self._opened())[path])

    def _opened(self) -> Veil:
        if self._veil is None:
            veil = model_veil(self._options.models, self._env)
            self._veil = self._open.enter_context(veil)
        return self._veil

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._work.evidence.root / path).read_bytes()
        except OSError:  # gone since it was named
            return None
