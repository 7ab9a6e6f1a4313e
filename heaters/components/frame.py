"""What surrounds every page: the bar at the top, the notice at the bottom, the offline line."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventCallback

from heaters.components.browser_parts import Notice, TabTitle
from heaters.state.page import PageState


def page_frame(
    state: type[PageState],
    *content: rx.Component,
    trail: tuple[rx.Component | str, ...] = (),
    subject: rx.Var[str] | str = "",
    of: str = "",
) -> rx.Component:
    """Return a whole page.

    Args:
        state: the page's state, for its notice.
        content: what is between bar and notice.
        trail: where in the application this is, after its name.
        subject: what the page is about, for the tab's title; empty leaves the title as it is.
        of: what the page shows of it, such as ``Review``.
    """
    steps: list[rx.Component] = [rx.el.a("Heaters", href="/", class_name="brand")]
    for step in trail:
        steps += [rx.el.span("/", class_name="trail-mark", aria_hidden="true"), rx.el.span(step)]
    return rx.el.div(
        TabTitle.create(
            subject=rx.cond(state.missing != "", "Not found", subject),
            of=rx.cond(state.missing != "", "", of),
        ),
        rx.el.header(rx.el.nav(*steps, class_name="trail", aria_label="Where"), class_name="bar"),
        rx.connection_banner(
            rx.el.p(
                "Offline: what you see may be old. Reconnecting…",
                class_name="offline",
                role="status",
            )
        ),
        rx.el.main(*content),
        notice(state),
        class_name="page",
    )


def notice(state: type[PageState]) -> rx.Component:
    """Return the quiet line that says what just happened, or why it did not."""
    return rx.el.div(
        Notice.create(
            words=state.notice,
            number=state.notice_number,
            is_refusal=state.notice_is_refusal,
        ),
        class_name="notices",
        role="status",
        aria_live="polite",
    )


def missing(words: str) -> rx.Component:
    """Return what a page shows whose subject does not exist."""
    return rx.el.section(
        rx.el.h1("Not found"),
        rx.el.p(words),
        rx.el.a("Back to the library", href="/", class_name="button"),
        class_name="empty",
    )


def pager(page: int, page_count: int, turn: EventCallback[int], what: str) -> rx.Component:
    """Return the way to the next and the previous screenful, if there is more than one."""
    return rx.cond(
        page_count > 1,
        rx.el.nav(
            rx.el.button("Previous", on_click=turn(-1), disabled=page == 0, class_name="button"),
            rx.el.span(
                f"{page + 1} of {page_count}", class_name="figures", aria_label=f"Page of {what}"
            ),
            rx.el.button(
                "Next", on_click=turn(1), disabled=page + 1 >= page_count, class_name="button"
            ),
            class_name="pager",
            aria_label=f"Pages of {what}",
        ),
    )
