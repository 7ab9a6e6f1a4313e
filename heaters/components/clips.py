"""A clip in the grid: its picture, its state, its frames, and the verdicts open to it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.event import EventCallback

from heaters.components.browser_parts import ClipPicture, KeyHint
from heaters.components.marks import mark
from heaters.state.views import ClipCard, Proxy


def clip_picture(clip: ClipCard, proxy: Proxy) -> rx.Component:
    """Return the clip's first frame; pressed, it plays the clip in a loop."""
    return ClipPicture.create(
        src=proxy.src,
        fps_num=proxy.fps_num,
        fps_den=proxy.fps_den,
        width=proxy.width,
        height=proxy.height,
        frame_count=proxy.frame_count,
        start_frame=clip.start_frame,
        end_frame=clip.end_frame,
        label=f"Play clip {clip.number}",
    )


def clip_facts(clip: ClipCard) -> rx.Component:
    """Return the clip's number, state and exact range."""
    return rx.fragment(
        rx.el.p(
            mark(clip.group, clip.letter),
            rx.el.span(clip.number, class_name="figures strong"),
            rx.el.span(clip.words, class_name="clip-words"),
            class_name="clip-state",
        ),
        rx.el.p(clip.timecodes, class_name="clip-range figures"),
        rx.el.p(
            rx.el.span(clip.frame_range),
            rx.el.span(clip.frames),
            class_name="clip-range figures faint",
        ),
    )


def clip_card(
    clip: ClipCard,
    proxy: Proxy,
    keyboard: dict[str, Any],
    judge: EventCallback[str, int],
    retry: EventCallback[int],
) -> rx.Component:
    """Return a card that a person can judge with buttons or, while it has the focus, keys."""

    def verdict(command: str, words: str, is_open: bool) -> rx.Component:
        return rx.el.button(
            KeyHint.create(command=command, keyboard=keyboard),
            words,
            on_click=judge(command, clip.id),
            disabled=rx.cond(is_open, False, True),
            tab_index=-1,
            class_name="verdict",
        )

    return rx.el.li(
        clip_picture(clip, proxy),
        clip_facts(clip),
        rx.cond(clip.error != "", rx.el.p(clip.error, title=clip.error, class_name="reason")),
        rx.el.div(
            verdict("approve", "Approve", clip.can_approve),
            verdict("skip", "Skip", clip.can_skip),
            verdict("archive", "Archive", clip.can_archive),
            class_name="verdicts",
        ),
        rx.el.div(
            rx.cond(
                clip.can_retry,
                rx.el.button("Try again", on_click=retry(clip.id), class_name="link"),
            ),
            rx.el.a("Open", href=f"/videos/{clip.video_id}/review?clip={clip.id}"),
            download(clip),
            rx.cond(clip.has_similar, rx.el.a("Similar", href=f"/clips/{clip.id}/similar")),
            class_name="clip-links",
        ),
        key=clip.id,
        tab_index=0,
        class_name=f"clip clip-{clip.group}",
        aria_label=f"Clip {clip.number}, {clip.words}",
        custom_attrs={
            "data-clip-id": clip.id,
            "data-group": clip.group,
            "data-start-frame": clip.start_frame,
            "data-end-frame": clip.end_frame,
        },
    )


def download(clip: ClipCard) -> rx.Component:
    """Return the link to the exported file, once there is one."""
    return rx.cond(
        clip.export != "",
        # a link of Reflex stays in the application unless told to ask the server
        rx.el.a("Download", href=clip.export, download=True, reload_document=True),
    )
