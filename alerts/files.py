"""A file of evidence as the log knows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A picture or clip as it was written. ``path`` is relative to the evidence folder.

    ``removed``: this entry of the log tells that it was taken away, for its time was over.
    """

    path: str
    sha256: str
    size_bytes: int
    removed: bool = False
