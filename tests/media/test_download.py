"""Downloads: what they fetch, resume, refuse and survive, against a real server on loopback."""

from __future__ import annotations

import datetime as dt
import errno
import io
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, ExtractorError

from heaters.domain.errors import Cancelled, ExternalFailure, HeatersError, InvalidInput
from heaters.media.download import Downloaded, DownloadOptions, DownloadProgress, download
from heaters.media.download_failures import FailureKind, explain
from heaters.media.download_guard import is_allowed
from heaters.storage.errors import StorageFull
from tests.support.barcodes import decode_barcodes, decode_clicks, write_barcode_video
from tests.support.http_server import (
    Hold,
    HttpServer,
    body,
    cut_whole_answers,
    redirect,
    send_file,
    serve,
    statuses,
)

MEDIA_BYTES = 1_000_000
LOOPBACK_ONLY = DownloadOptions(allowed_networks=("127.0.0.0/8",))


@pytest.fixture
def media() -> bytes:
    """What a media file looks like to a downloader: an MP4 signature, then noise."""
    return b"\0\0\0\x18ftypmp42" + random.Random(7).randbytes(MEDIA_BYTES - 12)


@pytest.fixture
def server(tmp_path: Path, media: bytes) -> Iterator[HttpServer]:
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "video.mp4").write_bytes(media)
    with serve(folder) as running:
        yield running


@dataclass
class Fetch:
    """A call of ``download`` with everything that a test does not care about."""

    out_dir: Path
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: list[DownloadProgress] = field(default_factory=list)
    moving: threading.Event = field(default_factory=threading.Event)

    def __call__(self, url: str, options: DownloadOptions = LOOPBACK_ONLY) -> Downloaded:
        return download(
            url,
            self.out_dir,
            options=options,
            on_progress=self._note,
            cancelled=self.cancelled,
        )

    def _note(self, step: DownloadProgress) -> None:
        self.progress.append(step)
        self.moving.set()

    def in_background(self, url: str, options: DownloadOptions = LOOPBACK_ONLY) -> Background:
        return Background(lambda: self(url, options))

    def partial_file(self) -> Path:
        (path,) = self.out_dir.glob("*.part")
        return path


class Background(threading.Thread):
    """A call in another thread, and how it ended."""

    def __init__(self, call: Callable[[], Downloaded]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self.error: HeatersError | None = None
        self.start()

    def run(self) -> None:
        try:
            self._call()
        except HeatersError as error:
            self.error = error


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    return Fetch(tmp_path / "out")


def hold_the_media() -> Hold:
    """Stop in the middle of the media; the request before is yt-dlp looking what there is."""
    return Hold(MEDIA_BYTES // 2, spared_requests=1)


# What is fetched


def test_a_file_arrives_as_it_was_served(fetch: Fetch, server: HttpServer, media: bytes) -> None:
    just_enough = DownloadOptions(allow_private=True, max_bytes=len(media))
    got = fetch(f"{server.base_url}/video.mp4", just_enough)
    assert got.path.read_bytes() == media
    assert (got.size_bytes, got.title, got.extractor) == (len(media), "video", "generic")
    assert (got.path.parent, got.path.suffix) == (fetch.out_dir, ".mp4")
    assert list(fetch.out_dir.iterdir()) == [got.path]


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        ("/watch.php?token=a.b/c&x=1", "video/mp4"),
        ("/stream?token=a.b/c&x=1", "text/html; charset=utf-8"),
    ],
)
def test_a_file_is_fetched_whatever_its_name_and_type(
    fetch: Fetch, server: HttpServer, media: bytes, target: str, content_type: str
) -> None:
    path = target.partition("?")[0]
    (server.folder / path[1:]).write_bytes(media)
    server.routes[path] = partial(send_file, content_type=content_type)
    got = fetch(server.base_url + target)
    assert got.path.read_bytes() == media
    assert "token=" not in got.title + got.remote_id


def test_a_page_with_a_video_element_gives_that_video(
    fetch: Fetch, server: HttpServer, media: bytes
) -> None:
    server.routes["/"] = body("<title>A walk</title><video src='video.mp4'></video>")
    server.routes["/moved"] = redirect("/")
    got = fetch(f"{server.base_url}/moved")
    assert got.path.read_bytes() == media
    assert got.title.startswith("A walk")


