"""From an intent to its committed answer at the review desk, with 20 other reviewers on the video.

One real web process, and 21 tabs as raw socket.io clients in another process: what a browser does
with an answer is not in these figures, and what 20 of them would cost this machine neither.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from simple_websocket import AioClient

from heaters.config import Settings
from heaters.domain.lifecycle import VideoState
from heaters.models import Artifact, ArtifactKind, Video
from heaters.runtime import Runtime, open_runtime
from heaters.services.cutting import create_virtual_clips
from heaters.storage.keys import new_token, proxy_key
from heaters.web import build_frontend, start_web, stop_web, web_address
from tests.support.servers import wait_until_stopped

IDLE_TABS = 20
ROUNDS = 40
WARM_UP = 4
CLIP_FRAMES = 100
PAUSE_S = (0.05, 0.25)
"""Between an answer and the next key."""

_STATE = "reflex___state____state.heaters___state___review____review_state"


class Tab:
    """A browser tab, as far as the web process can tell."""

    def __init__(self, socket: AioClient, video_id: int) -> None:
        self._socket = socket
        self._router_data = {
            "pathname": "/videos/[video_id]/review",
            "asPath": f"/videos/{video_id}/review",
            "query": {"video_id": str(video_id)},
        }
        self._sent = 0
        self.received_bytes = 0

    @classmethod
    async def open(cls, origin: str, cookie: str, video_id: int) -> Tab:
        """Connect, open a desk, and return when its clips are there."""
        host = origin.removeprefix("http://")
        address = f"ws://{host}/_event/?EIO=4&transport=websocket&token={uuid4()}"
        # This client's Host has no port, so its Origin must not have one either.
        headers = {"Cookie": cookie, "Origin": origin.rpartition(":")[0]}
        tab = cls(await AioClient.connect(address, headers=headers), video_id)
        await tab._socket.send("40/_event,")
        await tab._send("load")
        await tab._wait_for(lambda values: values.get("is_ready_rx_state_"))
        return tab

    async def act(self, **intent: Any) -> str:
        """Send an intent; return what was said of it, or why it was refused, when that comes."""
        self._sent += 1
        await self._send("act", number=self._sent, intent=intent)
        values = await self._wait_for(
            lambda values: any(
                news["answers"] == self._sent for news in values.get("news_rx_state_", ())
            )
        )
        news = values["news_rx_state_"][-1]
        assert not news["refused"], news["refused"]
        return news["said"]

    async def idle(self) -> None:
        """Receive whatever comes."""
        while True:
            await self._receive()

    async def _send(self, handler: str, **payload: Any) -> None:
        event = {
            "name": f"{_STATE}.{handler}",
            "payload": payload,
            "router_data": self._router_data,
        }
        await self._socket.send(f"42/_event,{json.dumps(['event', event])}")

    async def _receive(self) -> str:
        while True:
            packet = await self._socket.receive()
            self.received_bytes += len(packet)
            if packet == "2":
                await self._socket.send("3")
            elif packet.startswith("42/_event,"):
                return packet.removeprefix("42/_event,")

    async def _wait_for(self, is_it: Any) -> dict[str, Any]:
        while True:
            _, update = json.loads(await self._receive())
            values = (update.get("delta") or {}).get(_STATE, {})
            if is_it(values):
                return values


def add_video(runtime: Runtime, clip_count: int) -> int:
    """Add a video that is ready for review and has no pictures; return its id."""
    with runtime.database.unit_of_work() as uow:
        video = Video(
            title="a film",
            source="film.mp4",
            state=VideoState.READY,
            fps_num=25,
            fps_den=1,
            frame_count=clip_count * CLIP_FRAMES,
            width=320,
            height=180,
        )
        # Ready without clips would not commit.
        uow.session.add(video)
        uow.session.flush()
        assert video.id is not None
        key = proxy_key(video.id, new_token())
        uow.session.add(
            Artifact(video_id=video.id, kind=ArtifactKind.PROXY, key=key, size_bytes=10**9)
        )
        cuts = range(CLIP_FRAMES, clip_count * CLIP_FRAMES, CLIP_FRAMES)
        create_virtual_clips(uow, video.id, cuts, reason="a benchmark")
        return video.id


@contextmanager
def served(folder: Path) -> Iterator[tuple[Runtime, str, str]]:
    """Serve an empty library; yield its runtime, its origin, and a cookie that is signed in."""
    os.environ["HEATERS_DATA_DIR"] = str(folder)
    build_frontend(lambda _step: None)
    with open_runtime(Settings()) as runtime, socket.socket() as probe:  # pyright: ignore[reportCallIssue]
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        process = start_web(host="127.0.0.1", port=port)
        try:
            answer = httpx.get(web_address("127.0.0.1", port, folder))
            [(name, value)] = answer.cookies.items()
            yield runtime, f"http://127.0.0.1:{port}", f"{name}={value}"
        finally:
            stop_web(process)
    wait_until_stopped(folder)


async def review(origin: str, cookie: str, video_id: int, clip_count: int) -> dict[str, Any]:
    """Cut, judge, undo and redo in one tab while the others look on."""
    rng = random.Random(1)
    actor = await Tab.open(origin, cookie, video_id)
    others = [await Tab.open(origin, cookie, video_id) for _ in range(IDLE_TABS)]
    looking_on = [asyncio.create_task(tab.idle()) for tab in others]
    times_ms: list[float] = []
    for turn in range(ROUNDS + WARM_UP):
        start = rng.randrange(clip_count) * CLIP_FRAMES
        middle, end = start + CLIP_FRAMES // 2, start + CLIP_FRAMES
        for intent in (
            {"kind": "add_cut", "frame": middle},
            {"kind": "skip", "clips": [[middle, end]]},
            {"kind": "move_cut", "frame": middle, "to_frame": middle + 1},
            {"kind": "undo"},
            {"kind": "redo"},
            {"kind": "remove_cut", "frame": middle + 1},
        ):
            await asyncio.sleep(rng.uniform(*PAUSE_S))
            began_s = time.perf_counter()
            await actor.act(**intent)
            if turn >= WARM_UP:
                times_ms.append(1000 * (time.perf_counter() - began_s))
    actions = len(times_ms) * (ROUNDS + WARM_UP) // ROUNDS
    for task in looking_on:
        task.cancel()
    times_ms.sort()
    return {
        "p50_ms": round(times_ms[len(times_ms) // 2], 1),
        "p95_ms": round(times_ms[len(times_ms) * 95 // 100], 1),
        "bytes_to_each_other_tab_an_action": round(
            sum(tab.received_bytes for tab in others) / len(others) / actions
        ),
    }


def measure(folder: Path) -> dict[str, Any]:
    """Return milliseconds from a key to its answer, for short and long timelines."""
    figures: dict[str, Any] = {}
    with served(folder) as (runtime, origin, cookie):
        for clip_count in (200, 10_000):
            video_id = add_video(runtime, clip_count)
            found = asyncio.run(review(origin, cookie, video_id, clip_count))
            figures |= {f"{name}_with_{clip_count}_clips": n for name, n in found.items()}
    return figures


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder)), indent=2))
