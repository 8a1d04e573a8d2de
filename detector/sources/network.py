"""Opening a stream on the network: which transport, whose certificate, and why it fails."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from detector.sources.access import Access, Transport
from detector.sources.address import Address, SourceKind
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import explain_network, timed_out, untrusted
from detector.sources.patience import LiveOptions
from detector.sources.video import OpenedVideo, open_video
from fences.clock import SECOND_NS, Clock

_PROTOCOLS = "tcp,udp,tls,rtp,srtp,rtsp,rtsps,http,https,httpproxy,crypto,data"  # and no file
_UDP_BUFFER_BYTES = 1 << 20  # a key frame comes all at once
_PORTS = {"rtsps": 322, "https": 443}

_ANSWERED = frozenset({Fault.TRANSPORT_REFUSED, Fault.BAD_ANSWER})
"""The camera is there, and has said no: another way of asking may do."""

_CERTAIN = frozenset({Fault.NOT_VIDEO, Fault.UNKNOWN_CODEC})
"""It has been seen what there is."""

_TCP = {"rtsp_transport": "tcp", "allowed_media_types": "video"}
_UDP = {
    "rtsp_transport": "udp",
    "allowed_media_types": "video",
    "buffer_size": str(_UDP_BUFFER_BYTES),
}
_WITH_SOUND = {"rtsp_transport": "tcp"}
"""Where there is only sound, nothing can be asked for; this finds out."""

_WAYS = {
    Transport.AUTO: (_TCP, _UDP, _WITH_SOUND),
    Transport.TCP: (_TCP, _WITH_SOUND),
    Transport.UDP: (_UDP,),
}


class NetworkDoor:
    """Opens the streams of one camera; what has given a picture is tried first the next time.

    That a way opens proves nothing: over UDP a session begins though no packet comes through.
    Stayed with after one damaged answer over TCP, it left a camera blind for good.
    """

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._ways = _WAYS[self._access.transport]
        self._unproven = False

    def __call__(self, address: Address, options: LiveOptions) -> OpenedVideo:
        """Connect. Raises ``SourceError``, that of the first way where none works."""
        if address.kind is not SourceKind.RTSP:
            return self._open(address, options, {})
        if self._unproven:
            self._ways, self._unproven = _WAYS[self._access.transport], False
        first: SourceError | None = None
        for way in self._ways:
            try:
                opened = self._open(address, options, way)
            except SourceError as error:
                if error.fault in _CERTAIN:
                    raise
                first = first or error
                if error.fault not in _ANSWERED:
                    break
            else:
                self._unproven = True
                return replace(opened, on_picture=partial(self._prefer, way))
        assert first is not None
        raise first

    def _prefer(self, way: dict[str, str]) -> None:
        self._ways = (way, *(other for other in self._ways if other is not way))
        self._unproven = False

    def _open(self, address: Address, options: LiveOptions, way: dict[str, str]) -> OpenedVideo:
        silence_us = str(int(options.read_s * 1_000_000))
        timeout = "timeout" if address.kind is SourceKind.RTSP else "rw_timeout"
        begun_ns = self._clock.monotonic_ns()
        settings = {"protocol_whitelist": _PROTOCOLS, timeout: silence_us, **way}
        try:
            return open_video(
                address.url,
                where=address.redacted,
                explain=explain_network,
                options=settings | self._tls(),
                threads=options.decode_threads,
            )
        except SourceError as error:
            silent_s = (self._clock.monotonic_ns() - begun_ns) / SECOND_NS
            if error.fault is Fault.BAD_ANSWER and silent_s >= options.read_s:
                # What FFmpeg says of a camera that says nothing.
                raise timed_out(address.redacted, f"no answer within {silent_s:.1f} s") from None
            if error.fault is Fault.UNREACHABLE:
                self._check_certificate(address, options)
            raise

    def _tls(self) -> dict[str, str]:
        """FFmpeg trusts everybody unless it is told not to."""
        verify = "0" if self._access.insecure_tls else "1"
        return {"tls_verify": verify, "ca_file": str(self._access.trusted)}

    def _check_certificate(self, address: Address, options: LiveOptions) -> None:
        """FFmpeg tells nothing of a bad certificate but that reading fails; Python tells why."""
        parts = urlsplit(address.url)
        port = parts.port or _PORTS.get(parts.scheme.lower())
        if parts.scheme.lower() not in _PORTS or self._access.insecure_tls:
            return
        assert parts.hostname is not None
        try:
            context = self._access.context()
            with socket.create_connection((parts.hostname, port or 0), options.read_s) as plain:
                context.wrap_socket(plain, server_hostname=parts.hostname).close()
        except ssl.SSLCertVerificationError as error:
            raise untrusted(address.redacted, error.verify_message) from None
        except ssl.SSLError:
            return  # it is no question of trust
        except OSError as error:
            if self._access.ca_file is not None and not self._access.ca_file.is_file():
                raise untrusted(address.redacted, f"ca_file: {error.strerror}") from None
