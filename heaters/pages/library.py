"""The library: a wall of posters, and the ways to add a video."""

from __future__ import annotations

import reflex as rx

from heaters.components.browser_parts import ListTop, UploadArea
from heaters.components.frame import page_frame, pager
from heaters.components.videos import video_tile
from heaters.state.library import LibraryState


def library_page() -> rx.Component:
    """Return the page at ``/``."""
    return page_frame(
        LibraryState,
        _adding(),
        rx.cond(
            LibraryState.loaded,
            rx.cond(LibraryState.video_count > 0, _wall(), _empty()),
            rx.el.p("Opening the library…", class_name="opening", role="status"),
        ),
    )


def _adding() -> rx.Component:
    return rx.el.section(
        rx.el.form(
            rx.el.label("Add a video", html_for="source", class_name="visually-hidden"),
            rx.el.input(
                id="source",
                name="source",
                type="text",
                required=True,
                auto_complete="off",
                spell_check=False,
                placeholder="https://… or /path/of/a/file/or/folder",
            ),
            rx.el.button("Add", type="submit", class_name="button primary"),
            on_submit=LibraryState.add,
            class_name="add-form",
        ),
        UploadArea.create(address="/api/uploads"),
        rx.cond(LibraryState.question.words != "", _question()),
        rx.cond(LibraryState.copying != "", _copying()),
        class_name="adding",
        aria_label="Add videos",
    )


def _question() -> rx.Component:
    question = LibraryState.question
    return rx.el.div(
        rx.el.span(
            question.words,
            rx.cond(
                question.video_id > 0,
                rx.fragment(
                    " ", rx.el.a(question.title, href=f"/videos/{question.video_id}"), question.rest
                ),
            ),
        ),
        rx.el.button(question.yes, on_click=LibraryState.confirm, class_name="button"),
        rx.el.button("Cancel", on_click=LibraryState.decline, class_name="button"),
        class_name="add-question",
        role="alert",
    )


def _copying() -> rx.Component:
    return rx.el.ul(
        rx.el.li(
            rx.el.span(
                LibraryState.copying, title=LibraryState.copying, class_name="transfer-name"
            ),
            rx.el.span(
                rx.el.progress(value=LibraryState.copied_percent, max=100, aria_label="brought in"),
                rx.el.span(f"{LibraryState.copied_percent} %", class_name="figures faint"),
                class_name="transfer-progress",
            ),
            class_name="transfer",
        ),
        class_name="transfers",
        aria_label="Being brought in",
    )


def _wall() -> rx.Component:
    return rx.fragment(
        ListTop.create(page=LibraryState.page),
        rx.el.ul(
            rx.foreach(
                LibraryState.videos,
                lambda video: video_tile(video, LibraryState.retry, LibraryState.remove),
            ),
            class_name="wall",
        ),
        pager(LibraryState.page, LibraryState.page_count, LibraryState.turn_page, "videos"),
        rx.cond(LibraryState.check != "", rx.el.p(LibraryState.check, class_name="last-check")),
    )


def _empty() -> rx.Component:
    return rx.el.section(
        rx.el.h1("No videos yet"),
        rx.el.p(
            "Paste the address of one above, name a file of this machine, or drop files anywhere"
            " on this page. Heaters finds the shots in it; you watch them and approve what to keep."
        ),
        class_name="empty",
    )
