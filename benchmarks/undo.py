"""Undo right after an approval, while a worker exports what was approved.

Each turn approves clips, lets a worker begin with them for up to two seconds, and undoes it.
Every undo must be accepted, and the check must find nothing wrong in the end.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from heaters.domain.errors import HeatersError
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID
from heaters.services.invariants import check_invariants
from heaters.services.reviewing import approve
from heaters.services.undoing import undo
from tests.support.barcodes import write_barcode_video
from tests.support.library import Library, open_library
from tests.support.servers import fresh_database, fresh_redis, running_servers

TURNS = 100
CUTS = tuple(range(12, 120, 12))
WITHIN_S = 2.0


def undos(library: Library, video_id: int) -> dict[str, object]:
    """Approve a clip or all of them, and undo that within two seconds, again and again."""
    rng = random.Random(1)
    ids = [clip.id or 0 for clip in library.clips(video_id)]
    accepted, met, times_ms = 0, Counter[str](), []
    for turn in range(TURNS):
        chosen = ids if turn % 5 == 0 else rng.sample(ids, 1)
        with library.runtime.database.unit_of_work() as uow:
            approve(uow, chosen, reviewer_id=LOCAL_REVIEWER_ID)
        time.sleep(rng.uniform(0, WITHIN_S))
        met.update(library.clip(id_).state.value for id_ in chosen)
        began = time.perf_counter()
        try:
            with library.runtime.database.unit_of_work() as uow:
                undo(uow, reviewer_id=LOCAL_REVIEWER_ID, video_id=video_id)
        except HeatersError as error:
            print(error, file=sys.stderr)
            continue
        times_ms.append((time.perf_counter() - began) * 1000)
        states = {library.clip(id_).state for id_ in ids}
        accepted += states == {ClipState.PENDING_REVIEW}
    times_ms.sort()
    return {
        "undone within 2 s of an approval": accepted,
        "refused": TURNS - accepted,
        "states that the undo met": dict(sorted(met.items())),
        "p95_ms": round(times_ms[len(times_ms) * 95 // 100], 1),
    }


def measure(_folder: Path) -> dict[str, object]:
    """Return every figure of this file."""
    with running_servers() as servers, TemporaryDirectory() as folder:
        urls = fresh_database(servers), fresh_redis(servers)
        source = write_barcode_video(
            Path(folder) / "film.mp4", fps=Fraction(25), frame_count=120, cuts=CUTS
        )
        with open_library(Path(folder) / "data", *urls) as library, library.worker():
            video_id = library.ingest(source)
            library.wait_for(lambda: library.video(video_id).state == VideoState.READY)
            report = undos(library, video_id)
            with library.runtime.database.unit_of_work() as uow:
                report["broken rules"] = len(check_invariants(uow))
        return report


if __name__ == "__main__":
    json.dump(measure(Path()), sys.stdout, indent=2)
    print()
