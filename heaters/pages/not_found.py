"""Addresses that lead nowhere."""

from __future__ import annotations

import reflex as rx


def not_found_page() -> rx.Component:
    """Return the page for every other address."""
    return rx.el.div(
        rx.el.header(rx.el.a("Heaters", href="/", class_name="brand"), class_name="bar"),
        rx.el.main(
            rx.el.section(
                rx.el.h1("Page not found"),
                rx.el.p("Check the address."),
                rx.el.a("Back to the library", href="/", class_name="button"),
                class_name="empty",
            )
        ),
        class_name="page",
    )
