"""FFmpeg's errors in our words. Its own text is left out: it repeats the address."""

from __future__ import annotations

import errno
from collections.abc import Callable

import av.error
from av.error import FFmpegError

from detector.sources.errors import Fault, SourceError

Explain = Callable[[FFmpegError, str], SourceError]
"""An error and where it happened, as a sentence."""


def explain_file(error: FFmpegError, where: str) -> SourceError:
    """Why a file cannot be read."""
    if isinstance(error, av.error.PermissionError):
        return SourceError(
            Fault.FORBIDDEN,
            "it may not be read",
            where=where,
            expected="a readable file",
            remedy="give the service's user the right to read it",
        )
    return not_video(where, f"it is damaged or in no known format ({_reason(error)})")


def not_video(where: str, what: str) -> SourceError:
    """For what can be read but is no video."""
    return SourceError(
        Fault.NOT_VIDEO,
        what,
        where=where,
        expected="a video",
        remedy="check that it plays elsewhere, or convert it to MP4 with H.264",
    )


_NETWORK: tuple[tuple[type[FFmpegError], Fault, str], ...] = (
    (av.error.HTTPUnauthorizedError, Fault.FORBIDDEN, "it refuses the user name or password"),
    (av.error.HTTPForbiddenError, Fault.FORBIDDEN, "it refuses access"),
    (av.error.HTTPNotFoundError, Fault.NOT_FOUND, "it has no stream of that name"),
    (av.error.ConnectionRefusedError, Fault.REFUSED, "nothing answers at that port"),
    (av.error.TimeoutError, Fault.TIMED_OUT, "no answer in time"),
    (av.error.InvalidDataError, Fault.BAD_ANSWER, "it answers with no video stream"),
    (av.error.HTTPClientError, Fault.BAD_ANSWER, "it does not understand what it is asked for"),
    (av.error.HTTPServerError, Fault.BAD_ANSWER, "it has failed to answer"),
)


def explain_network(error: FFmpegError, where: str) -> SourceError:
    """Why a camera or server gives no pictures."""
    known = ((fault, what) for kind, fault, what in _NETWORK if isinstance(error, kind))
    otherwise = (Fault.UNREACHABLE, f"it cannot be reached ({_reason(error)})")
    if error.errno == errno.EPROTONOSUPPORT:  # FFmpeg's word for "461 Unsupported Transport"
        otherwise = (Fault.TRANSPORT_REFUSED, "it refuses the transport")
    return network(where, *next(known, otherwise))


def network(where: str, fault: Fault, what: str) -> SourceError:
    """For a camera or server that gives nothing."""
    return SourceError(
        fault,
        what,
        where=where,
        expected="a camera or server that streams",
        remedy="check address, port, path, user and password, and that it is switched on",
    )


def timed_out(where: str, what: str) -> SourceError:
    """For a stream from which nothing useful came for too long."""
    return SourceError(
        Fault.TIMED_OUT,
        what,
        where=where,
        expected="a picture now and then",
        remedy="check the network, the camera, its codec and its interval between key frames",
    )


def undecodable(where: str, patience_s: float) -> SourceError:
    """For a stream that goes on, with nothing in it that can be decoded."""
    return SourceError(
        Fault.NO_PICTURE,
        f"data came, but no picture that could be decoded for {patience_s:g} s",
        where=where,
        expected="a picture now and then",
        remedy="check the network, the camera, its codec and its interval between key frames",
    )


def unknown_codec(where: str) -> SourceError:
    """For video that nothing here decodes."""
    return SourceError(
        Fault.UNKNOWN_CODEC,
        "its video codec is unknown",
        where=where,
        expected="H.264, H.265 or JPEG",
        remedy="set the camera to H.264",
    )


def no_jpeg(where: str, what: str) -> SourceError:
    """For what comes where one picture should, and is none."""
    return SourceError(
        Fault.NO_PICTURE,
        what,
        where=where,
        expected="one JPEG",
        remedy="check the path: the address of a stream begins without snapshot+",
    )


def damaged(where: str, what: str) -> SourceError:
    """For a picture that is not whole."""
    return SourceError(
        Fault.DAMAGED,
        what,
        where=where,
        expected="one whole JPEG",
        remedy="check the network and the camera",
    )


def unchanged(where: str, patience_s: float) -> SourceError:
    """For a camera that gives one and the same picture."""
    return SourceError(
        Fault.UNCHANGED,
        f"its picture has not changed for {patience_s:g} s",
        where=where,
        expected="a new picture each time",
        remedy="restart the camera, or check that the path is not that of a stored picture",
    )


def untrusted(where: str, why: str) -> SourceError:
    """For a server whose certificate does not prove who it is."""
    return SourceError(
        Fault.UNTRUSTED,
        f"its certificate is not trusted ({why})",
        where=where,
        expected="a certificate for that host, signed by one that is trusted",
        remedy="name the certificate that signed it in ca_file",
    )


def ended(where: str) -> SourceError:
    """For a live stream that says it is over."""
    return SourceError(
        Fault.STREAM_ENDED,
        "the stream ended",
        where=where,
        expected="a stream without end",
        remedy="nothing to do if the camera restarts; else check it",
    )


def _reason(error: FFmpegError) -> str:
    return error.strerror or type(error).__name__
