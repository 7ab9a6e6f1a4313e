"""Parts of the review desk: React components of ours, in ``assets/desk/``.

All of them but ``ReviewDesk`` stand inside of one and get everything from it: what changes at the
speed of a video never passes through the page's state.
"""

from __future__ import annotations

import re
from typing import Any

import reflex as rx

from heaters.components.browser_parts import PLAYER_LIBRARIES
from heaters.state.review import ClipDetails, DeskVideo
from heaters.state.sheet import News, Sheet


def _range(start_frame: rx.Var[int], end_frame: rx.Var[int]) -> tuple[rx.Var[int], rx.Var[int]]:
    return start_frame, end_frame


class ReviewDesk(rx.NoSSRComponent):
    """What the other parts share: the clips as they are and as they are about to be, the player."""

    library = "$/public/desk/desk.js"
    tag = "ReviewDesk"
    lib_dependencies = PLAYER_LIBRARIES

    video: rx.Var[DeskVideo]
    sheet: rx.Var[Sheet]
    news: rx.Var[list[News]]
    keyboard: rx.Var[dict[str, Any]]
    last_action: rx.Var[str]
    can_undo: rx.Var[bool]
    can_redo: rx.Var[bool]
    on_intent: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_look: rx.EventHandler[_range]
    on_lost: rx.EventHandler[rx.event.no_args_event_spec]
    on_keys: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


class ClipPanel(rx.NoSSRComponent):
    """The clip at the playhead: what it is, its notes and tags, what will be exported."""

    library = "$/public/desk/panels/clip_panel.js"
    tag = "ClipPanel"

    details: rx.Var[ClipDetails]


class During(rx.NoSSRComponent):
    """Shows its children while the reviewer is at one task: clip, cuts or detect."""

    library = "$/public/desk/tasks.js"
    tag = "During"

    task: rx.Var[str]


def part(path: str) -> rx.Component:
    """Return a part without properties by its folder in ``assets/desk/`` and its name there.

    ``timeline/ScoreCurve`` is exported by ``timeline/score_curve.js``.
    """
    folder, _, name = path.rpartition("/")
    file = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    library = "/".join(("$/public/desk", *filter(None, [folder]), f"{file}.js"))
    return rx.NoSSRComponent.create(library=library, tag=name)
