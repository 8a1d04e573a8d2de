"""The cable between a camera and the service: a small TCP proxy that can be broken."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum, auto

import numpy as np

_PART_BYTES = 64 << 10


class Trouble(StrEnum):
    """What can be wrong with a line."""

    CUT = auto()
    REFUSED = auto()
    HALF_OPEN = auto()
    FLIPPED = auto()
    TRUNCATED = auto()
    DELAYED = auto()


@dataclass
class _Connection:
    """Both ends of a connection. ``dead``: it stays open, and nothing comes through any more."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    dead: bool = False

    def abort(self) -> None:
        self.near.transport.abort()
        self.far.transport.abort()


@dataclass
class Line:
    """Forwards connections to a port of loopback; use it within one event loop.

    ``host``: of the interface that it listens at.
    """

    to_port: int
    chance: np.random.Generator
    host: str = "127.0.0.1"
    port: int = 0
    trouble: Trouble | None = None
    _connections: list[_Connection] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self._abort()
        await asyncio.gather(*self._serving)
        await self._server.wait_closed()

    def fail(self, trouble: Trouble) -> None:
        self.trouble = trouble
        if trouble in (Trouble.CUT, Trouble.REFUSED):
            self._abort()
        if trouble is Trouble.HALF_OPEN:
            for connection in self._connections:
                connection.dead = True

    def mend(self) -> None:
        """New connections are well; one that was half open stays so, as with a real one."""
        self.trouble = None

    def _abort(self) -> None:
        for connection in self._connections:
            connection.abort()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.trouble is Trouble.REFUSED:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:  # the camera is down: so is whoever asks for it
            writer.transport.abort()
            return
        connection = _Connection(writer, far_writer, dead=self.trouble is Trouble.HALF_OPEN)
        self._connections.append(connection)
        try:
            up = asyncio.create_task(self._pump(reader, far_writer, connection, spoilt=False))
            down = asyncio.create_task(self._pump(far_reader, writer, connection, spoilt=True))
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if connection.dead and down.done():
                await up  # the camera hangs up, and nobody hears of it
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
        finally:
            self._connections.remove(connection)
            connection.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: _Connection,
        *,
        spoilt: bool,
    ) -> None:
        with suppress(ConnectionError):  # it was aborted: that is what this is for
            while data := await reader.read(_PART_BYTES):
                if connection.dead:
                    continue
                if spoilt and self.trouble is Trouble.DELAYED:
                    await asyncio.sleep(self.chance.uniform(0.0, 1.0))
                writer.write(self._spoilt(data) if spoilt else data)
                await writer.drain()

    def _spoilt(self, data: bytes) -> bytes:
        if self.trouble is Trouble.TRUNCATED and self.chance.random() < 0.3:
            return data[: int(self.chance.integers(len(data)))]
        if self.trouble is not Trouble.FLIPPED:
            return data
        flipped = bytearray(data)
        for at in self.chance.integers(len(data), size=1 + len(data) // 2000):
            flipped[at] ^= 1 << int(self.chance.integers(8))
        return bytes(flipped)
