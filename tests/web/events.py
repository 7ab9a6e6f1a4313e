"""Events as browsers send them, through Reflex's own pipeline, without a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from reflex.event import EventCallback, EventHandler
from reflex.utils.format import format_event_handler
from reflex_base.event import Event

from heaters.heaters import app
from heaters.services.sessions import Sessions
from tests.support.loops import run_async

SESSIONS = Sessions("token of the test")


def cookie_of(reviewer_id: int) -> str:
    """Return the cookie of a signed-in reviewer."""
    return f"{SESSIONS.cookie_name}={SESSIONS._signer.dumps(reviewer_id)}"


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run ``work`` while the application's event processor runs."""

    async def main() -> Any:
        with app.set_contexts():
            async with app._setup_event_processor():
                return await work()

    return run_async(main())


async def handle(
    handler: EventCallback[Any],
    payload: Mapping[str, Any],
    *,
    token: str,
    cookie: str,
    page: str,
    address: str,
    **arguments: str,
) -> dict[str, Any]:
    """Have an event handled as if a tab had sent it.

    Args:
        handler: whose event it is.
        payload: what the tab sends along.
        token: the tab.
        cookie: what its browser sends along.
        page: the route, such as ``/videos/[video_id]``.
        address: path and query as the tab has them.
        arguments: what the route finds in the address.

    Returns:
        The vars that changed, by name, in whichever states.
    """
    event = Event(
        name=format_event_handler(cast("EventHandler", handler)),
        payload=dict(payload),
        router_data={
            "pathname": page,
            "asPath": address,
            "query": arguments,
            "headers": {"cookie": cookie},
            "token": token,
        },
    )
    changes: dict[str, Any] = {}
    async for delta in app.event_processor.enqueue_stream_delta(token, event):
        for values in delta.values():
            changes |= {name.removesuffix("_rx_state_"): value for name, value in values.items()}
    return changes
