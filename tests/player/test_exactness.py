"""Every frame on the canvas is the one asked for: each carries its number as a barcode."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from playwright.sync_api import Page

from tests.player.conftest import RATES, Source

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
