"""The review desk of a video: the frame, the timelines, the clips and what is done to them."""

from __future__ import annotations

import reflex as rx

from heaters.components import desk_parts as desk
from heaters.components.frame import missing, page_frame
from heaters.components.videos import poster, progress, trouble
from heaters.state.review import ReviewState


def review_page() -> rx.Component:
    """Return the page at ``/videos/[video_id]/review``; the query ``clip`` names a clip."""
    return page_frame(
        ReviewState,
        rx.cond(
            ReviewState.missing != "",
            missing(ReviewState.missing),
            rx.cond(
                ReviewState.loaded,
                rx.cond(ReviewState.is_ready, _desk(), _waiting()),
                _opening(),
            ),
        ),
        trail=(
            rx.el.a(ReviewState.card.title, href=f"/videos/{ReviewState.card.id}"),
            "Review",
        ),
    )


def _desk() -> rx.Component:
    return desk.ReviewDesk.create(
        rx.el.div(
            rx.el.section(desk.Stage.create(), class_name="desk-stage", aria_label="Player"),
            rx.el.section(desk.Transport.create(), class_name="desk-transport"),
            rx.el.aside(_side(), class_name="desk-side", aria_label="Review"),
            rx.el.section(
                desk.Strip.create(),
                desk.ScoreCurve.create(),
                desk.Overview.create(),
                class_name="desk-timelines",
                aria_label="Timeline",
            ),
            desk.Status.create(),
            class_name="desk",
        ),
        desk.Keyboard.create(),
        desk.KeysOverlay.create(),
        desk.Question.create(),
        video=ReviewState.video,
        sheet=ReviewState.sheet,
        news=ReviewState.news,
        keyboard=ReviewState.keys,
        on_intent=ReviewState.act,
        on_look=ReviewState.look,
        on_lost=ReviewState.lost,
        on_keys=ReviewState.save_keys,
    )


def _side() -> rx.Component:
    return rx.fragment(
        desk.Tasks.create(),
        desk.During.create(
            rx.el.div(
                desk.ClipPanel.create(details=ReviewState.details),
                desk.Actions.create(),
                desk.Done.create(),
                desk.Queue.create(),
                class_name="desk-task",
            ),
            task="clip",
        ),
        desk.During.create(
            rx.el.div(desk.Boundary.create(), class_name="desk-task"),
            task="cuts",
        ),
        desk.During.create(
            rx.el.div(desk.DetectPanel.create(), class_name="desk-task"),
            task="detect",
        ),
    )


def _waiting() -> rx.Component:
    """Show how far the video is: the desk opens by itself when there are clips."""
    return rx.el.section(
        poster(ReviewState.card),
        rx.el.div(
            rx.el.h1(ReviewState.card.title),
            progress(ReviewState.card),
            trouble(ReviewState.card, ReviewState.retry()),
            rx.cond(
                ReviewState.card.group != "failed",
                rx.el.p(
                    "The desk opens by itself as soon as the scenes are found. Meanwhile, "
                    "other videos may be ready in the ",
                    rx.el.a("library", href="/"),
                    ".",
                    class_name="faint",
                ),
            ),
        ),
        class_name="waiting",
    )


def _opening() -> rx.Component:
    return rx.el.div(
        rx.el.div(class_name="desk-stage"),
        rx.el.div(class_name="desk-transport"),
        rx.el.div(
            rx.el.p("Opening the desk…", class_name="opening", role="status"),
            class_name="desk-side",
        ),
        rx.el.div(class_name="desk-timelines"),
        class_name="desk desk-opening",
    )
