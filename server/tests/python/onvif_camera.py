"""A camera with ONVIF, RTSP and stills by ipycam, on this machine alone. Prints its port of ONVIF.

`python3 -B onvif_camera.py PASSWORD [no-stills]`, in a folder of its own: it writes there. Its user is admin. Needs ffmpeg.

ipycam wants NumPy and OpenCV, 300 MB, to hand on frames that somebody else draws. Here it gets what draws and hands on plain ones.
What speaks ONVIF, RTSP and HTTP is its own.
"""
import itertools
import shutil
import socket
import subprocess
import sys
import types


class Frame:
    """A plain picture, three bytes a pixel."""

    def __init__(self, width, height, shade):
        self.shape, self.shade = (height, width, 3), shade

    def copy(self):
        return self

    def tobytes(self):
        height, width, _ = self.shape
        return bytes([self.shade, 120, 200]) * (width * height)


class Jpeg(bytes):
    def tobytes(self):
        return self


def imencode(_ending, frame, _options):
    size = f"{frame.shape[1]}x{frame.shape[0]}"
    words = ["ffmpeg", "-v", "quiet", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size, "-i", "-", "-f", "mjpeg", "-"]
    done = subprocess.run(words, input=frame.tobytes(), capture_output=True, check=False)
    return done.returncode == 0 and "no-stills" not in sys.argv, Jpeg(done.stdout)


numpy = types.ModuleType("numpy")
numpy.ndarray, numpy.uint8 = Frame, int
numpy.zeros = lambda shape, dtype: Frame(shape[1], shape[0], 0)
cv2 = types.ModuleType("cv2")
cv2.VideoWriter, cv2.IMWRITE_JPEG_QUALITY = object, 1
cv2.resize = lambda frame, size: Frame(*size, frame.shade)
cv2.imencode = imencode
sys.modules.update(numpy=numpy, cv2=cv2)

# It listens on every interface and announces itself to the network. Here it does neither.
bind = socket.socket.bind
socket.socket.bind = lambda self, to: bind(self, ("127.0.0.1", to[1]))
if not shutil.which("ffmpeg"):
    sys.exit(3)
try:
    import ipycam.camera
except ImportError:
    sys.exit(3)


class Quiet:
    def __init__(self, _service):
        pass

    def start(self):
        pass

    def stop(self):
        pass


ipycam.camera.WSDiscoveryServer = Quiet
config = ipycam.camera.CameraConfig(
    local_ip="127.0.0.1", onvif_port=0, rtsp_port=0, go2rtc_api_port=1, username="admin", password=sys.argv[1], show_timestamp=False,
    main_width=640, main_height=360, main_fps=10, main_bitrate="500K",
    sub_width=320, sub_height=180, sub_fps=10, sub_bitrate="200K",
)  # fmt: skip
camera = ipycam.camera.IPCamera(config)
camera.ptz.set_preset("1", "Gate & yard")
if not camera.start() or camera.rtsp_server is None:
    sys.exit(3)
config.onvif_port = camera._http_server.server_address[1]
config.rtsp_port = camera.rtsp_server._server_socket.getsockname()[1]
print(config.onvif_port, flush=True)
for number in itertools.count():
    # It keeps the pace.
    camera.stream(Frame(640, 360, number % 256))