def test_separate_streams_are_joined_with_their_sound_in_place(
    fetch: Fetch, server: HttpServer, tmp_path: Path
) -> None:
    source = write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=75, bframes=2)
    apart = ["-map", "0:v", "-map", "0:a", "-var_stream_map", "v:0,agroup:s a:0,agroup:s"]
    segment(source, server.folder, "s%v", *apart, "-master_pl_name", "all.m3u8")
    got = fetch(f"{server.base_url}/all.m3u8")
    assert decode_barcodes(got.path) == list(range(75))
    with av.open(str(got.path)) as joined:
        start_s = next(joined.decode(video=0)).time
    assert start_s is not None
    heard = {click.pitch: click.time_s - start_s for click in decode_clicks(got.path)}
    meant = {click.pitch: click.time_s for click in decode_clicks(source)}
    assert len(meant) > 8
    assert {pitch: heard.get(pitch) for pitch in meant} == pytest.approx(meant, abs=0.03)
    assert list(fetch.out_dir.iterdir()) == [got.path]
    with pytest.raises(InvalidInput, match="larger than"):
        fetch(
            f"{server.base_url}/all.m3u8",
            DownloadOptions(allow_private=True, max_bytes=got.size_bytes // 2),
        )


def test_an_encrypted_stream_is_fetched_without_another_program(
    fetch: Fetch, server: HttpServer, tmp_path: Path
) -> None:
    source = write_barcode_video(
        tmp_path / "a.mp4", fps=Fraction(25), frame_count=25, width=160, height=90, audio=False
    )
    key = tmp_path / "key"
    key.write_bytes(bytes(range(16)))
    (server.folder / "key").write_bytes(key.read_bytes())
    (tmp_path / "key.info").write_text(f"{server.base_url}/key\n{key}\n")
    segment(source, server.folder, "v", "-hls_key_info_file", str(tmp_path / "key.info"))
    got = fetch(f"{server.base_url}/v.m3u8")
    assert decode_barcodes(got.path) == list(range(25))


def segment(source: Path, folder: Path, name: str, *options: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(source), *options]
    command += ["-c", "copy", "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"]
    command += ["-hls_segment_filename", f"{name}-%d.ts", f"{name}.m3u8"]
    subprocess.run(command, check=True, cwd=folder)


# What is resumed


def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    fetch: Fetch, server: HttpServer, media: bytes
) -> None:
    server.routes["/video.mp4"] = cut_whole_answers(MEDIA_BYTES // 2)
    assert fetch(f"{server.base_url}/video.mp4").path.read_bytes() == media
    assert int(server.seen[-1].headers["Range"].removeprefix("bytes=")[:-1]) > 0
    sizes = [step.downloaded_bytes for step in fetch.progress]
    assert len(sizes) > 1
    assert sizes == sorted(sizes)
    assert fetch.progress[-1] == DownloadProgress(len(media), len(media))


def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    fetch: Fetch, server: HttpServer, media: bytes
) -> None:
    server.routes["/video.mp4"] = statuses(200, 503)
    assert fetch(f"{server.base_url}/video.mp4").path.read_bytes() == media


WORKER = """
import sys, threading
from pathlib import Path
from heaters.media.download import DownloadOptions, download
download(sys.argv[1], Path(sys.argv[2]), options=DownloadOptions(allow_private=True),
         on_progress=lambda progress: print(progress, flush=True), cancelled=threading.Event())
"""


