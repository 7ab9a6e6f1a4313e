"""Parts of pages that live in the browser: React components of ours, in ``assets/``."""

from __future__ import annotations

from typing import Any

import reflex as rx

from heaters.state.views import Outline

PLAYER_LIBRARIES = ["mediabunny@1.61.0"]
"""The packages that ``assets/webcodecs/`` imports, for every component that uses it."""


UPLOAD_LIBRARIES = ["tus-js-client@4.3.1"]
"""The packages that ``assets/uploads/`` imports."""


def _verdict_and_clip(
    verdict: rx.Var[str], clip_id: rx.Var[int]
) -> tuple[rx.Var[str], rx.Var[int]]:
    return verdict, clip_id


class ClipPicture(rx.NoSSRComponent):
    """A clip as a button: its first frame, and exactly its frames in a loop while pressed in."""

    library = "$/public/clips/clip_picture.js"
    tag = "ClipPicture"
    lib_dependencies = PLAYER_LIBRARIES

    src: rx.Var[str]
    fps_num: rx.Var[int]
    fps_den: rx.Var[int]
    width: rx.Var[int]
    height: rx.Var[int]
    frame_count: rx.Var[int]
    start_frame: rx.Var[int]
    end_frame: rx.Var[int]
    label: rx.Var[str]


class OutlineStrip(rx.NoSSRComponent):
    """The whole video, each clip in the colour of its state."""

    library = "$/public/clips/outline.js"
    tag = "OutlineStrip"

    outline: rx.Var[Outline]
    label: rx.Var[str]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class TabTitle(rx.NoSSRComponent):
    """Names the tab: the subject, and which page about it this is; nothing while it is empty."""

    library = "$/public/clips/page_parts.js"
    tag = "TabTitle"

    subject: rx.Var[str]
    of: rx.Var[str]


class Notice(rx.NoSSRComponent):
    """What just happened, or why it did not; goes by itself."""

    library = "$/public/clips/notice.js"
    tag = "Notice"

    words: rx.Var[str]
    number: rx.Var[int]
    is_refusal: rx.Var[bool]


class ListTop(rx.NoSSRComponent):
    """The beginning of a list; comes into view when another screenful is shown."""

    library = "$/public/clips/page_parts.js"
    tag = "ListTop"

    page: rx.Var[int]


class CardFocus(rx.NoSSRComponent):
    """Keeps the focus among the clips when the one that has it leaves the list."""

    library = "$/public/clips/page_parts.js"
    tag = "CardFocus"


class ReviewKeys(rx.NoSSRComponent):
    """Keys of the clip grid, those of the reviewer's desk; shows which."""

    library = "$/public/clips/review_keys.js"
    tag = "ReviewKeys"

    keyboard: rx.Var[dict[str, Any]]
    on_verdict: rx.EventHandler[_verdict_and_clip]
    on_undo: rx.EventHandler[rx.event.no_args_event_spec]
    on_redo: rx.EventHandler[rx.event.no_args_event_spec]


class KeyHint(rx.NoSSRComponent):
    """The reviewer's key of a command."""

    library = "$/public/clips/review_keys.js"
    tag = "KeyHint"

    command: rx.Var[str]
    keyboard: rx.Var[dict[str, Any]]


class UploadArea(rx.NoSSRComponent):
    """A place to choose or drop files, and how far each upload is."""

    library = "$/public/uploads/upload_area.js"
    tag = "UploadArea"
    lib_dependencies = UPLOAD_LIBRARIES

    address: rx.Var[str]
