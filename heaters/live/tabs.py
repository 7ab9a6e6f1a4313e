"""The one module that reaches into Reflex: has an event handled for a tab from outside of it.

Reflex has no public way to start an event of another tab. What is used here (``event_processor``,
``_token_manager``) may change with any release; ``tests/web/test_events.py`` tells.
"""

from __future__ import annotations

import asyncio

import reflex as rx
from reflex.event import EventCallback
from reflex_base.event import Event


class Tabs:
    """The browser tabs whose websocket ends in this process, by their Reflex token."""

    def __init__(self, app: rx.App) -> None:
        self._app = app
        self._refreshes: dict[str, EventCallback[()]] = {}

    def refresh_with(self, token: str, handler: EventCallback[()]) -> None:
        """From now on refresh the tab by its page's event handler, which takes no arguments."""
        self._refreshes[token] = handler

    async def refresh(self, token: str) -> bool:
        """Run the tab's refresh handler to its end; false if the tab is not open here any more."""
        if not self._is_here(token):
            self._refreshes.pop(token, None)
            return False
        [event] = Event.from_event_type(self._refreshes[token])
        # Waited for, not awaited: the tab's own navigation may cancel the event.
        await asyncio.wait({await self._app.event_processor.enqueue(token, event)})
        return True

    def _is_here(self, token: str) -> bool:
        namespace = self._app.event_namespace
        if namespace is None:
            return False
        manager = namespace._token_manager
        record = manager.token_to_socket.get(token)
        return record is not None and record.instance_id == manager.instance_id
