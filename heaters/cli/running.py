"""The whole runtime, for commands that change or serve the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from heaters.cli.output import status
from heaters.config import get_settings
from heaters.logs import configure_logging
from heaters.runtime import Runtime, open_runtime

_PATIENCE_S = 20


@contextmanager
def command_runtime(
    *, migrate: bool = False, patience_s: float | None = _PATIENCE_S
) -> Iterator[Runtime]:
    """Open the runtime, and show what is being started where that takes time.

    Args:
        migrate: whether to bring a server's database to the newest schema.
        patience_s: how long a statement may wait for the database's answer; None: for ever.
    """
    settings = get_settings()
    configure_logging(settings.log_level)
    with ExitStack() as stack:
        with status() as show:
            runtime = stack.enter_context(
                open_runtime(settings, migrate=migrate, patience_s=patience_s, on_step=show)
            )
        yield runtime
