"""What is asked for in haste, kept too long, lost, broken, or not to be had at all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from heaters.runtime import Runtime
from heaters.web import stop_web
from tests.player.conftest import Source
from tests.support.site import free_port, served

FPS = Fraction(25)
PLAYERS = pytest.mark.parametrize("player", ["webcodecs", "video"])
CACHE_COUNT = 240

AddSource = Callable[..., Source]


@pytest.fixture(scope="session")
def source(add_source: AddSource) -> Source:
    return add_source(FPS, 400)


@pytest.fixture(scope="session")
def large_source(add_source: AddSource) -> Source:
    return add_source(FPS, 40, width=2560, height=1440, audio=False)


@PLAYERS
def test_of_a_hundred_seeks_at_once_the_last_is_painted_and_none_after_it(
    stage: Page, source: Source, player: str
) -> None:
    painted, answers, frame = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller} = opened;
            const seeks = Array.from({length: 100}, (_, i) => controller.seek((i * 37) % 400));
            const answers = await Promise.all(seeks);
            const {frame} = controller;
            await controller.seek(1); // what was on its way has come by then
            controller.close();
            return [opened.painted.slice(0, -1), answers, frame];
        }""",
        [source, player],
    )
    last = 99 * 37 % 400
    assert [frame, painted[-1]["number"]] == [last, last]
    assert answers[-1] is True
    assert len(painted) == answers.count(True) <= 5
    order = [one["frame"] for one in painted]
    assert order == [i * 37 % 400 for i, was_painted in enumerate(answers) if was_painted]


def test_while_somebody_scrubs_frames_are_painted(stage: Page, source: Source) -> None:
    painted = stage.evaluate(
        """async (source) => {
            const opened = await player.open(source);
            for (let frame = 0; frame < 300; frame += 3) {
              void opened.controller.seek(frame);
              await new Promise(requestAnimationFrame);
            }
            opened.controller.close();
            return opened.painted.map(({number}) => number);
        }""",
        source,
    )
    assert painted == sorted(painted)
    assert len(painted) > 25


def test_every_picture_is_closed(stage: Page, source: Source) -> None:
    most, left = stage.evaluate(
        """async (source) => {
            player.countPictures();
            let most = 0;
            for (const moment of ["opening", "seeking", "stepping", "playing", "idle"]) {
              const loading = player.open(source);
              const {controller} = globalThis.opened;
              if (moment !== "opening") await loading;
              if (moment === "seeking") for (let i = 0; i < 9; i++) void controller.seek(i * 40);
              if (moment === "stepping") for (let i = 0; i < 9; i++) await controller.step(10);
              if (moment === "playing") await player.play(globalThis.opened, 9);
              if (moment === "idle") {
                await controller.seek(9);
                controller.prefetch([301, 311, 321]);
                await player.whenDecoded([301, 311, 321]);
              }
              most = Math.max(most, player.openPictures());
              controller.close();
              controller.close();
            }
            const {controller} = await player.open(source);
            await controller.seek(7); // what was on its way to the others has come by then
            controller.close();
            return [most, player.openPictures()];
        }""",
        source,
    )
    assert most > 9
    assert left == 0


def test_memory_is_bounded_in_number(stage: Page, source: Source) -> None:
    figures, pictures = stage.evaluate(
        """async (source) => {
            player.setDeviceMemory(8);
            player.countPictures();
            const {controller} = await player.open(source);
            let most = 0;
            for (let i = 0; i < 2000; i++) {
              await controller.seek((i * 7919) % 400);
              most = Math.max(most, player.openPictures());
            }
            const {figures} = controller;
            controller.close();
            return [figures, most];
        }""",
        source,
    )
    assert figures["cacheCount"] == CACHE_COUNT
    assert pictures <= CACHE_COUNT + 10


