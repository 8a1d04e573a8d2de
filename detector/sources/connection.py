"""One connection to a live stream: packets in, and only the pictures that are wanted out.

Reading a packet costs next to nothing, decoding a picture does not. Whoever wants a picture every
two seconds of a camera with a key frame every two seconds gets the key frames, each decoded by
itself, and the rest is let go unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypeAlias

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.sources.keys import KeyDistance
from detector.sources.video import OpenedVideo, last_picture, whole_pictures
from fences.clock import SECOND_NS
from fences.observation import Gap

_SPARSE_NS = 2 * SECOND_NS // 5
"""Looks no more often than this do without the pictures that no other picture refers to."""

_JITTER = 20
"""Key frames are as regular as a twentieth of their distance."""

_KEYLESS_NS = 5 * SECOND_NS
"""So long a stream is waited on for its first key frame. Before it nothing can be decoded, unless
the stream has none."""

_BARREN = 2
"""So many key frames in a row that give no picture by themselves are none: some encoders refresh
the picture bit by bit, and FFmpeg calls the places where that begins key frames."""


class Demand(Protocol):
    """Who wants pictures, and how often; see :class:`detector.sampling.Sampler`."""

    @property
    def interval_ns(self) -> int: ...

    @property
    def moment_ns(self) -> int | None: ...

    def wants(self, media_ns: int, step_ns: int = 0) -> bool: ...

    def took(self, media_ns: int, step_ns: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture at its media time."""

    media_ns: int
    picture: VideoFrame


Stamped: TypeAlias = "Packet[VideoStream] | VideoFrame"
"""What carries time stamps."""

Place: TypeAlias = Callable[["Stamped"], "tuple[int, Gap | None]"]
"""Where in media time something lies, and the gap before it."""


class Connection:
    """Decodes an opened stream; ``demand`` ``None`` wants everything.

    ``turn`` is held while a picture is decoded: more decoders at once than there are cores
    would only delay each other. ``keys`` knows how far apart key frames are.
    """

    def __init__(
        self,
        opened: OpenedVideo,
        place: Place,
        turn: AbstractContextManager[object],
        demand: Demand | None,
        keys: KeyDistance,
    ) -> None:
        self._codec = opened.stream.codec_context if demand is not None else None
        self._place = place
        self._turn = turn
        self._demand = demand
        self._keys = keys
        self._keys_only = keys.live and demand is not None and keys.suffice(demand.interval_ns)
        self._first_ns: int | None = None
        self._seen_key = False
        self._key_ns = self._at_ns = 0
        self._group: list[Packet[VideoStream]] = []  # since a key frame, while a moment is awaited
        self._barren = 0

    @property
    def pause_s(self) -> float:
        """How long it may be until the next picture that is wanted, on a stream that is well."""
        interval_ns = 0 if self._demand is None else self._demand.interval_ns
        return (interval_ns + (self._keys.step_ns or 0) * self._keys_only) / SECOND_NS

    @property
    def to_wanted_ns(self) -> int | None:
        """Media time from the last packet to the next that may be wanted; ``None``: unknown."""
        step_ns = self._keys.step_ns
        if not self._keys_only or step_ns is None:
            return None
        until_ns = self._key_ns + step_ns
        moment_ns = self._demand.moment_ns if self._demand is not None and self._group else None
        return (until_ns if moment_ns is None else min(until_ns, moment_ns)) - self._at_ns

    def take(self, packet: Packet[VideoStream]) -> Iterable[Gap | Placed]:
        """What a packet gives: gaps in the stream's time, and pictures that are wanted.

        Nothing for a damaged one.
        """
        demand = self._demand
        if demand is None:
            return self._all(packet, None)
        if packet.is_keyframe and packet.size:
            self._seen_key = True
            self._keys.note(packet)
            self._choose(demand)
        if not self._keys_only:
            return self._all(packet, demand)
        if packet.size == 0:
            return ()
        self._at_ns, gap = self._place(packet)
        gaps = () if gap is None else (gap,)
        if not packet.is_keyframe:
            self._give_up_on_keys(self._at_ns)
            return chain(gaps, self._between(packet, self._at_ns, demand)) if self._group else gaps
        self._key_ns = self._at_ns
        self._group = [packet] if self._is_before_moment(demand) else []
        return chain(gaps, self._key(packet, self._at_ns, demand))

    def _choose(self, demand: Demand) -> None:
        """At a key frame: decide whether key frames are enough from here on."""
        interval_ns = demand.interval_ns
        enough = self._keys.suffice(interval_ns) and self._barren < _BARREN
        assert self._codec is not None
        if enough and not self._keys_only:
            self._codec.flush_buffers()
        self._keys_only = enough
        self._group = []
        spared = interval_ns >= _SPARSE_NS and self._keys.live
        self._codec.skip_frame = "NONREF" if spared else "DEFAULT"

    def _key(self, packet: Packet[VideoStream], media_ns: int, demand: Demand) -> Iterator[Placed]:
        step_ns = self._keys.step_ns or 0
        if not demand.wants(media_ns, step_ns):
            return
        picture = self._alone(packet)
        self._barren = 0 if picture is not None else self._barren + 1
        if picture is not None:
            demand.took(media_ns, step_ns)
            yield Placed(media_ns, picture)

    def _is_before_moment(self, demand: Demand) -> bool:
        """At a key frame: whether a moment is awaited before the next one."""
        moment_ns, step_ns = demand.moment_ns, self._keys.step_ns or 0
        until_ns = self._at_ns + step_ns - step_ns // _JITTER
        return moment_ns is not None and self._at_ns < moment_ns < until_ns

    def _between(
        self, packet: Packet[VideoStream], media_ns: int, demand: Demand
    ) -> Iterator[Placed]:
        """The picture of a moment between two key frames, once it is there.

        Pictures that no other refers to are left out here too: it may be two older than it says.
        """
        self._group.append(packet)
        moment_ns = demand.moment_ns
        if moment_ns is not None and media_ns < moment_ns:
            return
        group, self._group = self._group, []
        if moment_ns is None or self._codec is None:
            return
        with self._turn:
            picture = last_picture(self._codec, group)
            self._codec.flush_buffers()
        if picture is not None:
            demand.took(media_ns)
            yield Placed(media_ns, picture)

    def _give_up_on_keys(self, media_ns: int) -> None:
        """After a packet that is no key frame: decode all if none has come for too long."""
        if self._first_ns is None:
            self._first_ns = media_ns
        if not self._seen_key and media_ns - self._first_ns > _KEYLESS_NS:
            self._keys_only = False

    def _alone(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        """A key frame decoded at once, without waiting for what follows it."""
        codec = self._codec
        assert codec is not None
        with self._turn:
            pictures = whole_pictures(lambda: chain(codec.decode(packet), codec.decode(None)))
            codec.flush_buffers()
        return next(iter(pictures), None)

    def _all(self, packet: Packet[VideoStream], demand: Demand | None) -> Iterator[Gap | Placed]:
        with self._turn:
            pictures = whole_pictures(packet.decode)
        for picture in pictures:
            media_ns, gap = self._place(picture)
            if gap is not None:
                yield gap
            if demand is None or demand.wants(media_ns):
                if demand is not None:
                    demand.took(media_ns)
                yield Placed(media_ns, picture)
