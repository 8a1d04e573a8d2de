"""Addresses: what may stand in ``url`` keys, and what it becomes."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from kerbwatch.config.checks import refuse
from kerbwatch.config.problem import phrase

PACKET_SCHEMES = ("http", "https", "rtsp", "rtsps")
STREAM_SCHEMES = (*PACKET_SCHEMES, "snapshot+http", "snapshot+https")
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
SQLITE = "sqlite:///"
_STORE = re.compile(r"(sqlite:///[^:?#\s][^?#\s]*|postgresql(\+psycopg)?://\S+)")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):")
_LOGIN_WITHOUT_SCHEME = re.compile(r"[^/]*:[^/]*@")
_BLANK_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def check_camera_url(url: str) -> str:
    """Refuse what is neither a stream's address nor a path."""
    match = _SCHEME.match(url)
    scheme = match["scheme"].lower() if match else None
    if scheme in STREAM_SCHEMES:
        _split(url, "camera_url")
    elif scheme == "file":
        _file_path(url)
    elif "://" in url or _LOGIN_WITHOUT_SCHEME.match(url) or not _is_path(url):
        raise refuse("camera_url")
    return url


def check_stream_url(url: str | None) -> str | None:
    """Refuse what no packets come from: files, folders, single pictures."""
    if url is not None and _split(url, "stream_url").scheme.lower() not in PACKET_SCHEMES:
        raise refuse("stream_url")
    return url


def check_broker_url(url: str | None) -> str | None:
    """Refuse what is no ``mqtt://host[:port]`` or ``mqtts://host[:port]``."""
    if url is None:
        return None
    parts = _split(url, "broker_url")
    if "@" in parts.netloc:
        raise refuse("broker_login")
    if parts.scheme not in MQTT_PORTS or parts.path not in {"", "/"} or parts.query:
        raise refuse("broker_url")
    return url


def check_store_url(url: str | None) -> str | None:
    """Refuse what is neither ``sqlite:///path`` nor ``postgresql://…``."""
    if url is not None and not _STORE.fullmatch(url):
        raise refuse("store_url")
    return url


def check_metrics_host(host: str) -> str:
    """Refuse what is no address of this machine to listen on; names could mean any."""
    if host != "localhost":
        try:
            ip_address(host)
        except ValueError:
            raise refuse("metrics_host") from None
    return host


def check_push_urls(urls: list[str]) -> list[str]:
    """Refuse what Apprise makes nothing of; it is imported for that, where there is anything."""
    if urls:
        from alerts.pushing.apprise_channel import BadPushUrlError, check_url  # noqa: PLC0415
    for number, url in enumerate(urls):
        try:
            check_url(url)
        except BadPushUrlError as error:
            if error.scheme is None:
                raise refuse("push_service", phrase("got.hidden"), inside=number) from None
            shown = phrase("got.push_of", scheme=error.scheme)
            raise refuse("push_url", shown, inside=number) from None
    return urls


def check_case_url(url: str | None) -> str | None:
    """Refuse what no phone could open."""
    if url is not None and _split(url, "case_url").scheme not in {"http", "https"}:
        raise refuse("case_url")
    return url


def camera_address(url: str, folder: Path) -> str:
    """A checked address as sources want it: paths absolute, relative ones from ``folder``."""
    match = _SCHEME.match(url)
    scheme = match["scheme"].lower() if match else None
    if scheme in STREAM_SCHEMES:
        return url
    return str(folder / (_file_path(url) if scheme == "file" else url))


def store_address(url: str, folder: Path) -> str:
    """A checked store URL with an absolute path where it is a file."""
    if not url.startswith(SQLITE):
        return url
    return SQLITE + str(folder / url.removeprefix(SQLITE))


def broker_place(url: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS is used, of a checked broker URL."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    return parts.hostname, parts.port or MQTT_PORTS[parts.scheme], parts.scheme == "mqtts"


def _split(url: str, kind: str) -> SplitResult:
    if _BLANK_OR_CONTROL.search(url):
        raise refuse(kind)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise refuse(kind) from None
    if not host or port == 0:
        raise refuse(kind)
    return parts


def _file_path(url: str) -> str:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or not path.startswith("/") or not _is_path(path):
        raise refuse("file_url")
    return path


def _is_path(text: str) -> bool:
    return text.strip() != "" and text.isprintable()
