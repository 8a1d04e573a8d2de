"""What is told when a source cannot be read."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Why a source cannot be read: the code behind gap reasons, statuses and their texts."""

    BAD_ADDRESS = "bad_address"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    UNTRUSTED = "untrusted"
    EMPTY = "empty"
    NOT_VIDEO = "not_video"
    UNKNOWN_CODEC = "unknown_codec"
    NO_PICTURE = "no_picture"
    DAMAGED = "damaged"
    ENDS_EARLY = "ends_early"
    REFUSED = "refused"
    TRANSPORT_REFUSED = "transport_refused"
    BAD_ANSWER = "bad_answer"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    HUNG = "hung"
    UNCHANGED = "unchanged"
    STREAM_ENDED = "stream_ended"


class SourceError(Exception):
    """One sentence on what is wrong, where, what was expected and what to do.

    ``where`` never holds credentials.
    """

    def __init__(self, fault: Fault, what: str, *, where: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}; expected {expected}; {remedy}")
        self.fault = fault
        self.what = what
        self.where = where
        self.expected = expected
        self.remedy = remedy
