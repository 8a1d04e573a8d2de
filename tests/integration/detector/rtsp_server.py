"""Plays an H.264 file over RTSP on loopback, again for every client. Not a test.

Run with the system's Python, which has GStreamer's bindings: ``rtsp_server.py FILE PORT KIND``
(port 0: any). Prints ``ready PORT`` when clients may come; serves ``/clip``. Kinds: ``udp`` refuses
TCP, ``basic`` and ``digest`` want the login viewer:hunter2, ``sound`` has no video.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

SOUND = "audiotestsrc is-live=1 ! audioconvert ! alawenc ! rtppcmapay name=pay0 pt=8"


def main(file: str, port: str, kind: str = "") -> None:
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    video = (
        f'filesrc location="{file}" ! qtdemux ! h264parse config-interval=-1 '
        "! rtph264pay name=pay0 pt=96"
    )
    factory.set_launch(f"( {SOUND if kind == 'sound' else video} )")
    factory.set_shared(False)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    if kind == "udp":
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
    if kind in ("basic", "digest"):
        want_login(server, factory, kind)
    server.get_mount_points().add_factory("/clip", factory)
    server.attach(None)
    sys.stdout.write(f"ready {server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


def want_login(
    server: GstRtspServer.RTSPServer, factory: GstRtspServer.RTSPMediaFactory, kind: str
) -> None:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if kind == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest("viewer", "hunter2", token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic("viewer", "hunter2"), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for what in ("access", "construct"):
        permissions.add_permission_for_role("viewer", f"media.factory.{what}", True)
    factory.set_permissions(permissions)


if __name__ == "__main__":
    main(*sys.argv[1:])
