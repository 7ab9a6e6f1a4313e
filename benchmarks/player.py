"""Seek and step in a 1080p30 proxy in Chromium, against ``<video>`` on the same file in turns.

The proxy comes through the application's own route. Every frame on the canvas is identified by its
barcode. For WebCodecs a time ends when the picture is drawn on the canvas, for ``<video>`` when
``requestVideoFrameCallback`` has told of the frame and the seek is over.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import av
import ffmpeg
import imageio_ffmpeg
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.footage import FOOTAGE, FPS, PROXY_FRAMES, PROXY_S
from heaters.config import Settings
from heaters.data_packages import locate
from heaters.media.profiles import PROXY
from heaters.runtime import open_runtime
from heaters.web import build_frontend
from tests.support.barcodes import COLUMNS, ROWS
from tests.support.browser import chromium_path
from tests.support.bundle import bundle
from tests.support.servers import wait_until_stopped
from tests.support.site import served
from tests.web.ready_videos import add_ready_video

WIDTH, HEIGHT = 1920, 1080
TURNS, SEEKS_A_TURN = 10, 20
CACHED = 40
STEPS = 120
MANY_SEEKS = 10_000
MANY_FRAMES = 400

Timed = list[dict[str, Any]]


def measure(folder: Path) -> dict[str, Any]:
    """Return milliseconds from asking for a frame until it is painted, and what was fetched."""
    proxy = make_numbered_proxy(folder / "proxy.mp4")
    rng = random.Random(4)
    shuffled = rng.sample(range(PROXY_FRAMES), TURNS * SEEKS_A_TURN)
    turns = [shuffled[i::TURNS] for i in range(TURNS)]
    with _opened_page(folder, proxy) as (browser, page):
        uncached = page.evaluate("(turns) => bench.seekUncached(turns)", turns)
        cached = page.evaluate("(frames) => bench.seekCached(frames)", shuffled[:CACHED])
        forward = page.evaluate("([at, by]) => bench.hold(at, by)", [100, [1] * STEPS])
        backward = page.evaluate("([at, by]) => bench.hold(at, by)", [1700, [-1] * STEPS])
        growing = [min(16, 2 ** (i // 12)) for i in range(STEPS)]
        accelerated = page.evaluate("([at, by]) => bench.hold(at, by)", [200, growing])
        many = [rng.randrange(MANY_FRAMES) for _ in range(MANY_SEEKS)]
        page.evaluate("(frames) => bench.seekOften(frames)", many[:500])
        page.evaluate("bench.closeVideo()")
        before_mb = _renderer_mb(browser)
        figures = page.evaluate("(frames) => bench.seekOften(frames)", many)
        after_mb = _renderer_mb(browser)
        _run_short_of_memory(browser, page)
        short_mb = _renderer_mb(browser)
    video = uncached["element"]
    codec = uncached["codec"]
    timed = [*codec, *cached, *forward, *backward, *accelerated]
    own_bytes = sum(_packet_sizes(proxy)[frame] for frame in shuffled)
    return {
        "uncached_seek_ms": _p50_p95(codec),
        "video_seek_ms": _p50_p95(video),
        "uncached_p50_over_video": round(_percentile(codec, 50) / _percentile(video, 50), 2),
        "uncached_p95_over_video": round(_percentile(codec, 95) / _percentile(video, 95), 2),
        "bytes_over_frames": round(uncached["bytes"] / own_bytes, 3),
        "cached_seek_ms": _p50_p95(cached),
        "cached_seek_p95_ms": round(_percentile(cached, 95), 1),
        "held_key_ms": _p50_p95([*forward, *backward]),
        "held_key_p95_ms": round(_percentile([*forward, *backward], 95), 1),
        "accelerated_key_ms": _p50_p95(accelerated),
        "accelerated_key_p95_ms": round(_percentile(accelerated, 95), 1),
        "wrong_frames": sum(one["isWrong"] for one in timed),
        "video_wrong_frames": sum(one["isWrong"] for one in video),
        "decoded_frames_kept_mb": round(figures["cacheBytes"] / 2**20),
        "renderer_mb_after_500_seeks": before_mb,
        "renderer_mb_after_10500_seeks": after_mb,
        "renderer_mb_when_memory_is_short": short_mb,
    }


def make_numbered_proxy(path: Path) -> Path:
    """Write 60 s of 1080p footage whose upper third is the barcode of the frame's number."""
    numbers = np.arange(PROXY_FRAMES)
    codes = numbers << 8 | (numbers * 167 + 83) % 251
    cells = (codes[:, None] >> np.arange(COLUMNS * ROWS - 1, -1, -1) & 1).astype(np.uint8) * 255
    raw = {"format": "rawvideo", "pix_fmt": "gray", "s": f"{COLUMNS}x{ROWS}", "r": str(FPS)}
    barcode = ffmpeg.input("pipe:", **raw).filter("scale", WIDTH, HEIGHT // 3, flags="neighbor")
    source = ffmpeg.input(str(locate(FOOTAGE)), stream_loop=1)
    video = (
        source.video.filter("fps", str(FPS), start_time=0)
        .filter("scale", WIDTH, HEIGHT, flags="bicubic")
        .filter("noise", alls=4, allf="t")
        .overlay(barcode)
        .filter("format", "yuv420p")
        .filter("setsar", 1)
    )
    options = PROXY.options(with_sound=True)
    command = ffmpeg.output(video, source.audio, str(path), t=PROXY_S, **options).compile(
        cmd=imageio_ffmpeg.get_ffmpeg_exe(), overwrite_output=True
    )
    subprocess.run(command, input=cells.tobytes(), check=True, capture_output=True)
    return path


@contextmanager
def _opened_page(folder: Path, proxy: Path) -> Iterator[tuple[Browser, Page]]:
    build_frontend(print)
    data_dir = folder / "data"
    with (
        open_runtime(Settings.model_validate({"data_dir": data_dir})) as runtime,
        served(runtime) as site,
        sync_playwright() as playwright,
    ):
        video_id = add_ready_video(runtime, proxy, title="Numbers", fps=FPS, cuts=())
        browser = playwright.chromium.launch(executable_path=chromium_path(playwright.chromium))
        context = browser.new_context(base_url=site.origin, bypass_csp=True)
        context.request.get(site.address)
        page = context.new_page()
        page.goto("/health")
        script = bundle(Path(__file__).parent / "player.js", folder / "player.js")
        page.add_script_tag(path=script)
        source = {
            "src": f"/media/videos/{video_id}/proxy?v=1",
            "fpsNum": FPS.numerator,
            "fpsDen": FPS.denominator,
            "frameCount": PROXY_FRAMES,
            "width": WIDTH,
            "height": HEIGHT,
            "hasAudio": True,
        }
        page.evaluate("(source) => bench.open(source)", source)
        yield browser, page
        browser.close()
    wait_until_stopped(data_dir)


def _packet_sizes(proxy: Path) -> list[int]:
    with av.open(str(proxy)) as container:
        return [packet.size for packet in container.demux(video=0) if packet.size]


def _run_short_of_memory(browser: Browser, page: Page) -> None:
    """Have Chromium give back what it keeps of pictures that were drawn."""
    session = browser.new_browser_cdp_session()
    for level in ("moderate", "critical"):
        session.send("Memory.simulatePressureNotification", {"level": level})
        page.wait_for_timeout(1000)


def _renderer_mb(browser: Browser) -> int:
    """Return the resident memory of the largest of the browser's renderers."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    return max(_resident_kb(number) for number in renderers) // 1024


def _resident_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _percentile(timed: Timed, percent: int) -> float:
    return quantiles([one["ms"] for one in timed], n=100, method="inclusive")[percent - 1]


def _p50_p95(timed: Timed) -> str:
    return f"{_percentile(timed, 50):.1f} / {_percentile(timed, 95):.1f}"
