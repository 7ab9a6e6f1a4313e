"""What happened to a video, the latest first."""

from __future__ import annotations

import reflex as rx

from heaters.components.frame import missing, page_frame
from heaters.state.history import Entry, HistoryState


def history_page() -> rx.Component:
    """Return the page at ``/videos/[video_id]/history``."""
    return page_frame(
        HistoryState,
        rx.cond(
            HistoryState.missing != "",
            missing(HistoryState.missing),
            rx.cond(
                HistoryState.loaded,
                rx.cond(HistoryState.entry_count > 0, _table(), _empty()),
                rx.el.p("Opening the history…", class_name="opening", role="status"),
            ),
        ),
        trail=(
            rx.el.a(HistoryState.title, href=f"/videos/{HistoryState.shown_video_id}"),
            "History",
        ),
        subject=HistoryState.title,
        of="History",
    )


def _table() -> rx.Component:
    return rx.fragment(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(rx.el.th(name, scope="col") for name in ("#", "When", "Who", "What")),
                    rx.el.th(rx.el.span("Undo or redo", class_name="visually-hidden"), scope="col"),
                ),
            ),
            rx.el.tbody(rx.foreach(HistoryState.entries, _row)),
            class_name="history figures",
        ),
        rx.cond(
            HistoryState.has_more,
            rx.el.div(
                rx.el.button("Show older", on_click=HistoryState.show_older, class_name="button"),
                class_name="pager",
            ),
        ),
    )


def _row(entry: Entry) -> rx.Component:
    return rx.el.tr(
        rx.el.td(entry.revision, class_name="faint"),
        rx.el.td(rx.el.time(entry.moment)),
        rx.el.td(entry.reviewer),
        rx.el.td(
            rx.el.span(entry.words),
            rx.cond(entry.fate != "", rx.el.span(entry.fate, class_name="faint")),
        ),
        rx.el.td(
            rx.match(
                entry.can,
                ("undo", _reverse_button("Undo", "undo", entry)),
                ("redo", _reverse_button("Redo", "redo", entry)),
                rx.fragment(),
            )
        ),
        key=entry.revision,
        class_name=rx.cond(entry.fate != "", "not-in-force", ""),
    )


def _reverse_button(words: str, way: str, entry: Entry) -> rx.Component:
    return rx.el.button(
        words, on_click=HistoryState.reverse(way, entry.revision), class_name="button"
    )


def _empty() -> rx.Component:
    return rx.el.section(
        rx.el.h1("Nothing has happened yet"),
        rx.el.p("Verdicts and changes of the cuts are kept here, with who made them and when."),
        class_name="empty",
    )
