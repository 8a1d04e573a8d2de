"""Twenty cameras, a running service, and everything that can go wrong between them.

``python -m tests.faults.run --faults 200 --cameras 20 --seed 1``: what happens is told as it
does, and the last line is JSON. After each fault every camera that it met must give new frames
again within its back-off and its read timeout, no case may end, and the service may not grow.
Where that is allowed, all of it has a network of its own, which can be cut; else such faults are
left out, and the last line says why.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from detector.sources.patience import LiveOptions
from kerbwatch.clock import SystemClock
from tests.faults.cameras import Server
from tests.faults.line import Line
from tests.faults.network import Network, Outage, own_network
from tests.faults.plan import KINDS, Mischief, Planned, plan
from tests.faults.service import Service, State
from tests.faults.street import Clips, write_clips
from tests.faults.verdict import Result, allowed

_CLOCK = SystemClock()
_SETTLE_S = 0.3
"""A frame decoded so soon after a fault's end may have come before it."""

_EACH_S, _OUTAGE_S = 2.0, 6.0
"""How long each lasts where there is one of each; an outage until the connection is given up."""

_GIVE_UP_S = 120.0
_BEGIN_S = 90.0


@dataclass
class Round:
    """One run over ``cameras`` cameras on ``servers`` servers."""

    cameras: int
    servers: int
    clips: Clips
    folder: Path
    chance: np.random.Generator
    tell: Callable[[str], None]
    left_out: Mapping[Outage, str]
    network: Network | None = None
    hosts: list[Server] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    busy: list[asyncio.Lock] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    state: State | None = None
    rest_s: float = 0.0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _watching: asyncio.Task[None] | None = None

    async def run(self, faults: tuple[Planned, ...], every_s: float, rest_s: float) -> Result:
        """Every fault of the plan; raises ``TimeoutError`` if the service never gets going.

        A new one every ``every_s``, but no camera has the next within ``rest_s`` of being well.
        """
        self.rest_s = rest_s
        async with AsyncExitStack() as stack:
            service = await self._begin(stack)
            self._watching = asyncio.create_task(self._watch(service))
            stack.callback(self._watching.cancel)
            await self._until(
                lambda state: state.open_cases >= self.cameras, _BEGIN_S, "cases open"
            )
            for host in self.hosts:
                host.show(self.clips.standing[0])
            await self._all_live(_CLOCK.monotonic_ns() / 1e9, range(self.cameras))
            self.tell(f"{self.cameras} cases are open; the faults begin")
            warm = len(faults) // 5 if rest_s else 0
            await self._suffer_all(faults[:warm], every_s)
            half = (warm + len(faults)) // 2 if rest_s else 0
            sizes = [await service.state()]
            for part in (faults[warm:half], faults[half:]):
                await self._suffer_all(part, every_s)
                sizes.append(await service.state())
            ended = service.ended()
        return self._result(faults, sizes, ended)

    def _result(self, faults: tuple[Planned, ...], sizes: list[State], ended: int) -> Result:
        before, middle, after = sizes
        return Result(
            faults=len(faults),
            cameras=self.cameras,
            recovered=len(faults) - len(self.late),
            slowest_s=round(max(self.took_s, default=0.0), 1),
            false_clears=ended,
            rss_growth_mb=round(after.rss_mb - before.rss_mb, 1),
            rss_growth_late_mb=round(after.rss_mb - middle.rss_mb, 1),
            thread_growth=after.threads - before.threads,
            file_growth=after.files - before.files,
            late=tuple(self.late),
            kinds=dict(Counter(str(fault.kind) for fault in faults)),
            left_out={str(kind): why for kind, why in self.left_out.items()},
        )

    async def _begin(self, stack: AsyncExitStack) -> Service:
        for _ in range(self.servers):
            host = Server(self.clips.arriving)
            stack.callback(host.close)
            self.hosts.append(host)
        if Outage.UNPLUGGED not in self.left_out:
            self.network = Network(self.cameras + 1)
            stack.callback(self.network.close)
        for number in range(self.cameras):
            line = Line(self._host(number).port, self.chance, self._address(number))
            await line.open()
            stack.push_async_callback(line.close)
            self.lines.append(line)
            self.busy.append(asyncio.Lock())
        urls = [f"rtsp://{line.host}:{line.port}/clip" for line in self.lines]
        service = self._service(urls)
        stack.callback(service.stop)
        await service.started()
        return service

    def _service(self, urls: list[str]) -> Service:
        """Its metrics have a cable of their own, after those of the cameras."""
        if self.network is None:
            return Service(self.folder, urls)
        host = self.network.service_host(self.cameras)
        return Service(self.folder, urls, self.network.inside, host)

    def _address(self, camera: int) -> str:
        return "127.0.0.1" if self.network is None else self.network.host(camera)

    def _host(self, camera: int) -> Server:
        return self.hosts[camera % self.servers]

    async def _watch(self, service: Service) -> None:
        try:
            while True:
                self.state = await service.state()
                self._news.set()
                self._news.clear()
                await asyncio.sleep(0.25)
        finally:
            self._news.set()

    async def _until(self, holds: Callable[[State], bool], within_s: float, what: str) -> State:
        try:
            async with asyncio.timeout(within_s):
                while self.state is None or not holds(self.state):
                    await self._heard()
        except TimeoutError:
            raise TimeoutError(f"waited {within_s:g} s for: {what}; at last {self.state}") from None
        return self.state

    async def _heard(self) -> None:
        """Wait for news; raises what has ended the watching, without which none come."""
        assert self._watching is not None
        if self._watching.done():
            await self._watching
        await self._news.wait()

    async def _suffer_all(self, faults: tuple[Planned, ...], every_s: float) -> None:
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                group.create_task(self._suffer(fault))
                await asyncio.sleep(every_s)

    async def _suffer(self, fault: Planned) -> None:
        """One fault, when all its cameras are well; to when they are well again."""
        met = [fault.target]
        if isinstance(fault.kind, Mischief):
            met = list(range(fault.target, self.cameras, self.servers))
        async with AsyncExitStack() as stack:
            for number in met:
                await stack.enter_async_context(self.busy[number])
            await self._hurt(fault)
            over_s = _CLOCK.monotonic_ns() / 1e9
            took_s = await self._all_live(over_s, met)
            self._judge(fault, met, took_s)
            await asyncio.sleep(self.rest_s)

    def _judge(self, fault: Planned, met: list[int], took_s: float) -> None:
        allowed_s = allowed(fault)
        self.took_s.append(took_s)
        where = f"{fault.kind} for {fault.lasts_s:.1f} s, cameras {met}"
        self.tell(f"{where}: live after {took_s:.1f} s (allowed {allowed_s:.1f} s){self._size()}")
        if took_s > allowed_s:
            self.late.append(f"{where}: {took_s:.1f} s")

    def _size(self) -> str:
        assert self.state is not None
        return (
            f", {self.state.rss_mb:.0f} MB, {self.state.threads} threads, {self.state.files} files"
        )

    async def _hurt(self, fault: Planned) -> None:
        if isinstance(fault.kind, Mischief):
            host = self.hosts[fault.target]
            other = next(clip for clip in self.clips.standing if clip != host.clip)
            await host.suffer(fault.kind, fault.lasts_s, other)
            return
        if isinstance(fault.kind, Outage):
            assert self.network is not None
            await asyncio.to_thread(self.network.fail, fault.target, fault.kind)
            await asyncio.sleep(fault.lasts_s)
            await asyncio.to_thread(self.network.mend, fault.target, fault.kind)
            return
        line = self.lines[fault.target]
        line.fail(fault.kind)
        await asyncio.sleep(fault.lasts_s)
        line.mend()

    async def _all_live(self, since_s: float, cameras: range | list[int]) -> float:
        """How long after ``since_s`` the last of these cameras had a new frame."""
        names = [f"cam-{number}" for number in cameras]

        def live(state: State) -> bool:
            return all(state.new_frame_s[name] > since_s + _SETTLE_S for name in names)

        try:
            state = await self._until(live, _GIVE_UP_S, f"new frames of {names}")
        except TimeoutError as error:
            self.tell(str(error))
            return _GIVE_UP_S
        return state.at_s - since_s


