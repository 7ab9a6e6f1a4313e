"""Clips that look like one clip."""

from __future__ import annotations

import reflex as rx

from heaters.components.clips import clip_facts, clip_picture, download
from heaters.components.frame import missing, page_frame
from heaters.state.similar import Lookalike, SimilarState


def similar_page() -> rx.Component:
    """Return the page at ``/clips/[clip_id]/similar``."""
    return page_frame(
        SimilarState,
        rx.cond(
            SimilarState.missing != "",
            missing(SimilarState.missing),
            rx.cond(
                SimilarState.loaded,
                _found(),
                rx.el.p("Looking for similar clips…", class_name="opening", role="status"),
            ),
        ),
        trail=("Similar clips",),
        subject=SimilarState.subject,
        of="Similar clips",
    )


def _found() -> rx.Component:
    return rx.el.div(
        rx.el.section(
            rx.el.h1("This clip"),
            rx.el.ul(rx.foreach(SimilarState.anchor, _lookalike), class_name="anchor"),
        ),
        rx.el.section(
            rx.el.h1("Most alike"),
            rx.cond(
                SimilarState.found_count > 0,
                rx.el.ul(rx.foreach(SimilarState.found, _lookalike), class_name="clips"),
                rx.el.p(
                    "No other clip is searchable yet. Approve more of them.", class_name="faint"
                ),
            ),
        ),
        class_name="similar",
    )


def _lookalike(one: Lookalike) -> rx.Component:
    return rx.el.li(
        clip_picture(one.clip, one.proxy),
        rx.el.p(
            rx.el.a(one.video_title, href=f"/videos/{one.clip.video_id}"),
            rx.el.span(one.alike, class_name="figures strong", title="cosine similarity"),
            class_name="lookalike-title",
        ),
        clip_facts(one.clip),
        rx.el.div(
            rx.el.a("Similar to this", href=f"/clips/{one.clip.id}/similar"),
            download(one.clip),
            class_name="clip-links",
        ),
        key=one.clip.id,
        class_name=f"clip clip-{one.clip.group}",
    )
