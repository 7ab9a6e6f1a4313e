"""Runs one stage on one row: claim, work, finish, or say why not."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping

import structlog

from heaters.domain.errors import ExternalFailure, HeatersError, NotFound, StageBroken
from heaters.domain.stages import STAGES
from heaters.pipeline import detect_scenes, download, embed, export, keyframes, preprocess
from heaters.pipeline.task import LeaseLost, Task
from heaters.pipeline.tools import Tools

_log = structlog.get_logger(__name__)

WORK: Mapping[str, Callable[[Task], None]] = {
    "download": download.run,
    "preprocess": preprocess.run,
    "detect_scenes": detect_scenes.run,
    "export": export.run,
    "keyframes": keyframes.run,
    "embed": embed.run,
}
"""What each stage does. It ends in ``task.finish`` or raises."""


class Runner:
    """Runs stages in the threads of one worker, and stops them together."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._stopping = threading.Event()
        self._cancels: set[threading.Event] = set()
        self._lock = threading.Lock()

    def run(self, stage_name: str, subject_id: int) -> None:
        """Run a stage if the row is due; running it again or twice at once is a no-op.

        Raises:
            Exception: only what nobody foresaw, once it is recorded on the row.
        """
        if self._stopping.is_set():
            return
        cancelled = threading.Event()
        task = Task.claim(STAGES[stage_name], subject_id, self._tools, cancelled)
        if task is None:
            return
        log = _log.bind(stage=stage_name, id=subject_id, attempt=task.attempt)
        log.info("begun")
        with self._lock:
            self._cancels.add(cancelled)
        if self._stopping.is_set():
            cancelled.set()
        try:
            with task.kept_alive():
                self._work(task)
            log.info("done")
        except LeaseLost as error:
            log.warning("lease lost", error=str(error))
        except HeatersError as error:
            self._give_up(task, self._for_people(task, error))
        except BaseException as error:
            self._give_up(task, StageBroken(f"the stage {stage_name}", type(error).__name__))
            raise
        finally:
            with self._lock:
                self._cancels.discard(cancelled)

    def _for_people(self, task: Task, error: HeatersError) -> HeatersError:
        """Return the error; without its words if they miss a file in the folder of a job."""
        if not isinstance(error, NotFound):
            return error
        if f"{self._tools.folders.root}{os.sep}" not in str(error):
            return error
        _log.error("a file of the job's own", stage=task.stage.name, id=task.id, error=str(error))
        return StageBroken(f"the stage {task.stage.name}", type(error).__name__)

    def _give_up(self, task: Task, error: HeatersError) -> None:
        """Record why the work ended, unless the row is somebody else's by now."""
        log = _log.bind(stage=task.stage.name, id=task.id, attempt=task.attempt)
        try:
            if task.cancelled.is_set() and self._stopping.is_set():
                task.release()
                log.info("given back")
            elif not task.cancelled.is_set():
                task.fail(error)
                log.warning("failed", error=str(error), detail=error.detail)
        except LeaseLost:
            log.warning("lease lost", error=str(error))

    def _work(self, task: Task) -> None:
        if task.attempt > self._tools.settings.max_attempts:
            raise ExternalFailure(
                f"the worker died {task.attempt - 1} times at this; see its log, then retry"
            )
        WORK[task.stage.name](task)

    def stop(self) -> None:
        """Cancel what runs and take nothing more."""
        self._stopping.set()
        with self._lock:
            for cancelled in self._cancels:
                cancelled.set()
