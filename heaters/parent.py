"""A process that must not outlive the one that started it."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have this process asked to end (SIGTERM) when its parent dies, however it dies.

    Linux only; elsewhere a killed parent leaves it behind. Call it from the main thread of a
    process that the parent's main thread started.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
