"""What a browser takes away, or gives late: the player goes on, and shows no wrong frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from playwright.sync_api import Page

from tests.player.conftest import Source

FPS = Fraction(25)
PLAYERS = pytest.mark.parametrize("player", ["webcodecs", "video"])

AddSource = Callable[..., Source]


@pytest.fixture(scope="session")
def source(add_source: AddSource) -> Source:
    return add_source(FPS, 150)


def test_pictures_that_a_decoder_holds_back_are_had_from_it(stage: Page, source: Source) -> None:
    wrong = stage.evaluate(
        """async (source) => {
            player.holdPicturesBack();
            const opened = await player.open(source);
            const wrong = await player.follow(opened, [{frame: 70}, {frame: 20}, {step: 1}]);
            const {state} = opened.controller;
            opened.controller.close();
            return [...wrong, state.whyFallback].filter(Boolean);
        }""",
        source,
    )
    assert wrong == []


@pytest.mark.parametrize("broken", ["a sound card that refuses", "a piece that is not decoded"])
def test_a_piece_of_sound_that_is_lost_is_told_and_the_rest_is_heard(
    stage: Page, source: Source, broken: str
) -> None:
    told, heard_after = stage.evaluate(
        """async ([source, broken]) => {
            let failures = 0;
            const failOnce = (prototype, name) => {
              const work = prototype[name];
              prototype[name] = function (...given) {
                if (failures++ === 0) throw new RangeError("broken for this test");
                return work.apply(this, given);
              };
            };
            if (broken.includes("card")) failOnce(AudioBufferSourceNode.prototype, "start");
            const started = player.recordSound();
            const opened = await player.open(source);
            await opened.controller.play();
            await player.until(opened, () => started.length > 0);
            if (broken.includes("piece")) failOnce(AudioDecoder.prototype, "decode");
            await player.until(opened, () => opened.states.some(({silence}) => silence));
            const before = started.length;
            await player.until(opened, () => !opened.controller.state.silence);
            await player.until(opened, () => started.length > before);
            opened.controller.close();
            return [opened.states.map(({silence}) => silence), started.length - before];
        }""",
        [source, broken],
    )
    assert "no sound: broken for this test" in told
    assert told[-1] == ""
    assert heard_after > 0


@pytest.mark.parametrize("missing", ["AudioContext", "AudioDecoder"])
def test_a_browser_that_plays_no_sound_says_so(stage: Page, source: Source, missing: str) -> None:
    said = stage.evaluate(
        """async ([source, missing]) => {
            delete globalThis[missing];
            const opened = await player.open(source);
            await player.play(opened, 5);
            await player.until(opened, () => opened.controller.state.silence);
            opened.controller.close();
            return opened.states.at(-1).silence;
        }""",
        [source, missing],
    )
    assert said == "no sound: this browser cannot play it"


def test_sound_goes_on_after_its_decoder_was_taken_away(stage: Page, source: Source) -> None:
    heard = stage.evaluate(
        """async (source) => {
            const Decoder = AudioDecoder;
            const decoders = [];
            globalThis.AudioDecoder = class extends Decoder {
              constructor(init) { super(init); decoders.push(this); }
            };
            const started = player.recordSound();
            const opened = await player.open(source);
            await player.play(opened, 10);
            opened.controller.pause();
            for (const decoder of decoders) decoder.close();
            const before = started.length;
            await opened.controller.seek(100);
            await player.play(opened, 20);
            opened.controller.close();
            return started.length - before;
        }""",
        source,
    )
    assert heard > 0


def test_a_page_is_left_in_silence_before_the_browser_lets_it_be_heard(
    stage: Page, source: Source
) -> None:
    painted = stage.evaluate(
        """async (source) => {
            let refuse;
            AudioContext.prototype.resume = () => new Promise((_, reject) => (refuse = reject));
            const opened = await player.open(source);
            const painted = await player.play(opened, 20);
            opened.controller.close();
            refuse(new DOMException("closed", "InvalidStateError"));
            await player.displayed(2); // an error that nobody handles is told by then
            return painted;
        }""",
        source,
    )
    assert painted == sorted(painted)


def test_after_a_rest_the_sound_is_where_the_frames_are(stage: Page, source: Source) -> None:
    rested, distances = stage.evaluate(
        """async (source) => {
            const started = player.recordSound();
            const opened = await player.open(source);
            await player.play(opened, 10);
            opened.controller.pause();
            const [{context}] = started;
            await new Promise((resolve) => context.addEventListener("statechange", resolve));
            const rested = context.state;
            const ahead_s = () => { // of what is heard, by the time that was told before the rest
              const {contextTime, performanceTime} = context.getOutputTimestamp();
              const told_s = contextTime + (performance.now() - performanceTime) / 1000;
              return told_s - context.currentTime;
            };
            while (ahead_s() < 0.5) await player.displayed(1);
            await opened.controller.seek(20);
            const before = started.length;
            const distances = [];
            const fps = source.fpsNum / source.fpsDen;
            opened.controller.on("frame", (frame) => {
              const first = started[before];
              if (!first || context.currentTime < first.when + 0.3) return;
              const place = first.offset + context.currentTime - first.when;
              distances.push((place % 0.4) * fps - (frame % (0.4 * fps)));
            });
            const painted = await player.play(opened, 40);
            opened.controller.close();
            return [rested, [painted[0], ...distances]];
        }""",
        source,
    )
    first, *apart = distances
    assert rested == "suspended"
    assert 20 <= first <= 21
    # Places are known within a piece of ten frames only; what is scheduled is heard somewhat later.
    assert [each for each in apart if not -2 < (each + 5) % 10 - 5 < 5] == []


@PLAYERS
def test_a_hidden_page_plays_nothing_and_goes_on_where_it_was(
    stage: Page, source: Source, player: str
) -> None:
    before, playing, heard, after = stage.evaluate(
        """async ([source, name]) => {
            const started = player.recordSound();
            const opened = await player.open(source, {player: name});
            const {controller, painted} = opened;
            controller.setRange({start: 40, end: 90, loop: true});
            await controller.seek(50);
            await player.play(opened, 8);
            player.hide(true);
            const {playing, frame} = controller;
            const [shown, sounds] = [painted.length, started.length];
            await player.displayed(40);
            const meanwhile = [painted.length - shown, started.length - sounds];
            player.hide(false);
            await player.until(opened, () => painted.length > shown + 3);
            controller.close();
            return [frame, playing, meanwhile, painted.slice(shown).map(({number}) => number)];
        }""",
        [source, player],
    )
    assert playing
    assert heard == [0, 0]
    assert 0 <= after[0] - before <= 3
    assert after == sorted(after)


@PLAYERS
def test_a_canvas_that_was_lost_is_painted_again(stage: Page, source: Source, player: str) -> None:
    seen = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller, canvas} = opened;
            await controller.seek(77);
            canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
            const painted = new Promise((resolve) => controller.on("frame", resolve));
            canvas.dispatchEvent(new Event("contextrestored"));
            const frame = await painted;
            const number = player.readBarcode(canvas);
            controller.close();
            return [frame, number];
        }""",
        [source, player],
    )
    assert seen == [77, 77]


