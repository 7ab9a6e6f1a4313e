"""Lets no event of a page pass without a valid session, reads included."""

from __future__ import annotations

from typing import cast

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event

from heaters.state.desk import NotSignedIn, desk
from heaters.state.page import PageState


class SessionGate(Middleware):
    """Stands before every event handler, those of pages yet to be written included.

    The guard asks for a session when a socket is opened; a session may end while it is open. From
    then on the tab is told so, sees nothing new, and follows nothing. A request of the desk gets no
    answer, so the tab keeps it for the person who made it.
    """

    async def preprocess(
        self,
        app: rx.App,  # noqa: ARG002 - Reflex's signature
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        """Return what to send in place of handling the event; None lets it pass."""
        try:
            desk().reviewer_id(cast("rx.State", state))
        except NotSignedIn as refusal:
            desk().hub.forget(state.router.session.client_token)
            root = state._get_root_state()
            page = await root.get_state(_state_of(root, event))
            if isinstance(page, PageState):
                page._tell(str(refusal), refusal=True)
            delta = root.get_delta()
            root._clean()
            return StateUpdate(delta=delta)
        return None


def _state_of(root: BaseState, event: Event) -> type[BaseState]:
    """Return the state whose handler the event names."""
    path, _, _ = event.name.rpartition(".")
    return root.get_class_substate(tuple(path.split(".")))
