"""H.264 in an MP4 as RTP packets (RFC 6184), interleaved in RTSP's own connection.

Packets are made once; what differs from loop to loop, number and time, is written into them
when they are sent.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import av

CLOCK_HZ = 90_000
_PAYLOAD = 1400
_FU_A, _IDR = 28, 5
_HEAD = struct.Struct(
    ">cBHBBHII"
)  # $, channel, length; then RTP: flags, type, number, time, source
_NUMBER_TIME = struct.Struct(">HI")
_NUMBER_AT = 6
"""Where the number stands in a packet, from the ``$``."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture: its packets in a row, where each begins, and whether it is a key frame."""

    packets: bytes
    starts: tuple[int, ...]
    key: bool


@dataclass(frozen=True, slots=True)
class Track:
    """A clip, ready to be sent. ``fmtp`` is what RTSP's description says of the codec.

    ``packets_before``: how many packets lie before each unit, and, last, how many there are.
    """

    units: tuple[AccessUnit, ...]
    packets_before: tuple[int, ...]
    fps: float
    fmtp: str

    def number(self, frame: int) -> int:
        """Of the first packet of a frame; the clip is repeated without an end."""
        loop, index = divmod(frame, len(self.units))
        return loop * self.packets_before[-1] + self.packets_before[index]


def load_track(path: Path) -> Track:
    """Read an MP4 with H.264 and no B-frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        sets = _parameter_sets(stream.codec_context.extradata or b"")
        fps = float(stream.average_rate or 25)
        units = tuple(
            _unit(bytes(packet), sets) for packet in container.demux(stream) if packet.size
        )
    profile = sets[0][1:4].hex()
    props = ",".join(base64.b64encode(nal).decode() for nal in sets)
    fmtp = f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={props}"
    before = tuple(accumulate((len(unit.starts) for unit in units), initial=0))
    return Track(units, before, fps, fmtp)


def numbered(unit: AccessUnit, first: int, time: int) -> bytearray:
    """The packets with their numbers, from ``first`` on, and their time in 1/90,000 s."""
    packets = bytearray(unit.packets)
    for offset, start in enumerate(unit.starts):
        _NUMBER_TIME.pack_into(
            packets, start + _NUMBER_AT, (first + offset) & 0xFFFF, time & 0xFFFFFFFF
        )
    return packets


def _parameter_sets(avcc: bytes) -> list[bytes]:
    """SPS and PPS out of an MP4's ``avcC``."""
    sets: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count, at = avcc[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2], "big")
            sets.append(avcc[at + 2 : at + 2 + size])
            at += 2 + size
    return sets


def _unit(sample: bytes, sets: list[bytes]) -> AccessUnit:
    nals = _nals(sample)
    key = any(nal[0] & 0x1F == _IDR for nal in nals)
    payloads = [part for nal in ([*sets, *nals] if key else nals) for part in _parts(nal)]
    packets, starts = bytearray(), []
    for number, payload in enumerate(payloads):
        starts.append(len(packets))
        last = number == len(payloads) - 1
        kind = 96 | (0x80 if last else 0)
        packets += _HEAD.pack(b"$", 0, 12 + len(payload), 0x80, kind, 0, 0, 0x4B57)
        packets += payload
    return AccessUnit(bytes(packets), tuple(starts), key)


def _nals(sample: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(sample):
        size = int.from_bytes(sample[at : at + 4], "big")
        found.append(sample[at + 4 : at + 4 + size])
        at += 4 + size
    return [nal for nal in found if nal]


def _parts(nal: bytes) -> list[bytes]:
    """A NAL unit as it is, or in fragments (FU-A)."""
    if len(nal) <= _PAYLOAD:
        return [nal]
    indicator, kind = (nal[0] & 0xE0) | _FU_A, nal[0] & 0x1F
    pieces = [nal[at : at + _PAYLOAD] for at in range(1, len(nal), _PAYLOAD)]
    last = len(pieces) - 1
    return [
        bytes((indicator, kind | (0x80 if n == 0 else 0) | (0x40 if n == last else 0))) + piece
        for n, piece in enumerate(pieces)
    ]
