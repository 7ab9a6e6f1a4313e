"""A video: its facts, the whole of it at a glance, and its clips to watch and judge."""

from __future__ import annotations

import reflex as rx

from heaters.components.browser_parts import CardFocus, ListTop, OutlineStrip, ReviewKeys
from heaters.components.clips import clip_card
from heaters.components.frame import missing, page_frame, pager
from heaters.components.marks import mark
from heaters.components.videos import poster, progress, remedies, trouble
from heaters.state.video import VideoState
from heaters.state.views import Count


def video_page() -> rx.Component:
    """Return the page at ``/videos/[video_id]``."""
    return page_frame(
        VideoState,
        rx.cond(
            VideoState.missing != "",
            missing(VideoState.missing),
            rx.cond(
                VideoState.loaded,
                rx.fragment(
                    _head(), rx.cond(VideoState.video.clip_count != "", _review(), _waiting())
                ),
                rx.el.p("Opening the video…", class_name="opening", role="status"),
            ),
        ),
        trail=(VideoState.video.title,),
        subject=VideoState.video.title,
    )


def _head() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h1(VideoState.video.title),
            rx.el.p(VideoState.video.source, class_name="faint source"),
            class_name="head-title",
        ),
        rx.el.ul(rx.foreach(VideoState.facts, rx.el.li), class_name="facts figures"),
        rx.el.a("History", href=f"/videos/{VideoState.video.id}/history"),
        class_name="head",
    )


def _waiting() -> rx.Component:
    return rx.el.section(
        poster(VideoState.video),
        rx.el.div(
            progress(VideoState.video),
            trouble(VideoState.video),
            remedies(VideoState.video, VideoState.retry(), VideoState.remove()),
            rx.cond(
                VideoState.video.group != "failed",
                rx.el.p(
                    "The clips appear here by themselves as soon as the scenes are found.",
                    class_name="faint",
                ),
            ),
        ),
        class_name="waiting",
    )


def _review() -> rx.Component:
    return rx.fragment(
        trouble(VideoState.video),
        remedies(VideoState.video, VideoState.retry(), VideoState.remove()),
        OutlineStrip.create(
            outline=VideoState.outline,
            label=f"All of the video: {VideoState.video.clip_count}",
            on_pick=VideoState.show_frame,
        ),
        rx.el.div(
            _filters(),
            rx.el.div(
                rx.el.button(
                    "Undo",
                    on_click=VideoState.undo,
                    disabled=rx.cond(VideoState.can_undo, False, True),
                    class_name="button",
                ),
                rx.cond(
                    VideoState.pending_count > 0,
                    rx.el.button(
                        f"Approve all {VideoState.pending_count} pending",
                        on_click=VideoState.approve_pending,
                        class_name="button",
                    ),
                ),
                rx.el.a(
                    "Review",
                    href=f"/videos/{VideoState.video.id}/review",
                    class_name="button primary",
                ),
                class_name="tools",
            ),
            class_name="toolbar",
        ),
        ListTop.create(page=VideoState.page),
        CardFocus.create(),
        rx.el.ul(
            rx.foreach(
                VideoState.clips,
                lambda clip: clip_card(
                    clip,
                    VideoState.proxy,
                    VideoState.keys,
                    VideoState.judge,
                    VideoState.retry_clip,
                ),
            ),
            class_name="clips",
        ),
        rx.cond(
            VideoState.shown_count == 0,
            rx.el.p("No clip is in this state any more.", class_name="opening"),
        ),
        pager(VideoState.page, VideoState.page_count, VideoState.turn_page, "clips"),
        ReviewKeys.create(
            keyboard=VideoState.keys,
            on_verdict=VideoState.judge,
            on_undo=VideoState.undo,
            on_redo=VideoState.redo,
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            "All",
            rx.el.span(VideoState.video.clip_count, class_name="visually-hidden"),
            on_click=VideoState.show_group(""),
            aria_pressed=VideoState.group == "",
            class_name="chip",
        ),
        rx.foreach(VideoState.counts, _filter),
        class_name="chips",
        role="group",
        aria_label="Show clips that are",
    )


def _filter(count: Count) -> rx.Component:
    return rx.el.button(
        mark(count.group, count.letter),
        count.group,
        rx.el.span(count.number, class_name="figures faint"),
        on_click=VideoState.show_group(count.group),
        aria_pressed=VideoState.group == count.group,
        class_name="chip",
    )
