"""The review desk of a video: the frame, the timelines, the clips and what is done to them."""

from __future__ import annotations

import reflex as rx

from heaters.components.desk_parts import ClipPanel, During, ReviewDesk, part
from heaters.components.frame import missing, page_frame
from heaters.components.videos import poster, progress, remedies, trouble
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
        subject=ReviewState.card.title,
        of="Review",
    )


def _desk() -> rx.Component:
    return ReviewDesk.create(
        rx.el.h1("Review of ", ReviewState.card.title, class_name="visually-hidden"),
        rx.el.div(
            rx.el.section(part("Stage"), class_name="desk-stage", aria_label="Player"),
            rx.el.section(part("panels/Transport"), class_name="desk-transport"),
            rx.el.aside(_side(), class_name="desk-side", aria_label="Review"),
            rx.el.section(
                part("timeline/Strip"),
                part("timeline/ScoreCurve"),
                part("timeline/Overview"),
                class_name="desk-timelines",
                aria_label="Timeline",
            ),
            part("panels/Status"),
            class_name="desk",
        ),
        part("keyboard/KeysOverlay"),
        part("panels/Question"),
        video=ReviewState.video,
        sheet=ReviewState.sheet,
        news=ReviewState.news,
        keyboard=ReviewState.keys,
        last_action=ReviewState.last_action,
        can_undo=ReviewState.can_undo,
        can_redo=ReviewState.can_redo,
        on_intent=ReviewState.act.temporal,  # the desk itself keeps what cannot be sent
        on_look=ReviewState.look,
        on_lost=ReviewState.lost,
        on_keys=ReviewState.save_keys,
    )


def _side() -> rx.Component:
    return rx.fragment(
        part("Tasks"),
        During.create(
            rx.el.div(
                ClipPanel.create(details=ReviewState.details),
                part("panels/Actions"),
                part("panels/Done"),
                part("panels/Queue"),
                class_name="desk-task",
            ),
            task="clip",
        ),
        During.create(
            rx.el.div(part("detection/Boundary"), class_name="desk-task"),
            task="cuts",
        ),
        During.create(
            rx.el.div(part("detection/DetectPanel"), class_name="desk-task"),
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
            trouble(ReviewState.card),
            remedies(ReviewState.card, ReviewState.retry(), ReviewState.remove()),
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
