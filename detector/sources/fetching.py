"""One JPEG over HTTP: bounded in time and size, and checked for what it is."""

from __future__ import annotations

import re
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
import requests.auth
from urllib3.exceptions import HTTPError, InsecureRequestWarning, ReadTimeoutError

from detector.sources.access import Access
from detector.sources.address import Address
from detector.sources.errors import Fault
from detector.sources.failures import damaged, network, no_jpeg, timed_out, untrusted
from detector.sources.patience import LiveOptions
from fences.clock import SECOND_NS, Clock

MAX_BYTES = 32 << 20
"""No JPEG of a camera is larger."""

MAX_REDIRECTS = 3

_JPEG = b"\xff\xd8\xff"
_END = b"\xff\xd9"
_PADDING_BYTES = 4096
"""Some cameras send more after the picture's end."""

_PART_BYTES = 64 << 10
_STATUSES = {
    401: (Fault.FORBIDDEN, "it refuses the user name or password"),
    403: (Fault.FORBIDDEN, "it refuses access"),
    404: (Fault.NOT_FOUND, "it has no picture of that name"),
}
_DIGEST = re.compile(r"(?i)\bdigest\s")


class Fetch(Protocol):
    """Gives a camera's picture as it is now."""

    def fetch(self) -> bytes | None:
        """A JPEG, or ``None`` if the camera says that it is as before. Raises ``SourceError``."""
        ...

    def close(self) -> None: ...


class HttpFetcher:
    """A session with one camera. The connection and the answer to its login are kept.

    ``read_s`` bounds the whole fetch, but for redirects and login, which are waited for apart.
    """

    def __init__(
        self, address: Address, access: Access, options: LiveOptions, clock: Clock
    ) -> None:
        self._where = address.redacted
        self._read_s = options.read_s
        self._clock = clock
        self._url, self._login = _without_login(address.url)
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc for a camera
        self._session.max_redirects = MAX_REDIRECTS
        self._session.verify = self._trusted(access)
        self._seen: dict[str, str] = {}

    def fetch(self) -> bytes | None:
        with self._told(), self._answer() as answer:
            if answer.status_code == requests.codes.not_modified:
                return None
            if answer.status_code != requests.codes.ok:
                raise network(self._where, *_refusal(answer.status_code))
            data = self._body(answer)
            self._remember(answer)
        if not data.startswith(_JPEG):
            raise no_jpeg(self._where, "it answers with something that is no JPEG")
        if _END not in data[-_PADDING_BYTES:]:
            raise damaged(self._where, "the picture ends too early")
        return data

    def close(self) -> None:
        self._session.close()

    def _answer(self) -> requests.Response:
        answer = self._get()
        if answer.status_code != requests.codes.unauthorized or self._login is None:
            return answer
        if self._session.auth is not None:
            return answer
        # Which login it wants is in its answer; from here on it is sent along.
        digest = _DIGEST.search(answer.headers.get("WWW-Authenticate", ""))
        answer.close()
        kind = requests.auth.HTTPDigestAuth if digest else requests.auth.HTTPBasicAuth
        self._session.auth = kind(*self._login)
        return self._get()

    def _get(self) -> requests.Response:
        return self._session.get(
            self._url, headers=self._seen, stream=True, timeout=(self._read_s, self._read_s)
        )

    def _body(self, answer: requests.Response) -> bytes:
        begun_ns, data = self._clock.monotonic_ns(), bytearray()
        while part := answer.raw.read1(_PART_BYTES, decode_content=True):  # what is there already
            data += part
            if len(data) > MAX_BYTES:
                raise no_jpeg(self._where, f"its picture is larger than {MAX_BYTES >> 20} MiB")
            if self._clock.monotonic_ns() - begun_ns > self._read_s * SECOND_NS:
                raise timed_out(self._where, f"the picture was not there after {self._read_s:g} s")
        return bytes(data)

    def _remember(self, answer: requests.Response) -> None:
        """The next question asks for what is newer, where the camera can tell."""
        names = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        self._seen = {ask: answer.headers[tell] for tell, ask in names if tell in answer.headers}

    def _trusted(self, access: Access) -> str | bool:
        if access.insecure_tls:
            warnings.simplefilter("ignore", InsecureRequestWarning)  # it was chosen
            return False
        if not access.trusted.is_file():
            raise untrusted(self._where, "ca_file: there is no such file")
        return str(access.trusted)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What breaks a fetch, in our words: the library's repeat the address."""
        try:
            yield
        except requests.exceptions.SSLError as error:
            why = _verify_message(error)
            if why is None:
                raise network(self._where, Fault.UNREACHABLE, "its TLS is not understood") from None
            raise untrusted(self._where, why) from None
        except requests.Timeout:
            raise timed_out(self._where, f"no answer within {self._read_s:g} s") from None
        except requests.TooManyRedirects as error:
            if error.response is not None:
                error.response.close()  # nobody else would
            what = f"it sends elsewhere more than {MAX_REDIRECTS} times"
            raise network(self._where, Fault.BAD_ANSWER, what) from None
        except ReadTimeoutError:
            raise timed_out(self._where, f"nothing came for {self._read_s:g} s") from None
        except HTTPError:
            raise damaged(self._where, "the answer is not whole") from None
        except requests.ConnectionError as error:
            raise network(self._where, *_lost(error)) from None
        except requests.RequestException as error:
            what = f"its answer is not understood ({type(error).__name__})"
            raise network(self._where, Fault.BAD_ANSWER, what) from None


def _refusal(status: int) -> tuple[Fault, str]:
    return _STATUSES.get(status, (Fault.BAD_ANSWER, f"it answers with status {status}"))


def _without_login(url: str) -> tuple[str, tuple[str, str] | None]:
    parts = urlsplit(url)
    login = None
    if parts.username is not None:
        login = unquote(parts.username), unquote(parts.password or "")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])), login


def _verify_message(error: BaseException) -> str | None:
    """Why a certificate was not believed; ``None`` if that is not what has happened."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
    return None


def _lost(error: BaseException) -> tuple[Fault, str]:
    if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)):
        return Fault.REFUSED, "nothing answers at that port"
    return Fault.UNREACHABLE, "it cannot be reached"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and all that stands behind it."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
