"""States as people see them: a colour, a letter, words."""

from __future__ import annotations

import reflex as rx

from heaters.state.views import Count


def mark(group: str, letter: str) -> rx.Component:
    """Return the small square that stands for a group of clip states."""
    return rx.el.span(letter, class_name=f"mark mark-{group}", aria_hidden="true")


def count_chip(count: Count) -> rx.Component:
    """Return how many clips are in a group."""
    return rx.el.span(
        mark(count.group, count.letter),
        rx.el.span(count.number, class_name="figures"),
        title=f"{count.number} {count.group}",
        class_name="count",
    )
