"""Channels over the Apprise library, which is imported only where one is made or checked.

Addresses hold tokens and passwords. Apprise writes parts of them into its log, so its log goes
nowhere but here, and what is told of it is told without anything that stands in the address.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

from alerts.pushing.channel import REFUSED, ChannelError

if TYPE_CHECKING:
    from apprise import Apprise
    from apprise.plugins.base import NotifyBase

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_PIECE = re.compile(r"[^\s/:@?&=#,;+%]{3,}")
_LONGEST = 200
_HIDDEN = "***"
_logger = logging.getLogger("apprise")


class BadPushUrlError(ValueError):
    """Apprise makes nothing of an address. ``scheme``: the service, None if it knows none such."""

    def __init__(self, scheme: str | None) -> None:
        super().__init__("got an address of no service, expected one of Apprise's")
        self.scheme = scheme


class AppriseChannel:
    """:class:`alerts.pushing.channel.Channel`; raises ``BadPushUrlError``, sends nothing yet."""

    def __init__(self, url: str) -> None:
        self._secrets = _pieces(url)
        self._service = _instance(url)
        self._apprise = _alone(self._service)
        self._name = _scheme(url) or ""

    @property
    def name(self) -> str:
        return self._name

    @property
    def carries_pictures(self) -> bool:
        return bool(self._service.attachment_support)

    def send(self, title: str, text: str, picture: bytes | None = None) -> None:
        from apprise import NotifyFormat  # noqa: PLC0415
        from apprise.attachment.memory import AttachMemory  # noqa: PLC0415

        attached = None
        if picture is not None and self.carries_pictures:
            attached = AttachMemory(content=picture, name="case.jpg", mimetype="image/jpeg")
        with _heard() as said:
            try:
                done = self._apprise.notify(
                    body=text, title=title, body_format=NotifyFormat.TEXT, attach=attached
                )
            except Exception as error:  # noqa: BLE001  a hundred plugins, each with its own
                raise ChannelError(self._clean([type(error).__name__])) from None
        if not done:
            raise ChannelError(self._clean(said))

    def _clean(self, said: list[str]) -> str:
        """The last thing that Apprise has said, without any piece of the address."""
        line = " ".join(said[-1].split()) if said else ""
        for piece in self._secrets:
            line = re.sub(re.escape(piece), _HIDDEN, line, flags=re.IGNORECASE)
        return line[:_LONGEST] or REFUSED


def check_url(url: str) -> None:
    """Raises ``BadPushUrlError`` if Apprise can do nothing with an address. Sends nothing."""
    _instance(url)


def _instance(url: str) -> NotifyBase:
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415

    # in the caller's own thread: with a time-out of Apprise's own, six that hang would fill the
    # pool that all services share
    asset = AppriseAsset(
        app_id="Kerbwatch", app_desc="", async_mode=False, service_timeout=0, plugin_paths=[]
    )
    with _heard():
        service = Apprise.instantiate(url.strip(), asset=asset)
    if service is None:
        raise BadPushUrlError(_known(url))
    service.optional = False  # "?optional=yes" would call a letter that is lost delivered
    return service


def _alone(service: NotifyBase) -> Apprise:
    from apprise import Apprise  # noqa: PLC0415

    apprise = Apprise(asset=service.asset)
    apprise.add(service)
    return apprise


def _known(url: str) -> str | None:
    from apprise.manager_plugins import NotificationManager  # noqa: PLC0415

    scheme = _scheme(url)
    return scheme if scheme is not None and scheme in NotificationManager() else None


def _scheme(url: str) -> str | None:
    found = _SCHEME.match(url.strip())
    return None if found is None else found[1].lower()


def _pieces(url: str) -> tuple[str, ...]:
    """All that may be a secret, the longest first: everything behind the name of the service."""
    rest = _SCHEME.sub("", url.strip(), count=1)
    found = {piece for text in (rest, unquote(rest)) for piece in _PIECE.findall(text)}
    return tuple(sorted(found, key=lambda piece: (-len(piece), piece)))


class _Ear(logging.Handler):
    """Keeps what is said in the thread that made it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise says of problems while the block lasts, in this thread."""
    _logger.propagate = False
    ear = _Ear()
    _logger.addHandler(ear)
    try:
        yield ear.said
    finally:
        _logger.removeHandler(ear)
