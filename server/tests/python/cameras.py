"""Cameras by GStreamer's RTSP server, on this machine alone. Prints its two ports; the second one wants Digest, admin and secret.

Debian: gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly} gstreamer1.0-x
"""
import sys

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtsp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
except (ImportError, ValueError):
    sys.exit(3)

Gst.init(None)
if not all(Gst.ElementFactory.find(name) for name in ("timeoverlay", "x264enc", "x265enc", "jpegenc", "rtph265pay")):
    sys.exit(3)

# I420: without it the pattern negotiates 4:4:4, which no browser plays.
SOURCE = "videotestsrc is-live=true ! video/x-raw,format=I420,width=640,height=360,framerate=10/1 ! timeoverlay ! "
H264 = "x264enc speed-preset=ultrafast key-int-max=20 {} ! rtph264pay name=pay0 pt=96 config-interval=1"
PICTURES = {
    "/h264": H264.format("tune=zerolatency ! video/x-h264,profile=baseline"),
    "/late": H264.format("bframes=2 b-adapt=false rc-lookahead=5 ! video/x-h264,profile=main"),
    "/h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=20 ! rtph265pay name=pay0 pt=96 config-interval=1",
    "/jpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
}


def serve(wants_password):
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
    if wants_password:
        # A token for everybody else would turn the challenge into a 404.
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken.new()
        token.set_string("media.factory.role", "user")
        auth.add_digest("admin", "secret", token)
        server.set_auth(auth)
    for path, encoder in PICTURES.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {SOURCE}{encoder} )")
        factory.set_shared(True)
        if wants_password:
            permissions = GstRtspServer.RTSPPermissions.new()
            for what in ("access", "construct"):
                permissions.add_permission_for_role("user", f"media.factory.{what}", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    return server


servers = [serve(False), serve(True)]
print(*(server.get_bound_port() for server in servers), flush=True)
GLib.MainLoop().run()
