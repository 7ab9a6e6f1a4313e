"""A storm: many processes act on the same videos at once, and some are killed in the middle.

Each process tells of an operation after its commit: the action's id, or 0 where nothing had to
change or it was refused. So the parent knows what must be in the audit trail, whatever happened.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from uuid import uuid4

from sqlmodel import col, select

from heaters.domain.errors import HeatersError
from heaters.domain.lifecycle import advance
from heaters.domain.stages import STAGES
from heaters.models import Action, Clip, Video
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import Database, UnitOfWork
from heaters.repositories.work import WorkRepository
from heaters.services.cutting import add_cut, move_cut, remove_cut, replace_cuts
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from heaters.services.undoing import redo, undo
from tests.support.desk import add_made_files, clip_id

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])

Step = Callable[[UnitOfWork], Action | None]


@dataclass
class Outcome:
    """What a storm left behind, as far as its processes could tell."""

    action_ids: list[int] = field(default_factory=list)
    operation_count: int = 0
    kill_count: int = 0
    failures: list[str] = field(default_factory=list)


def storm(
    database_url: str,
    video_ids: Sequence[int],
    reviewer_ids: Sequence[int],
    *,
    operations: int,
    kill_one_in: int | None,
    seed: int,
) -> Outcome:
    """Let one process per reviewer carry out so many operations; return when all have.

    Args:
        database_url: a migrated database.
        video_ids: videos to act on.
        reviewer_ids: one for each process.
        operations: how many each process carries out; one that is killed gets a successor.
        kill_one_in: after about so many operations a process is killed; None: never.
        seed: of all that is random but the moments of the kills.
    """
    outcome = Outcome()
    guard = threading.Lock()
    seeds = count(seed * 1000)

    def keep_going(reviewer_id: int) -> None:
        rng = random.Random(next(seeds))
        left = operations
        while left > 0:
            kill_after = rng.randint(1, 2 * kill_one_in) if kill_one_in else left
            receiver, sender = _processes.Pipe(duplex=False)
            process = _processes.Process(
                target=_work,
                args=(sender, database_url, video_ids, reviewer_id, left, next(seeds)),
            )
            process.start()
            sender.close()
            killed = False
            with suppress(EOFError):
                while left > 0:
                    told = receiver.recv()
                    with guard:
                        if isinstance(told, str):
                            outcome.failures.append(told)
                            return
                        outcome.operation_count += 1
                        outcome.action_ids += [told] if told else []
                    left -= 1
                    kill_after -= 1
                    if kill_after == 0 and left > 0:
                        process.kill()
                        killed = True
            process.join()
            with guard:
                outcome.kill_count += killed
                if left > 0 and not killed:
                    outcome.failures.append("a process ended without a word")
                    return

    threads = [threading.Thread(target=keep_going, args=(id_,)) for id_ in reviewer_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def _work(
    told: Connection,
    database_url: str,
    video_ids: Sequence[int],
    reviewer_id: int,
    operations: int,
    seed: int,
) -> None:
    """Carry out operations, and tell of each, or of what nobody foresaw."""
    rng = random.Random(seed)
    database = Database(database_url)
    try:
        for _ in range(operations):
            action: Action | None = None
            with suppress(HeatersError):
                step = _choose(database, rng.choice(video_ids), reviewer_id, rng)
                with database.unit_of_work() as uow:
                    action = step(uow)
            _export(database, rng.choice(video_ids), rng)
            told.send(action.id if action else 0)
    except Exception:
        told.send(traceback.format_exc())
        raise


def _choose(database: Database, video_id: int, reviewer_id: int, rng: random.Random) -> Step:
    """Choose a step by what a reviewer sees, which may be old by the time it is taken."""
    with database.unit_of_work() as uow:
        frame_count = uow.session.get_one(Video, video_id).frame_count or 0
        clips = ClipRepository(uow.session).live(video_id)
    chosen = [clip_id(clip) for clip in rng.sample(clips, min(3, len(clips)))]
    cut = rng.choice(clips).start_frame
    cuts = rng.sample(range(1, frame_count), 8)
    where = rng.choice([video_id, None])
    who = {"reviewer_id": reviewer_id}
    sure = {"reviewer_id": reviewer_id, "confirm_exported": True}
    steps: list[tuple[int, Step]] = [
        (4, lambda uow: add_cut(uow, video_id, rng.choice(cuts), **sure)),
        (2, lambda uow: remove_cut(uow, video_id, cut, **sure)),
        (2, lambda uow: move_cut(uow, video_id, cut, cut + rng.randint(-5, 5), **sure)),
        (1, lambda uow: replace_cuts(uow, video_id, cuts, reason="a storm", **sure)),
        (2, lambda uow: approve(uow, chosen, **who)),
        (1, lambda uow: rng.choice([skip, archive])(uow, chosen, **who)),
        (1, lambda uow: rng.choice([group, ungroup])(uow, chosen, **who)),
        (3, lambda uow: undo(uow, **who, video_id=where)),
        (3, lambda uow: redo(uow, **who, video_id=where)),
    ]
    weights, choices = zip(*steps, strict=True)
    return rng.choices(choices, weights)[0]


def _export(database: Database, video_id: int, rng: random.Random) -> None:
    """Take one clip one stage further, as a worker does; a kill may leave it leased."""
    stage = rng.choice([stage for stage in STAGES.values() if stage.subject == "clip"])
    owner = uuid4()
    with database.unit_of_work() as uow:
        states = (stage.due, stage.working)
        query = select(Clip.id).where(Clip.video_id == video_id, col(Clip.state).in_(states))
        due = uow.session.exec(query).all()
        if not due:
            return
        subject_id = rng.choice(due) or 0
        WorkRepository(uow.session).claim(stage, subject_id, owner=owner, lease_s=0.02)
    with database.unit_of_work() as uow:
        row = WorkRepository(uow.session).lock_claimed(stage, subject_id, owner=owner)
        if isinstance(row, Clip):
            advance(row, stage.done)
            row.lease_owner = row.lease_until = None
            add_made_files(uow, row)
