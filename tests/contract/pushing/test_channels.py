"""What every channel must do: the fake of the tests, and Apprise before a real HTTP service."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from alerts.pushing.apprise_channel import AppriseChannel, BadPushUrlError, check_url
from alerts.pushing.channel import Channel, ChannelError
from tests.push_kit import FakeChannel, Service, service

JPEG = b"\xff\xd8\xff" + bytes(2000)


@dataclass
class Bench:
    """A channel, a way to make it fail, and what has arrived: title, text, picture."""

    channel: Channel
    fail: Callable[[], None]
    arrived: Callable[[], list[tuple[str, str, bytes | None]]]


def _heard(one: Service) -> list[tuple[str, str, bytes | None]]:
    return [
        (
            it["title"],
            it["message"],
            base64.b64decode(it["attachments"][0]["base64"]) if it["attachments"] else None,
        )
        for it in one.heard
    ]


@pytest.fixture(params=["fake", "apprise"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "fake":
        fake = FakeChannel("json")
        yield Bench(fake, lambda: setattr(fake, "problem", "500"), lambda: fake.taken)
        return
    with service() as one:
        url = one.url("hunter2token/a", login="viewer:hunter2secret@")
        yield Bench(AppriseChannel(url), lambda: setattr(one, "status", 500), lambda: _heard(one))


def test_a_letter_arrives_as_it_was_written(bench: Bench) -> None:
    bench.channel.send("【新案件】消防通道被占", "位置：3号门\n级别：严重")
    assert bench.arrived() == [("【新案件】消防通道被占", "位置：3号门\n级别：严重", None)]


def test_a_picture_goes_along(bench: Bench) -> None:
    assert bench.channel.carries_pictures
    bench.channel.send("t", "b", JPEG)
    assert bench.arrived() == [("t", "b", JPEG)]


def test_what_the_service_refuses_is_an_error_with_a_problem_in_one_line(bench: Bench) -> None:
    bench.fail()
    with pytest.raises(ChannelError) as caught:
        bench.channel.send("t", "b")
    assert caught.value.problem
    assert "\n" not in caught.value.problem
    assert bench.arrived() == []


def test_its_name_is_that_of_the_service(bench: Bench) -> None:
    assert bench.channel.name == "json"


class _Listener(logging.Handler):
    """What the service's log would have."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


@pytest.fixture
def log() -> Iterator[list[logging.LogRecord]]:
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield listener.heard
    logging.getLogger().removeHandler(listener)


def test_nothing_of_an_address_is_told_or_logged(log: list[logging.LogRecord]) -> None:
    with service() as one:
        one.status = 404
        channel = AppriseChannel(one.url("hunter2token", login="viewer:hunter2secret@"))
        with pytest.raises(ChannelError) as caught:
            channel.send("t", "b")
    with pytest.raises(ChannelError) as away:
        channel.send("t", "b")
    for told in (caught.value.problem, away.value.problem, repr(channel), channel.name):
        assert "hunter2" not in told
        assert "viewer" not in told
    assert "404" in caught.value.problem
    assert log == []


def test_it_is_sent_in_the_thread_that_asks() -> None:
    """A pool that services share would let some that hang hold up all others."""
    before = set(threading.enumerate())
    with service() as one:
        AppriseChannel(one.url()).send("t", "b")
        pools = {it.name for it in set(threading.enumerate()) - before if "Pool" in it.name}
    assert len(one.heard) == 1
    assert pools == set()


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("nosuchservice://hunter2", None),
        ("hunter2", None),
        ("", None),
        ("tgram://hunter2", "tgram"),
        ("wecombot://", "wecombot"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, scheme: str | None) -> None:
    with pytest.raises(BadPushUrlError) as caught:
        check_url(url)
    assert caught.value.scheme == scheme
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "wecombot://12345678-abcd-1234-abcd-1234567890ab",
        "dingtalk://abcdef0123456789",
        "dingtalk://SEC123@abcdef0123456789",
        "feishu://abcdefgh",
        "barks://abcdefgh@api.day.app",
        "barks://api.day.app/abcdefgh",
        "mailtos://duty:secret@qq.com",
        "mailtos://duty:secret@city.example?smtp=smtp.city.example&to=a@city.example",
        "ntfys://user:secret@ntfy.example/topic",
        "jsons://user:secret@sms.example/send",
        "tgram://123456789:abcdefg_hijklmnop/12315544",
    ],
)
def test_the_services_of_the_documentation_are_known(url: str) -> None:
    check_url(url)
