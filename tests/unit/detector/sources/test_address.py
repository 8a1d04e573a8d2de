from __future__ import annotations

from pathlib import Path

import pytest

from detector.sources.address import SourceKind, parse_address, redact
from detector.sources.errors import Fault, SourceError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rtsp://10.0.0.1/stream1", SourceKind.RTSP),
        ("RTSPS://cam.example:322/a", SourceKind.RTSP),
        ("http://10.0.0.1/video.mjpg", SourceKind.HTTP),
        ("https://[::1]:8443/live.m3u8", SourceKind.HTTP),
        ("clips/a.mp4", SourceKind.FILE),
        ("file:///srv/a%20b.mp4", SourceKind.FILE),
    ],
)
def test_an_address_tells_its_kind(text: str, kind: SourceKind) -> None:
    assert parse_address(text).kind is kind


def test_a_folder_is_known_as_one(tmp_path: Path) -> None:
    address = parse_address(tmp_path.name, folder=tmp_path.parent)
    assert (address.kind, address.path, address.is_live) == (SourceKind.FOLDER, tmp_path, False)


def test_relative_paths_start_from_the_folder_given() -> None:
    assert parse_address("a.mp4", folder=Path("/srv")).path == Path("/srv/a.mp4")


def test_a_file_url_is_unquoted() -> None:
    assert parse_address("file:///srv/a%20b.mp4").path == Path("/srv/a b.mp4")


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://viewer:hunter2@10.0.0.1/stream1",
        "http://10.0.0.1/video?user=viewer&pwd=hunter2&channel=1",
        "http://10.0.0.1/video?channel=1&access_token=hunter2",
        "https://viewer:hunter2@10.0.0.1/video?auth=hunter2",
    ],
)
def test_credentials_are_never_shown(text: str) -> None:
    address = parse_address(text)
    shown = f"{address} {address!r} {address.redacted}"
    assert "hunter2" not in shown
    assert "viewer" not in shown
    assert "10.0.0.1" in shown
    assert address.url == text


def test_what_is_no_secret_stays_readable() -> None:
    assert redact("http://u:p@h/v?channel=1&pwd=x#t") == "http://***@h/v?channel=1&pwd=***#t"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("rstp://cam/1", "did you mean rtsp://"),
        ("gopher://cam/1", "nothing here reads gopher://"),
        ("rtsp:///stream1", "names no host"),
        ("rtsp://u:hunter2@cam:99999/1", "port"),
        ("rtsp://cam:0/1", "port 0"),
        ("rtsp://viewer:a/b#@hunter2@10.0.0.1/stream1", "in a password are written %40 %2F"),
        ("rtsp://u:hunter2@[::1/1", "host or port cannot be read"),
    ],
)
def test_a_bad_address_is_refused_in_one_sentence(text: str, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_address(text)
    assert caught.value.fault is Fault.BAD_ADDRESS
    assert what in str(caught.value)
    assert "expected rtsp://" in str(caught.value)
    assert "hunter2" not in str(caught.value)