def one_of_each(
    folder: Path, tell: Callable[[str], None], left_out: Mapping[Outage, str]
) -> Result:
    """Every kind of fault once, all at the same time, each on a camera of its own."""
    kinds = [kind for kind in KINDS if kind not in left_out]
    faults = tuple(
        Planned(kind, number, _OUTAGE_S if isinstance(kind, Outage) else _EACH_S)
        for number, kind in enumerate(kinds)
    )
    many, chance = len(faults), np.random.default_rng(1)
    begun = Round(many, many, write_clips(folder), folder, chance, tell, left_out)
    return asyncio.run(begun.run(faults, every_s=0.1, rest_s=0.0))


def run(
    folder: Path,
    amount: argparse.Namespace,
    tell: Callable[[str], None],
    left_out: Mapping[Outage, str],
) -> Result:
    """A whole run of so many ``faults``; ``folder`` gets clips, configuration, store and log."""
    cameras, servers = amount.cameras, max(1, amount.cameras // 4)
    chance = np.random.default_rng(amount.seed)
    begun = Round(cameras, servers, write_clips(folder), folder, chance, tell, left_out)
    kinds = [kind for kind in KINDS if kind not in left_out]
    planned = plan(amount.seed, amount.faults, cameras, servers, kinds)
    return asyncio.run(
        begun.run(planned, every_s=20.0 / cameras, rest_s=LiveOptions().pace.steady_s)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", action="store_true", help="one of each kind at once, no more")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--cameras", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep the service's log and store there")
    options = parser.parse_args()
    left_out = own_network("tests.faults.run", sys.argv[1:])
    tell = partial(print, flush=True)
    for kind, why in left_out.items():
        tell(f"{kind} is left out: {why}")
    with ExitStack() as stack:
        folder = options.out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        if options.each:
            result = one_of_each(folder, tell, left_out)
        else:
            result = run(folder, options, tell, left_out)
    tell(json.dumps(asdict(result)))
    good = result.recovered == result.faults and result.false_clears == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
