"""A worker to be killed: it does one stage's work, says so, and never writes the result.

Usage: python -m tests.support.stalling_worker STAGE, with HEATERS_* variables.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from heaters.cli import main
from heaters.pipeline.task import Task


def stall_at_the_end_of(stage_name: str) -> None:
    """Make the stage's last step a wait without end."""
    finish = Task.finish

    def finish_or_stall(task: Task, write: Any) -> None:
        if task.stage.name == stage_name:
            sys.stdout.write("stalled\n")
            sys.stdout.flush()
            threading.Event().wait()
        finish(task, write)

    Task.finish = finish_or_stall


if __name__ == "__main__":
    stall_at_the_end_of(sys.argv[1])
    sys.argv[1:] = ["worker"]
    main()
