"""A video in the library, and how far the pipeline is with it."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventCallback

from heaters.components.marks import count_chip
from heaters.state.views import Step, VideoCard


def video_tile(
    video: VideoCard, retry: EventCallback[int], remove: EventCallback[int]
) -> rx.Component:
    """Return a poster with what there is to know below it."""
    return rx.el.li(
        rx.el.a(poster(video), href=f"/videos/{video.id}", tab_index=-1, aria_hidden="true"),
        rx.el.div(
            rx.el.h2(rx.el.a(video.title, href=f"/videos/{video.id}"), title=video.title),
            rx.el.span(video.duration, class_name="figures faint"),
            class_name="tile-title",
        ),
        rx.cond(
            video.group == "ready",
            rx.el.div(
                rx.el.p(
                    rx.el.a(video.words, href=f"/videos/{video.id}/review"), class_name="state"
                ),
                rx.el.p(rx.foreach(video.counts, count_chip), class_name="counts"),
            ),
            progress(video),
        ),
        trouble(video),
        remedies(video, retry(video.id), remove(video.id)),
        key=video.id,
        class_name="tile",
        custom_attrs={"data-video-id": video.id, "data-group": video.group},
    )


def poster(video: VideoCard) -> rx.Component:
    """Return the video's picture, or a quiet stand-in until it has one."""
    return rx.el.div(
        rx.cond(
            video.poster != "",
            rx.el.img(src=video.poster, alt="", loading="lazy", decoding="async"),
            rx.el.span(class_name="no-picture"),
        ),
        class_name="poster",
    )


def progress(video: VideoCard) -> rx.Component:
    """Return the step of three that the video is at, and how far that step is."""
    return rx.el.div(
        rx.el.p(
            rx.el.span(video.words),
            rx.el.span(video.percent, class_name="figures"),
            class_name=f"state state-{video.group}",
        ),
        rx.el.div(rx.foreach(video.steps, _step), class_name="steps"),
        class_name="progress",
    )


def trouble(video: VideoCard) -> rx.Component:
    """Return why the video failed, and what could not be kept of it."""
    return rx.fragment(
        rx.cond(video.error != "", rx.el.p(video.error, title=video.error, class_name="reason")),
        rx.foreach(video.warnings, _warning),
    )


def remedies(
    video: VideoCard, on_retry: EventCallback[()], on_remove: EventCallback[()]
) -> rx.Component:
    """Return what can be done about a video that failed: try again, or remove it."""
    return rx.cond(
        video.group == "failed",
        rx.el.div(
            rx.cond(
                video.can_retry, rx.el.button("Try again", on_click=on_retry, class_name="button")
            ),
            _removal(video, on_remove),
            class_name="remedies",
        ),
    )


def _removal(video: VideoCard, on_remove: EventCallback[()]) -> rx.Component:
    """Return the way to remove a video that failed before it had clips, in two steps."""
    return rx.cond(
        video.can_remove,
        rx.el.details(
            rx.el.summary("Remove", class_name="button"),
            rx.el.p("The video and its files are removed for good.", class_name="faint"),
            rx.el.button("Remove for good", on_click=on_remove, class_name="button"),
            class_name="removal",
        ),
    )


def _warning(text: str) -> rx.Component:
    return rx.el.p(text, title=text, class_name="reason")


def _step(step: Step) -> rx.Component:
    return rx.el.progress(
        value=step.percent,
        max=100,
        aria_label=step.name,
        class_name=f"step-{step.look}",
        title=step.name,
    )
