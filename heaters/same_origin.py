"""Builds a frontend that finds its server by itself: any port, any tunnel, without a new build."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

_HTTP = re.compile(r"([`\"'])http://localhost:\d+(/[\w-]*)\1")
_WEBSOCKET = re.compile(r"([`\"'])ws://localhost:\d+(/[\w-]*)\1")


class SameOriginPlugin(Plugin):
    """Replaces the addresses that Reflex writes into the build by the page's own origin."""

    def post_build(self, *, static_dir: Path, **_: Any) -> None:
        """Rewrite the one built file that holds the addresses.

        Raises:
            RuntimeError: it does not look as this version of Reflex makes it.
        """
        files = list((static_dir / "assets").glob("reflex-env-*.js"))
        if len(files) != 1:
            raise RuntimeError(f"one reflex-env-*.js expected in the build, found {len(files)}")
        code = files[0].read_text("utf-8")
        code, http = _HTTP.subn(r"location.origin+\1\2\1", code)
        code, websocket = _WEBSOCKET.subn(r'location.origin.replace("http","ws")+\1\2\1', code)
        if not http or websocket != 1 or "localhost" in code:
            raise RuntimeError("Reflex writes its addresses in another way: see same_origin.py")
        files[0].write_text(code, "utf-8")
