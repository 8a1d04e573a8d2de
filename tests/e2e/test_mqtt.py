"""``kerbwatch mqtt``: what whoever runs the broker or writes a client of it needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.kit import camera, fence, kerbwatch, streams

pytestmark = pytest.mark.timeout(60)

RECIPIENTS = [{"id": "wenshao", "role": "property"}, {"id": "day", "role": "officer"}]
BROKER = {"url": "mqtts://broker.example", "username": "kerbwatch", "base": "city"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cameras = [camera("gate-3", "a.mp4", [fence(notify=["wenshao"])])]
    streams(tmp_path, cameras, recipients=RECIPIENTS, mqtt=BROKER)
    return tmp_path


def test_the_acl_is_made_of_the_configuration(folder: Path) -> None:
    shown = kerbwatch("mqtt", "acl", "--reader", "wall", cwd=folder)
    lines = shown.out.splitlines()
    users = [line for line in lines if line.startswith("user ")]
    assert users == ["user kerbwatch", "user wall", "user wenshao", "user day"]
    assert "topic write city/test/cmd/wenshao/+/+" in lines
    written = kerbwatch("mqtt", "acl", "--reader", "wall", "-o", "acl", cwd=folder)
    assert (written.code, written.out) == (0, "")
    assert "2 recipients written to acl" in written.err
    assert (folder / "acl").read_text() == shown.out


def test_the_acl_names_the_discovery_prefix_only_where_discovery_is_on(folder: Path) -> None:
    assert "/config" not in kerbwatch("mqtt", "acl", cwd=folder).out
    cameras = [camera("gate-3", "a.mp4", [fence()])]
    streams(folder, cameras, mqtt=BROKER | {"discovery": True, "discovery_prefix": "ha/x"})
    shown = kerbwatch("mqtt", "acl", "--reader", "ha", cwd=folder)
    lines = shown.out.splitlines()
    assert "topic write ha/x/+/kerbwatch_test/+/config" in lines
    assert "topic read ha/x/+/kerbwatch_test/+/config" in lines[lines.index("user ha") :]


@pytest.mark.parametrize(
    ("arguments", "lang", "said"),
    [
        (("--service", "day"), "en", "got user name 'day', expected one that is there once"),
        (("--reader", "a\nuser b"), "en", r"got user name 'a\nuser b'"),
        (("--reader", "day"), "zh", "用户名 'day' 不可用"),
    ],
)
def test_user_names_that_do_not_work_are_refused(
    folder: Path, arguments: tuple[str, ...], lang: str, said: str
) -> None:
    done = kerbwatch("mqtt", "acl", *arguments, cwd=folder, lang=lang)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_without_a_user_of_its_own_the_service_must_be_named(tmp_path: Path) -> None:
    streams(tmp_path, [camera("gate-3", "a.mp4", [fence()])])
    done = kerbwatch("mqtt", "acl", cwd=tmp_path)
    assert done.code == 2
    assert "give --service USER" in done.err
    done = kerbwatch("mqtt", "acl", "--service", "kerb", cwd=tmp_path)
    assert (done.code, done.out.splitlines()[2]) == (0, "user kerb")


def test_schemas_are_written_as_one_for_a_file_each_and_as_asyncapi(tmp_path: Path) -> None:
    shown = kerbwatch("mqtt", "schema", cwd=tmp_path)
    assert json.loads(shown.out)["$id"] == "urn:kerbwatch:messages:1"
    written = kerbwatch("mqtt", "schema", "-o", "all.json", cwd=tmp_path)
    assert (written.code, written.out) == (0, "")
    assert (tmp_path / "all.json").read_text() == shown.out
    (tmp_path / "out").mkdir()
    assert "13 files" in kerbwatch("mqtt", "schema", "-o", "out", cwd=tmp_path).err
    kerbwatch("mqtt", "schema", "--asyncapi", "-o", "out", cwd=tmp_path)
    files = {path.name for path in (tmp_path / "out").iterdir()}
    kinds = ("status", "camera", "case", "event", "inbox", "result", "command", "messages")
    more = ("camera_cases", "digest", "discovery", "notice", "report")
    assert files == {"asyncapi.json", *(f"{name}.schema.json" for name in (*kinds, *more))}
    assert json.loads((tmp_path / "out" / "asyncapi.json").read_text())["asyncapi"] == "3.0.0"