def test_a_killed_worker_takes_its_download_along_and_the_next_one_resumes_it(
    fetch: Fetch, server: HttpServer, media: bytes
) -> None:
    hold = server.routes["/video.mp4"] = hold_the_media()
    url = f"{server.base_url}/video.mp4"
    command = [sys.executable, "-c", WORKER, url, str(fetch.out_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
        assert worker.stdout and worker.stdout.readline()
        worker.kill()
    assert hold.left.wait(30), "the download went on without its worker"
    kept_bytes = fetch.partial_file().stat().st_size
    hold.released.set()
    assert fetch(url).path.read_bytes() == media
    assert kept_bytes > 0
    assert server.seen[-1].headers["Range"] == f"bytes={kept_bytes}-"


def test_a_killed_download_is_a_failure_that_heals(fetch: Fetch, server: HttpServer) -> None:
    server.routes["/video.mp4"] = hold_the_media()
    running = fetch.in_background(f"{server.base_url}/video.mp4")
    assert fetch.moving.wait(30)
    os.kill(child_pid(), signal.SIGKILL)
    running.join(30)
    assert isinstance(running.error, ExternalFailure)
    assert "-9" in str(running.error)


def child_pid() -> int:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid() and b"heaters.media.download_child" in command:
            return int(process.name)
    raise AssertionError("no download is running")


def test_a_file_that_changed_meanwhile_is_fetched_anew(fetch: Fetch, server: HttpServer) -> None:
    hold = server.routes["/video.mp4"] = hold_the_media()
    running = fetch.in_background(f"{server.base_url}/video.mp4")
    assert fetch.moving.wait(30)
    fetch.cancelled.set()
    running.join(30)
    fetch.cancelled.clear()
    hold.released.set()
    other = b"\0\0\0\x18ftypmp42" + random.Random(8).randbytes(MEDIA_BYTES)
    (server.folder / "video.mp4").write_bytes(other)
    assert fetch(f"{server.base_url}/video.mp4").path.read_bytes() == other
    assert "If-Range" in server.seen[-1].headers


# What ends early


def test_a_cancelled_download_stops_and_keeps_what_it_has(fetch: Fetch, server: HttpServer) -> None:
    hold = server.routes["/video.mp4"] = hold_the_media()
    running = fetch.in_background(f"{server.base_url}/video.mp4")
    assert fetch.moving.wait(30)
    fetch.cancelled.set()
    assert hold.left.wait(30)
    running.join(30)
    assert isinstance(running.error, Cancelled)
    assert fetch.partial_file().stat().st_size > 0


def test_a_server_that_falls_silent_is_given_up(fetch: Fetch, server: HttpServer) -> None:
    hold = server.routes["/video.mp4"] = hold_the_media()
    with pytest.raises(ExternalFailure, match="nothing came for 5 s"):
        fetch(
            f"{server.base_url}/video.mp4",
            DownloadOptions(allow_private=True, stall_s=5),
        )
    assert hold.left.wait(30)


@pytest.mark.parametrize("with_length", [True, False])
def test_a_video_above_the_limit_is_refused(
    fetch: Fetch, server: HttpServer, with_length: bool
) -> None:
    server.routes["/video.mp4"] = partial(send_file, with_length=with_length)
    limit_bytes = MEDIA_BYTES // 2
    with pytest.raises(InvalidInput, match="larger than 500,000 bytes"):
        fetch(
            f"{server.base_url}/video.mp4",
            DownloadOptions(allow_private=True, max_bytes=limit_bytes),
        )
    assert fetch.partial_file().stat().st_size <= (limit_bytes // 4 if with_length else 600_000)


FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"


def test_a_full_disk_is_told_apart(fetch: Fetch, server: HttpServer) -> None:
    worker = f"{FULL_DISK}\n{WORKER}"
    command = [sys.executable, "-c", worker, f"{server.base_url}/video.mp4", str(fetch.out_dir)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stderr.splitlines()[-1].startswith(
        f"{StorageFull.__module__}.StorageFull: no room"
    )


# What is refused or fails


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, FailureKind.INVALID) for status in (400, 401, 403, 404, 410, 451)),
        *((status, FailureKind.EXTERNAL) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_a_status_says_whether_trying_again_may_help(status: int, kind: FailureKind) -> None:
    answer = Response(io.BytesIO(), "http://127.0.0.1/", {}, status=status)
    error = DownloadError("no page", (None, ExtractorError("no page", cause=HTTPError(answer))))
    failure = explain(error, page_was_read=False)
    assert failure.kind is kind
    assert failure.reason.startswith(f"the server answered {status} ")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), FailureKind.INVALID),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), FailureKind.EXTERNAL),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset"), FailureKind.EXTERNAL),
        (TimeoutError("timed out"), FailureKind.EXTERNAL),
        (OSError(errno.ENOSPC, "No space left on device"), FailureKind.DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FailureKind.DISK_FULL),
    ],
)
def test_a_cause_says_whether_trying_again_may_help(cause: OSError, kind: FailureKind) -> None:
    error = DownloadError(
        "no page", (None, ExtractorError("no", cause=TransportError(cause=cause)))
    )
    assert explain(error, page_was_read=False).kind is kind


