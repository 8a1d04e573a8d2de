"""Fetching from a real HTTP server on this machine, which behaves as badly as it likes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from detector.cards import Channels, Layout, ModelCard, Placement
from kerbwatch.errors import DataError
from kerbwatch.wire import fetching
from kerbwatch.wire.fetching import fetch_model

CONTENT = np.random.default_rng(0).bytes(700_000)
PART = ".tiny.onnx.part"


@dataclass
class Server:
    """What it serves, how far before the line breaks, and what was asked of it."""

    url: str = ""
    content: bytes = CONTENT
    breaks_after: int | None = None
    ranges: bool = True
    redirect: str | None = None
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.headers.get("Range"))
            if state.redirect is not None and self.path == "/old.onnx":
                self.send_response(302)
                self.send_header("Location", state.redirect)
                self.end_headers()
                return
            if self.path != "/tiny.onnx":
                self.send_error(404)
                return
            start = self._start()
            if start > len(state.content):
                self.send_error(416)
                return
            rest = state.content[start:]
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest[: state.breaks_after])

        def _start(self) -> int:
            wanted = self.headers.get("Range")
            if wanted is None or not state.ranges:
                self.send_response(200)
                return 0
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start <= len(state.content):
                self.send_response(206)
                whole = len(state.content)
                self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
            return start

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.url = f"http://127.0.0.1:{http.server_address[1]}/tiny.onnx"
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield state
        http.shutdown()
        thread.join()


@pytest.fixture
def card(server: Server) -> Callable[..., ModelCard]:
    def make(
        source: str | None = server.url,
        sha256: str | None = hashlib.sha256(CONTENT).hexdigest(),
    ) -> ModelCard:
        return ModelCard(
            name="tiny", file="tiny.onnx", layout=Layout.YOLOX, input_hw=(64, 64),
            channels=Channels.BGR, pixel_scale=1.0, placement=Placement.CENTRE, pad_value=0,
            classes=("a",), labels=("waste",), min_score=0.5, iou=0.5, licence="MIT",
            origin="tests", source=source, sha256=sha256,
        )  # fmt: skip

    return make


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_file_is_fetched_checked_and_not_fetched_again(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    told: list[tuple[int, int]] = []
    path, fetched = fetch_model(card(), tmp_path / "models", lambda *it: told.append(it))
    assert fetched
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert fetch_model(card(), tmp_path / "models") == (path, False)
    assert server.asked == [None]
    assert files(tmp_path / "models") == ["tiny.onnx"]


def test_what_broke_off_is_gone_on_with(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    server.breaks_after = 300_000
    with pytest.raises(DataError, match=r"fetch\.broken_off"):
        fetch_model(card(), tmp_path)
    assert files(tmp_path) == [PART]
    server.breaks_after = None
    path, _ = fetch_model(card(), tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]
    assert files(tmp_path) == ["tiny.onnx"]


def test_a_server_that_cannot_go_on_begins_anew(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    (tmp_path / PART).write_bytes(b"x" * 1000)
    server.ranges = False
    path, _ = fetch_model(card(), tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_thrown_away(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    (tmp_path / PART).write_bytes(CONTENT + b"more")
    path, _ = fetch_model(card(), tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_part_that_is_whole_only_needs_its_name(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    (tmp_path / PART).write_bytes(CONTENT)
    path, _ = fetch_model(card(), tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.asked == []


def test_another_file_is_refused_and_nothing_of_it_stays(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    """Not even in the place of the file that was there."""
    (tmp_path / "tiny.onnx").write_bytes(b"an older one")
    server.content = CONTENT[:-1] + b"?"
    with pytest.raises(DataError) as caught:
        fetch_model(card(), tmp_path)
    assert caught.value.key == "fetch.wrong_hash"
    assert caught.value.values["got"] == hashlib.sha256(server.content).hexdigest()
    assert files(tmp_path) == ["tiny.onnx"]
    assert (tmp_path / "tiny.onnx").read_bytes() == b"an older one"


def test_a_part_of_another_file_is_found_out_and_the_next_call_begins_anew(
    tmp_path: Path, card: Callable[..., ModelCard]
) -> None:
    (tmp_path / PART).write_bytes(b"x" * 1000)
    with pytest.raises(DataError, match=r"fetch\.wrong_hash"):
        fetch_model(card(), tmp_path)
    assert fetch_model(card(), tmp_path)[0].read_bytes() == CONTENT


@pytest.mark.parametrize("missing", ["source", "sha256"])
def test_without_source_or_hash_nothing_is_fetched(
    missing: str, tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    with pytest.raises(DataError) as caught:
        fetch_model(card(**{missing: None}), tmp_path / "models")
    assert (caught.value.key, caught.value.values["missing"]) == ("fetch.no_source", missing)
    assert server.asked == []
    assert files(tmp_path) == []


def test_what_is_not_there_is_told(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    with pytest.raises(DataError) as caught:
        fetch_model(card(source=f"{server.url}.gz"), tmp_path)
    assert caught.value.key == "fetch.broken_off"
    assert "Not Found" in str(caught.value.values["problem"])


@pytest.mark.parametrize("target", ["http://far.example/tiny.onnx", "file:///etc/hostname"])
def test_it_is_not_sent_where_a_card_could_not_send_it(
    target: str, tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    server.redirect = target
    with pytest.raises(DataError, match=r"fetch\.(not_allowed|broken_off).* is not allowed|far"):
        fetch_model(card(source=server.url.replace("tiny", "old")), tmp_path)
    assert len(server.asked) == 1
    assert files(tmp_path) == []


def test_a_file_that_has_moved_is_fetched_from_where_it_is(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    server.redirect = server.url
    path, _ = fetch_model(card(source=server.url.replace("tiny", "old")), tmp_path)
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_file_on_this_machine_may_be_the_source(
    tmp_path: Path, server: Server, card: Callable[..., ModelCard]
) -> None:
    source = tmp_path / "published.onnx"
    source.write_bytes(CONTENT)
    path, _ = fetch_model(card(source=source.as_uri()), tmp_path / "models")
    assert path.read_bytes() == CONTENT
    assert server.asked == []


def test_more_than_any_model_is_refused(
    tmp_path: Path, card: Callable[..., ModelCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 600_000)
    with pytest.raises(DataError, match=r"fetch\.too_big"):
        fetch_model(card(), tmp_path)
    assert "tiny.onnx" not in files(tmp_path)


def test_nobody_at_the_address_is_told(tmp_path: Path, card: Callable[..., ModelCard]) -> None:
    with pytest.raises(DataError, match=r"fetch\.broken_off"):
        fetch_model(card(source="http://127.0.0.1:1/tiny.onnx"), tmp_path)
