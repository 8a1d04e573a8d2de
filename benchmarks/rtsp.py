"""Many cameras in one cheap process: MP4 files served over RTSP, looped without an end.

``python -m benchmarks.rtsp MOUNTS LOG [PORT [live]]``: MOUNTS is a JSON file ``{"name": "clip.mp4",
…}``, PORT 0 any. ``live``: all clients see the same picture at the same moment, by the machine's
clock, of all such servers; each else has its clip from the beginning.
Prints ``ready PORT``; writes a line ``{"play": name, "at_ns": …, "frame": …}`` to LOG whenever
somebody begins to watch. Nothing is decoded, encoded or parsed while it serves: the packets of
a clip are made once and shared by its mounts. Every client has its clip from the beginning, but
for the mount's offset of less than a key-frame interval, so that not all key frames of a city
come at one moment; numbers and times go on across the seam. Who reads too slowly loses pictures
up to the next key frame, as with a camera. TCP only.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from benchmarks.rtp import CLOCK_HZ, Track, load_track, numbered
from kerbwatch.clock import SystemClock

_BEHIND_BYTES = 4 << 20
_GOLDEN = 0.618
_KEY_S = 2.0
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Mount:
    """A camera's stream; ``offset`` in frames is where its clients begin, ``None``: it is live."""

    name: str
    track: Track
    offset: int | None


@dataclass
class Client:
    """One connection: RTSP's requests are answered, and the clip sent once it plays."""

    mounts: dict[str, Mount]
    log: TextIO
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    playing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        try:
            while (first := await self.reader.readexactly(1)) is not None:
                if first == b"$":  # a receiver's report
                    head = await self.reader.readexactly(3)
                    await self.reader.readexactly(int.from_bytes(head[1:], "big"))
                elif not self._answer((first + await self.reader.readuntil(b"\r\n\r\n")).decode()):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it has gone: that is how watching ends
        finally:
            if self.playing is not None:
                self.playing.cancel()
            self.writer.close()

    def _answer(self, request: str) -> bool:
        """Whether the connection goes on."""
        lines = request.split("\r\n")
        method, url = lines[0].split()[:2]
        heads = {k.strip().lower(): v.strip() for k, _, v in (it.partition(":") for it in lines)}
        mount = self.mounts.get(url.split("/")[3].split("?")[0] if url.count("/") > 2 else "")
        if mount is None:
            self._say("404 Not Found", heads)
            return True
        match method:
            case "DESCRIBE":
                kind = ("Content-Type: application/sdp", f"Content-Base: {url}/")
                self._say("200 OK", heads, *kind, body=_description(mount))
            case "SETUP" if "TCP" not in heads.get("transport", ""):
                self._say("461 Unsupported Transport", heads)
            case "SETUP":
                self._say("200 OK", heads, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
            case "PLAY":
                self._say("200 OK", heads, "Range: npt=now-")
                self.playing = self.playing or asyncio.create_task(self._play(mount))
            case "OPTIONS":
                self._say("200 OK", heads, "Public: DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
            case _:
                self._say("200 OK", heads)
        return method != "TEARDOWN"

    def _say(self, status: str, heads: dict[str, str], *more: str, body: str = "") -> None:
        length = [f"Content-Length: {len(body)}"] if body else []
        lines = [f"RTSP/1.0 {status}", f"CSeq: {heads.get('cseq', '0')}", "Session: 1;timeout=60"]
        self.writer.write(("\r\n".join([*lines, *more, *length]) + "\r\n\r\n" + body).encode())

    async def _play(self, mount: Mount) -> None:
        track, skipping, begin_ns = mount.track, False, _CLOCK.monotonic_ns()
        frame = origin = round(begin_ns * track.fps / 1e9) if mount.offset is None else mount.offset
        note = {"play": mount.name, "at_ns": begin_ns, "frame": frame}
        self.log.write(json.dumps(note) + "\n")
        self.log.flush()
        while not self.writer.is_closing():
            due_s = (frame - origin) / track.fps - (_CLOCK.monotonic_ns() - begin_ns) / 1e9
            if due_s > 0:
                await asyncio.sleep(due_s)
            unit = track.units[frame % len(track.units)]
            behind = self.writer.transport.get_write_buffer_size() > _BEHIND_BYTES
            skipping = behind or (skipping and not unit.key)
            if not skipping:
                time = round(frame * CLOCK_HZ / track.fps)
                self.writer.write(numbered(unit, track.number(frame), time))
            frame += 1


def _description(mount: Mount) -> str:
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        f"s={mount.name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=range:npt=now-",
        "m=video 0 RTP/AVP 96",
        f"a=rtpmap:96 H264/{CLOCK_HZ}",
        f"a=fmtp:96 {mount.track.fmtp}",
        f"a=framerate:{mount.track.fps:g}",
        "a=control:track0",
    )
    return "\r\n".join(lines) + "\r\n"


def mounts_of(clips: dict[str, str], *, live: bool = False) -> dict[str, Mount]:
    """Each clip is loaded once, however many mounts show it."""
    tracks = {path: load_track(Path(path)) for path in dict.fromkeys(clips.values())}
    begins = {
        name: None if live else round(number * _GOLDEN % 1 * _KEY_S * tracks[path].fps)
        for number, (name, path) in enumerate(clips.items())
    }
    return {name: Mount(name, tracks[path], begins[name]) for name, path in clips.items()}


async def serve(mounts: dict[str, Mount], log: TextIO, port: int = 0) -> None:
    """Serve on a port of loopback, 0: any free one, until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Client(mounts, log, reader, writer).serve()

    server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=512)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


def main(mounts: str, log: str, port: str = "0", kind: str = "") -> None:
    clips = json.loads(Path(mounts).read_text(encoding="utf-8"))
    with Path(log).open("w", encoding="utf-8") as to, suppress(KeyboardInterrupt):
        asyncio.run(serve(mounts_of(clips, live=kind == "live"), to, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
