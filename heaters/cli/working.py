"""The command that works through the queues: worker."""

from __future__ import annotations

import sys
import threading
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.running import command_runtime
from heaters.pipeline.tools import Tools
from heaters.pipeline.worker import running_worker
from heaters.runtime import Runtime

app = typer.Typer(rich_markup_mode=None)


@app.command()
def worker(
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Take jobs from the queues until stopped."""
    with command_runtime(patience_s=None) as runtime, worker_threads(runtime):
        if until_eof:
            sys.stdin.read()
        else:
            output.say("working; stop with Ctrl+C")
            threading.Event().wait()


def worker_threads(runtime: Runtime) -> AbstractContextManager[None]:
    """Work in threads of this process for the length of a block."""
    tools = Tools(runtime.settings, runtime.database, runtime.store)
    return running_worker(tools, runtime.redis_url)
