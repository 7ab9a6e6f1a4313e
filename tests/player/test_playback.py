"""Playing: in its range and never beyond, at every speed, with the sound, to the last frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from statistics import median

import pytest
from playwright.sync_api import Page

from tests.player.conftest import Source
from tests.support.barcodes import click_period_frames

FPS = Fraction(30000, 1001)
FRAMES = 120

PLAYERS = pytest.mark.parametrize("player", ["webcodecs", "video"])


@pytest.fixture(scope="session")
def source(add_source: Callable[..., Source]) -> Source:
    return add_source(FPS, FRAMES)


@PLAYERS
@pytest.mark.parametrize(("start", "end"), [(0, 7), (31, 32), (75, 90), (100, 120)])
def test_no_frame_outside_of_a_loop_is_ever_painted(
    stage: Page, source: Source, player: str, start: int, end: int
) -> None:
    painted = stage.evaluate(
        """async ([source, name, start, end]) => {
            const opened = await player.open(source, {player: name});
            opened.controller.setRange({start, end, loop: true});
            await opened.controller.seek(start);
            const painted = await player.play(opened, 3 * (end - start) + 5);
            opened.controller.close();
            return painted;
        }""",
        [source, player, start, end],
    )
    assert set(painted) <= set(range(start, end))
    assert painted.count(start) > 1
    assert end - 1 in painted


def test_a_loop_goes_on_without_waiting_for_its_beginning(stage: Page, source: Source) -> None:
    waits = stage.evaluate(
        """async (source) => {
            const opened = await player.open(source);
            opened.controller.setRange({start: 20, end: 40, loop: true});
            await opened.controller.seek(20);
            await player.play(opened, 10);
            const before = opened.states.length;
            await player.play(opened, 70);
            const waits = opened.states.slice(before).filter((state) => state.waiting).length;
            opened.controller.close();
            return waits;
        }""",
        source,
    )
    assert waits == 0


@PLAYERS
@pytest.mark.parametrize("bounds", [None, (40, 61)], ids=["video", "range"])
def test_playing_stops_on_the_last_frame_and_begins_anew(
    stage: Page, source: Source, player: str, bounds: tuple[int, int] | None
) -> None:
    start, end = bounds or (0, FRAMES)
    first, again, state = stage.evaluate(
        """async ([source, name, start, end, hasRange]) => {
            const opened = await player.open(source, {player: name});
            if (hasRange) opened.controller.setRange({start, end, loop: false});
            await opened.controller.seek(end - 9);
            const first = await player.play(opened, Infinity);
            const again = await player.play(opened, 3);
            const {state} = opened.controller;
            opened.controller.close();
            return [first, again, state];
        }""",
        [source, player, start, end, bounds is not None],
    )
    assert first[-1] == end - 1
    assert first == sorted(first)
    assert again[0] in (start, end - 1)
    assert start in again
    assert set(again) <= {end - 1, *range(start, start + 20)}
    assert state["player"] == player


@PLAYERS
@pytest.mark.parametrize("speed", [0.25, 0.5, 2, 4])
def test_at_every_speed_frames_come_in_order_to_the_last(
    stage: Page, source: Source, player: str, speed: float
) -> None:
    painted, told = stage.evaluate(
        """async ([source, name, speed]) => {
            const opened = await player.open(source, {player: name});
            opened.controller.speed = speed;
            opened.controller.setRange({start: 30, end: 30 + 20 * speed, loop: false});
            await opened.controller.seek(30);
            const painted = await player.play(opened, Infinity);
            const {speed: told} = opened.controller;
            opened.controller.close();
            return [painted, told];
        }""",
        [source, player, speed],
    )
    assert painted == sorted(painted)
    assert painted[-1] == 30 + 20 * speed - 1
    assert len(painted) > 3
    assert told == speed


@pytest.mark.parametrize(("asked", "got"), [(0.1, 0.25), (9, 4)])
def test_speeds_have_bounds(stage: Page, source: Source, asked: float, got: float) -> None:
    assert got == stage.evaluate(
        """async ([source, speed]) => {
            const {controller} = await player.open(source);
            controller.speed = speed;
            controller.close();
            return controller.speed;
        }""",
        [source, asked],
    )


@PLAYERS
def test_a_seek_goes_on_playing_from_there_and_a_step_stops(
    stage: Page, source: Source, player: str
) -> None:
    after_seek, at, playing, last = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller, painted} = opened;
            await player.play(opened, 5);
            await controller.seek(80);
            const before = painted.length;
            await player.until(opened, () => painted.length > before + 4);
            const afterSeek = painted.slice(before).map(({number}) => number);
            await controller.step(-1);
            const at = controller.frame;
            await player.displayed(12);
            const result = [afterSeek, at, controller.playing, controller.frame];
            controller.close();
            return result;
        }""",
        [source, player],
    )
    assert after_seek == sorted(after_seek)
    assert 80 <= after_seek[0] < after_seek[-1] < 110
    assert at == last
    assert not playing