def test_what_a_site_says_is_passed_on_without_advice_for_another_program() -> None:
    said = "This video is for members only. Use --cookies to pass a login"
    error = DownloadError(f"ERROR: [site] 1: {said}", (None, ExtractorError(said, expected=True)))
    failure = explain(error, page_was_read=False)
    assert (failure.kind, failure.reason) == (
        FailureKind.INVALID,
        "This video is for members only",
    )


def test_a_server_that_fails_is_a_failure_that_heals(fetch: Fetch, server: HttpServer) -> None:
    server.routes["/video.mp4"] = statuses(500)
    with pytest.raises(ExternalFailure, match="the server answered 500"):
        fetch(f"{server.base_url}/video.mp4")


def test_an_address_that_expired_after_its_page_was_read_heals(
    fetch: Fetch, server: HttpServer
) -> None:
    server.routes["/video.mp4"] = statuses(200, 403)
    with pytest.raises(ExternalFailure, match="403"):
        fetch(f"{server.base_url}/video.mp4")


def test_nobody_listening_is_a_failure_that_heals(fetch: Fetch, server: HttpServer) -> None:
    with serve(server.folder) as gone:
        url = f"{gone.base_url}/video.mp4"
    with pytest.raises(ExternalFailure, match="Connection refused"):
        fetch(url)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<title>Nothing</title><p>No moving picture here.</p>", "no video found there"),
        ("<video src='video.mp4'></video><video src='b.mp4'></video>", "several videos"),
    ],
)
def test_a_page_without_exactly_one_video_is_refused(
    fetch: Fetch, server: HttpServer, html: str, message: str
) -> None:
    server.routes["/"] = body(html)
    with pytest.raises(InvalidInput, match=message):
        fetch(server.base_url)


@pytest.mark.parametrize(
    ("playlist", "message"),
    [
        ("#EXTINF:2,\nv0.ts\n", "live stream"),
        (
            '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n#EXTINF:2,\nv0.ts\n#EXT-X-ENDLIST\n',
            "only ffmpeg",
        ),
    ],
)
def test_a_stream_that_is_live_or_locked_is_refused(
    fetch: Fetch, server: HttpServer, playlist: str, message: str
) -> None:
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n{playlist}"
    server.routes["/s.m3u8"] = body(playlist, "application/vnd.apple.mpegurl")
    with pytest.raises(InvalidInput, match=message):
        fetch(f"{server.base_url}/s.m3u8")


def test_a_private_address_is_named_and_never_reached(fetch: Fetch, server: HttpServer) -> None:
    port = server.base_url.rpartition(":")[2]
    with pytest.raises(InvalidInput, match=r"(127\.0\.0\.1|::1) is a private or reserved"):
        fetch(f"http://localhost:{port}/video.mp4", DownloadOptions())
    assert server.seen == []


@pytest.mark.parametrize("route", [redirect, lambda url: body(f"<video src='{url}'></video>")])
def test_a_private_address_is_not_reached_through_an_allowed_one(
    fetch: Fetch, server: HttpServer, route: Callable[[str], Callable[..., None]]
) -> None:
    with serve(server.folder, host="127.0.0.2") as allowed:
        allowed.routes["/"] = route(f"{server.base_url}/video.mp4")
        with pytest.raises(InvalidInput, match=r"127\.0\.0\.1 is a private or reserved address"):
            fetch(allowed.base_url, DownloadOptions(allowed_networks=("127.0.0.2/32",)))
        assert len(allowed.seen) > 0
    assert server.seen == []


def test_a_redirect_to_another_scheme_is_refused(fetch: Fetch, server: HttpServer) -> None:
    server.routes["/"] = redirect("ftp://127.0.0.1/video.mp4")
    with pytest.raises(InvalidInput, match="only http and https"):
        fetch(server.base_url)