@PLAYERS
def test_another_speed_does_not_lead_away_from_where_it_plays(
    stage: Page, source: Source, player: str
) -> None:
    painted = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller, painted} = opened;
            controller.setRange({start: 10, end: 20, loop: true});
            await controller.seek(10);
            await player.play(opened, 3);
            await controller.seek(100);
            controller.speed = 0.5;
            const before = painted.length;
            await player.until(opened, () => painted.length > before + 3);
            controller.close();
            return painted.slice(before).map(({number}) => number);
        }""",
        [source, player],
    )
    assert [frame for frame in painted if frame < 100] == []


@PLAYERS
def test_beside_a_frame_that_nobody_can_decode_all_others_are_shown(
    stage: Page, add_source: AddSource, player: str
) -> None:
    broken, told, others, played, state = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const {controller} = opened;
            await controller.seek(10);
            const broken = await controller.seek(50);
            await player.until(opened, () => controller.state.trouble !== "");
            const told = controller.state.trouble;
            const others = await player.follow(opened, [{frame: 60}, {step: -9}, {frame: 46}]);
            const {trouble} = controller.state;
            const played = await player.play(opened, Infinity);
            controller.close();
            return [broken, told, [...others, trouble].filter(Boolean), played, controller.state];
        }""",
        [add_source(FPS, 100, broken_frame=50), "auto" if player == "webcodecs" else player],
    )
    assert not broken
    assert "cannot play" in told
    assert others == []
    assert played == sorted(played)
    assert [frame for frame in played if frame >= 50] == []
    assert "cannot play" in state["trouble"]


def test_both_players_paint_the_same_colours(stage: Page, add_source: AddSource) -> None:
    differences = stage.evaluate(
        """async (sources) => Promise.all(sources.map(async (source) => {
            const pictures = [];
            for (const name of ["webcodecs", "video"]) {
              const {controller, canvas} = await player.open(source, {player: name});
              await controller.seek(3);
              const {width, height} = canvas;
              pictures.push(canvas.getContext("2d").getImageData(0, 0, width, height).data);
              controller.close();
            }
            const [codec, video] = pictures;
            return Math.max(...codec.map((level, i) => Math.abs(level - video[i])));
        }))""",
        [add_source(FPS, 9), add_source(FPS, 9, bt709=True)],
    )
    assert max(differences) <= 2