@pytest.mark.parametrize("fps", [Fraction(24000, 1001), FPS, Fraction(60)], ids=str)
def test_sound_lies_where_its_frames_are(
    stage: Page, add_source: Callable[..., Source], fps: Fraction
) -> None:
    found = stage.evaluate("([source]) => player.clicks(source, 2)", [add_source(fps, 150)])
    period_s = float(click_period_frames(fps) / fps)
    # A click's window begins and ends softly: it is heard a few milliseconds after its beginning.
    assert [round((at - n * period_s) * 1000) for n, at in enumerate(found)] == [
        pytest.approx(3, abs=2)
    ] * len(found)
    assert len(found) == ceil(2 / period_s)


def test_sound_is_unbroken_through_a_loop_and_leads_the_frames(stage: Page, source: Source) -> None:
    gaps_ms, distances = stage.evaluate(
        """async (source) => {
            const started = player.recordSound();
            const opened = await player.open(source);
            opened.controller.setRange({start: 10, end: 50, loop: true});
            await opened.controller.seek(10);
            const distances = [];
            opened.controller.on("frame", (frame) => {
              if (!started.length) return;
              const [{context, when}] = started;
              const fps = source.fpsNum / source.fpsDen;
              const heard = context.getOutputTimestamp().contextTime - when;
              if (heard > 1) distances.push(heard * fps - (frame - 10));
            });
            await player.play(opened, 120);
            const gaps = started.slice(1).map(({when}, i) => {
              const {when: before, length, speed} = started[i];
              return 1000 * (when - (before + length / speed));
            });
            opened.controller.close();
            return [gaps, distances];
        }""",
        source,
    )
    assert len(gaps_ms) > 6
    assert max(map(abs, gaps_ms)) < 1
    # The first sound begins some frames after the loop's start: the same distance ever since.
    apart = sorted((distance - distances[0] + 20) % 40 - 20 for distance in distances)
    assert abs(apart[len(apart) // 2]) < 2


@pytest.mark.parametrize(("speed", "heard"), [(0.25, False), (0.5, True), (2, True), (4, False)])
def test_sound_is_left_out_where_nobody_would_understand_it(
    stage: Page, source: Source, speed: float, heard: bool
) -> None:
    speeds = stage.evaluate(
        """async ([source, speed, frames]) => {
            const started = player.recordSound();
            const opened = await player.open(source);
            opened.controller.speed = speed;
            await player.play(opened, frames);
            opened.controller.close();
            return started.map((each) => each.speed);
        }""",
        [source, speed, 25],
    )
    assert set(speeds) == ({speed} if heard else set())


def test_a_silent_video_plays(stage: Page, add_source: Callable[..., Source]) -> None:
    painted = stage.evaluate(
        "async (source) => player.play(await player.open(source), Infinity)",
        add_source(FPS, 30, audio=False),
    )
    assert painted[-1] == 29


def test_a_browser_without_web_audio_plays_in_silence(stage: Page, source: Source) -> None:
    stage.evaluate("delete globalThis.AudioContext")
    painted = stage.evaluate("async (source) => player.play(await player.open(source), 20)", source)
    assert painted == sorted(painted)


def test_no_more_frames_are_left_out_than_by_a_video_element(
    stage: Page, add_source: Callable[..., Source]
) -> None:
    source = add_source(Fraction(30), 60, width=640, height=360)
    rounds = stage.evaluate("([source]) => player.compare(source, 3)", [source])
    shown = {name: median(one[name] for one in rounds) for name in ("player", "video")}
    assert shown["player"] >= shown["video"], rounds