@pytest.mark.parametrize(("device_gb", "mb"), [(0.5, 48), (4, 96), (32, 192), (None, 96)], ids=str)
def test_memory_is_bounded_in_bytes_by_what_the_device_has(
    stage: Page, large_source: Source, device_gb: float | None, mb: int
) -> None:
    figures = stage.evaluate(
        """async ([source, gb]) => {
            player.setDeviceMemory(gb ?? undefined);
            const {controller} = await player.open(source);
            for (let frame = 0; frame < source.frameCount; frame++) await controller.seek(frame);
            const {figures} = controller;
            controller.close();
            return figures;
        }""",
        [large_source, device_gb],
    )
    assert (mb - 8) << 20 < figures["cacheBytes"] <= mb << 20


def test_hints_are_decoded_when_there_is_nothing_else_to_do(stage: Page, source: Source) -> None:
    fetched = stage.evaluate(
        """async (source) => {
            player.countPictures();
            const {controller} = await player.open(source);
            await controller.seek(200);
            controller.prefetch([10, 390, 5000, -1]);
            await player.whenDecoded([10, 390]);
            const before = controller.figures.fetchedBytes;
            const isThere = [controller.seek(10), controller.seek(390)].map(() => controller.frame);
            const result = [controller.figures.fetchedBytes - before, isThere.at(-1)];
            controller.close();
            return result;
        }""",
        source,
    )
    assert fetched == [0, 390]


def test_a_server_that_dies_and_comes_back_is_waited_for(
    visitor: BrowserContext, harness: Path, runtime: Runtime, source: Source
) -> None:
    port = free_port()
    page = visitor.new_page()
    with served(runtime, port) as site:
        page.goto(f"{site.origin}/health")
        page.add_script_tag(path=harness)
        page.evaluate("async (source) => (await player.open(source)).controller.seek(5)", source)
        stop_web(site.process)
        page.evaluate(
            """() => {
                const {controller} = opened;
                globalThis.seeking = controller.seek(377);
                return player.until(opened, () => controller.state.trouble !== "");
            }"""
        )
        state, frame = page.evaluate("[opened.controller.state, opened.controller.frame]")
        assert state["trouble"] == "connection lost, trying again"
        assert state["waiting"]
        assert frame == 5
        for player in ("webcodecs", "video"):
            page.evaluate(
                """async ([source, name]) => {
                    const controller = new player.Controller(
                      document.createElement("canvas"), source, {player: name});
                    globalThis[name] = controller.load().then(() => controller.seek(9));
                    await player.until({controller}, () => controller.state.trouble !== "");
                }""",
                [source, player],
            )
    with served(runtime, port):
        seen = page.evaluate(
            """async () => {
                const painted = await seeking;
                const {controller, canvas} = opened;
                await player.until(opened, () => controller.state.trouble === "");
                return [painted, player.readBarcode(canvas), await webcodecs, await video];
            }"""
        )
    page.close()
    assert seen == [True, 377, True, True]


@pytest.mark.parametrize(
    ("lack", "reason"),
    [
        ("delete globalThis.VideoDecoder", "no WebCodecs"),
        (
            "delete globalThis.VideoDecoder;"
            "Object.defineProperty(globalThis, 'isSecureContext', {value: false})",
            "https",
        ),
        (
            "VideoDecoder.isConfigSupported = async () => ({supported: false})",
            "does not decode avc1",
        ),
    ],
    ids=["missing", "insecure", "codec"],
)
def test_without_webcodecs_a_video_element_shows_the_frames_and_it_is_said_why(
    stage: Page, source: Source, lack: str, reason: str
) -> None:
    stage.evaluate(lack)
    wrong, state = stage.evaluate(
        """async (source) => {
            const opened = await player.open(source);
            const moves = [{frame: 7}, {step: 1}, {step: -3}, {frame: 399}, {step: 5}, {frame: -9}];
            const wrong = await player.follow(opened, moves);
            const {state} = opened.controller;
            opened.controller.close();
            return [wrong, state];
        }""",
        source,
    )
    assert wrong == []
    assert state["player"] == "video"
    assert reason in state["whyFallback"]


def test_a_picture_that_breaks_the_decoder_once_is_decoded_by_the_next(
    stage: Page, source: Source
) -> None:
    wrong, name = stage.evaluate(
        """async (source) => {
            const opened = await player.open(source);
            await opened.controller.seek(3);
            player.breakDecoder(1);
            const wrong = await player.follow(opened, [{frame: 100}, {frame: 200}]);
            const {state} = opened.controller;
            opened.controller.close();
            return [wrong, state.player];
        }""",
        source,
    )
    assert (wrong, name) == ([], "webcodecs")


