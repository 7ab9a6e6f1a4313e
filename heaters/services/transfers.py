"""Threads for what may take hours, so that it never holds up a transaction, nor waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Each copies, hashes or sends one file; more at once would only share one disk or one line.
_transfers = ThreadPoolExecutor(4, thread_name_prefix="transfer")
# Each writes a few megabytes of an upload; these must go on while four files are being stored.
_writes = ThreadPoolExecutor(4, thread_name_prefix="upload")


async def transfer(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work``, which copies a whole file, and return what it returns; at most four at a time.

    Waiting for it may be given up; the work goes on.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_transfers, partial(work, *args, **kwargs))


async def write(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work``, which reads or writes a little of an upload, and return what it returns."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_writes, partial(work, *args, **kwargs))
