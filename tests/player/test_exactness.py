"""Every frame on the canvas is the one asked for: each carries its number as a barcode."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from playwright.sync_api import Page

from heaters.models import ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.runtime import Runtime
from tests.player.conftest import RATES, Source
from tests.support.barcodes import move_beyond_4gb

SEEKS = 112  # at nine rates: 1,008
STEPS = 112


@pytest.fixture(scope="session")
def sources(add_source: Callable[..., Source]) -> dict[Fraction, Source]:
    return {fps: add_source(fps, 150) for fps in RATES}


@pytest.mark.parametrize("player", ["webcodecs", "video"])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_seeks_and_steps_show_exactly_the_frame_asked_for(
    stage: Page, sources: dict[Fraction, Source], fps: Fraction, player: str
) -> None:
    wrong = stage.evaluate(
        """async ([source, name, seeks, steps]) => {
            const opened = await player.open(source, {player: name});
            const below = player.randomBelow(source.fpsNum);
            const wrong = [
              ...await player.follow(opened, player.seeks(seeks, source.frameCount, below)),
              ...await player.follow(opened, player.steps(steps, below)),
            ];
            if (opened.controller.state.player !== name) wrong.push(opened.controller.state);
            opened.controller.close();
            return wrong;
        }""",
        [sources[fps], player, SEEKS, STEPS],
    )
    assert wrong == []


@pytest.mark.parametrize("player", ["webcodecs", "video"])
def test_frames_beyond_the_fourth_gigabyte_are_the_ones_asked_for(
    stage: Page, runtime: Runtime, add_source: Callable[..., Source], player: str
) -> None:
    source = add_source(Fraction(25), 60)
    with runtime.database.unit_of_work() as uow:
        video_id = int(source["src"].split("/")[3])
        key = ArtifactRepository(uow.session).of_video(video_id, ArtifactKind.PROXY).key
    path = runtime.store.local_path(key)
    assert path is not None
    move_beyond_4gb(path)
    assert path.stat().st_size > 5 << 30
    wrong = stage.evaluate(
        """async ([source, name]) => {
            const opened = await player.open(source, {player: name});
            const wrong = await player.follow(opened, [{frame: 59}, {frame: 0}, {step: 31}]);
            await player.play(opened, 5);
            const {trouble} = opened.controller.state;
            opened.controller.close();
            return [...wrong, trouble].filter(Boolean);
        }""",
        [source, player],
    )
    path.unlink()
    assert wrong == []