def test_a_server_without_a_valid_certificate_is_refused(
    fetch: Fetch, server: HttpServer, tmp_path: Path
) -> None:
    with serve(server.folder, tls=self_signed(tmp_path)) as secure:
        with pytest.raises(InvalidInput, match="TLS certificate is not valid"):
            fetch(f"{secure.base_url}/video.mp4")
        assert secure.seen == []


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "tls.pem").write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/video.mp4",
        "data:text/html,<video>",
        "javascript:alert(1)",
        "ytsearch:a walk",
        "example.com/video.mp4",
        "http://",
        "http:///video.mp4",
        "http://example.com:99999/",
        "http://[::1/",
        "http://example.com/a b",
        "http://example.com/\r\nHost: other",
    ],
)
def test_what_is_no_web_address_is_refused_at_once(fetch: Fetch, url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fetch(url)
    assert "\n" not in str(caught.value)
    assert not fetch.out_dir.exists()


# What may be reached and touched


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "193.0.6.139", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(ip_address(address), [])


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
        *("192.168.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_allowed(ip_address(address), [])


def test_a_network_is_allowed_in_every_spelling_of_its_addresses() -> None:
    networks = [ip_network("127.0.0.2/32")]
    assert is_allowed(ip_address("127.0.0.2"), networks)
    assert is_allowed(ip_address("::ffff:127.0.0.2"), networks)
    assert not is_allowed(ip_address("127.0.0.1"), networks)


GUARDED = """
import os, socket, subprocess, sys, tempfile
from pathlib import Path
from heaters.media import download_guard
elsewhere = Path(sys.argv[1])
(elsewhere / "kept").write_text("kept")
os.symlink(elsewhere, "way-out")
download_guard.install(Path.cwd(), [])

def outcome(action):
    try:
        action()
    except BaseException as error:
        return type(error).__name__
    return "done"

for host in sys.argv[2:]:
    print(host, outcome(lambda: socket.create_connection((host, 9), timeout=1)))
print("name", outcome(lambda: socket.socket().connect(("localhost", 9))))
print("unix", outcome(lambda: socket.socket(socket.AF_UNIX).connect("socket")))
udp = socket.socket(type=socket.SOCK_DGRAM)
print("datagram", outcome(lambda: udp.sendto(b"", ("10.0.0.1", 9))))
print("process", outcome(lambda: subprocess.run(["true"])))
print("shell", outcome(lambda: os.system("true")))
print("write", outcome(lambda: open(elsewhere / "new", "w")))
print("link", outcome(lambda: open("way-out/new", "w")))
print("append", outcome(lambda: open(elsewhere / "kept", "a")))
print("remove", outcome(lambda: os.remove(elsewhere / "kept")))
print("move", outcome(lambda: os.rename(elsewhere / "kept", "kept")))
print("folder", outcome(lambda: os.mkdir("../new")))
print("inside", outcome(lambda: Path("new").write_text("inside")))
print("read", outcome(lambda: (elsewhere / "kept").read_text()))
"""


LOOPBACK_SPELLINGS = (
    *("127.0.0.1", "localhost", "127.1", "2130706433", "017700000001", "0x7f.1", "0.0.0.0"),
    *("::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1"),
)


def test_the_guard_stops_every_way_out_of_a_download(tmp_path: Path) -> None:
    inside, elsewhere = tmp_path / "inside", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    run = subprocess.run(
        [sys.executable, "-I", "-c", GUARDED, str(elsewhere), *LOOPBACK_SPELLINGS],
        cwd=inside,
        capture_output=True,
        text=True,
        check=True,
    )
    outcomes = dict(line.split() for line in run.stdout.splitlines())
    allowed = {name: outcomes.pop(name) for name in ("inside", "read")}
    assert allowed == {"inside": "done", "read": "done"}
    assert {outcomes.pop(name) for name in ("process", "shell")} == {"PermissionError"}
    assert outcomes == dict.fromkeys(outcomes, "Refused")
    assert outcomes.keys() > set(LOOPBACK_SPELLINGS)
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]


def test_nothing_outside_its_folder_is_read_from_or_left_behind(
    fetch: Fetch, server: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".config" / "yt-dlp").mkdir(parents=True)
    (home / ".config" / "yt-dlp" / "config").write_text("--proxy http://127.0.0.1:9\n")
    for variable in ("HOME", "TMPDIR"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    before = sorted(tmp_path.rglob("*"))
    got = fetch(f"{server.base_url}/video.mp4")
    assert sorted(tmp_path.rglob("*")) == sorted([*before, fetch.out_dir, got.path])


# What is said


def test_errors_show_an_address_without_its_secrets(fetch: Fetch, server: HttpServer) -> None:
    address = server.base_url.replace("//", "//ann:s3cret@") + "/gone.mp4?token=s3cret.x#s3cret"
    with pytest.raises(InvalidInput) as caught:
        fetch(address)
    assert str(caught.value) == f"{server.base_url}/gone.mp4?…: the server answered 404 Not Found"