@pytest.mark.parametrize("playing", [False, True], ids=["paused", "playing"])
def test_a_decoder_that_is_broken_for_good_is_given_up_and_it_is_said_why(
    stage: Page, source: Source, playing: bool
) -> None:
    numbers, state = stage.evaluate(
        """async ([source, playing]) => {
            const opened = await player.open(source);
            const {controller, painted} = opened;
            if (playing) await player.play(opened, 5);
            player.breakDecoder(Infinity);
            if (!playing) void controller.seek(250);
            await player.until(opened, () => controller.state.player === "video");
            const before = painted.length;
            await player.until(opened, () => painted.length > before + (playing ? 5 : 0));
            const {state} = controller;
            controller.close();
            return [painted.slice(before).map(({number}) => number), state];
        }""",
        [source, playing],
    )
    assert numbers == sorted(numbers)
    assert playing or numbers == [250]
    assert state["player"] == "video"
    assert "could not be decoded" in state["whyFallback"]
    assert state["playing"] == playing


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"gop": 30}, "depends on others"), ({"start_s": Fraction(1)}, "at the video's rate")],
    ids=["dependent", "late"],
)
def test_a_file_that_is_no_proxy_is_refused_by_webcodecs(
    stage: Page, add_source: AddSource, options: dict[str, object], reason: str
) -> None:
    state = stage.evaluate(
        """async (source) => {
            const opened = await player.open(source, {player: "webcodecs"});
            const {controller} = opened;
            void controller.seek(5);
            await player.until(opened, () => controller.state.trouble !== "");
            controller.close();
            return controller.state;
        }""",
        add_source(FPS, 60, **options),
    )
    assert reason in state["trouble"]


def test_a_video_whose_file_is_gone_is_told_of(stage: Page, source: Source) -> None:
    states = stage.evaluate(
        """async (source) => Promise.all(["auto", "webcodecs", "video"].map(async (name) => {
            const {controller} = await player.open(source, {player: name});
            const answer = await controller.seek(5);
            controller.close();
            return [controller.state.trouble, answer];
        }))""",
        source | {"src": "/media/videos/999999/proxy?v=1"},
    )
    assert [("gone" in trouble, answer) for trouble, answer in states] == [(True, False)] * 3


@PLAYERS
@pytest.mark.parametrize(
    ("frame_count", "width", "height"),
    [(1, 128, 72), (2, 128, 72), (50, 90, 160), (50, 202, 34), (50, 1080, 1920)],
    ids=["one frame", "two frames", "portrait", "strip", "large portrait"],
)
def test_odd_videos_are_shown_exactly(
    stage: Page, add_source: AddSource, frame_count: int, width: int, height: int, player: str
) -> None:
    wrong, last, size = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller, canvas} = opened;
            const below = player.randomBelow(5);
            const wrong = [
              ...await player.follow(opened, player.seeks(6, source.frameCount, below)),
              ...await player.follow(opened, player.steps(6, below)),
            ];
            await controller.seek(source.frameCount - 2);
            await player.play(opened, Infinity);
            const last = player.readBarcode(canvas);
            controller.close();
            return [wrong, last, [canvas.width, canvas.height]];
        }""",
        [add_source(FPS, frame_count, width=width, height=height), player],
    )
    assert wrong == []
    assert last == frame_count - 1
    assert size == [width, height]


def test_what_is_asked_for_while_the_video_opens_is_done_then(stage: Page, source: Source) -> None:
    painted, answers = stage.evaluate(
        """async (source) => {
            const loading = player.open(source);
            const {controller, painted} = globalThis.opened;
            const answers = Promise.all([controller.seek(4), controller.seek(60)]);
            const playing = controller.play();
            await loading;
            await playing;
            await player.until(globalThis.opened, () => painted.length > 5);
            controller.close();
            return [painted.map(({number}) => number), await answers];
        }""",
        source,
    )
    assert painted[0] == 60
    assert painted == sorted(painted)
    assert answers[0] is False
