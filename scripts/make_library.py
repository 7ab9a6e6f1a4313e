"""Make the archive of a library for tests/migrations: run it when a version is released.

``.venv/bin/python -m scripts.make_library`` writes ``tests/migrations/libraries/REVISION.tar.xz``
with rows and files in every state, made by this version's code through its own pipeline.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from fractions import Fraction
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID
from heaters.repositories.database import UnitOfWork
from heaters.services.annotating import describe
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut
from heaters.services.ingest import add_address
from heaters.services.reviewing import approve, archive, group, skip
from heaters.services.undoing import redo, undo
from tests.support.barcodes import write_barcode_video
from tests.support.library import Library, open_library
from tests.support.servers import fresh_database, fresh_redis, running_servers

_FOLDER = Path(__file__).parent.parent / "tests" / "migrations" / "libraries"
_ME = LOCAL_REVIEWER_ID

# What a worker leaves that gave up on one clip and was killed at another.
_FAILED = """
UPDATE clips SET state = 'export_failed', attempts = 5, last_error = 'the disk is full'
    WHERE id = :id
"""
_EXPORTING = """
UPDATE clips SET state = 'exporting', attempts = 1, lease_until = now(),
    lease_owner = '00000000-0000-4000-8000-000000000001' WHERE id = :id
"""


def main() -> None:
    """Make the archive of the newest schema."""
    revision = ScriptDirectory("alembic").get_current_head()
    _FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_servers() as servers,
        open_library(
            Path(folder) / "data", fresh_database(servers), fresh_redis(servers)
        ) as library,
    ):
        _work(library, Path(folder))
        rows = Path(folder) / "rows.json"
        rows.write_text(json.dumps(_rows(library), indent=1, ensure_ascii=False))
        with tarfile.open(_FOLDER / f"{revision}.tar.xz", "w:xz") as made:
            made.add(rows, "rows.json", filter=_anonymous)
            made.add(Path(folder) / "data" / "objects", "objects", filter=_anonymous)


def _work(library: Library, folder: Path) -> None:
    first = write_barcode_video(
        folder / "numbers.mp4",
        fps=Fraction(30000, 1001),
        frame_count=160,
        cuts=(20, 45, 70, 90, 110, 130),
        width=96,
        height=54,
    )
    second = write_barcode_video(
        folder / "second.mkv", fps=Fraction(25), frame_count=50, cuts=(25,), width=96, height=54
    )
    notes = folder / "notes.mp4"
    notes.write_bytes(b"not a video" * 50)
    with library.worker():
        one, two, broken = library.ingest(first), library.ingest(second), library.ingest(notes)
        library.wait_for(
            lambda: (
                library.video(one).state == library.video(two).state == VideoState.READY
                and library.video(broken).state == VideoState.PREPROCESS_FAILED
            )
        )
        clips = [clip.id or 0 for clip in library.clips(one)]
        with library.runtime.database.unit_of_work() as uow:
            approve(uow, clips[:3], reviewer_id=_ME)
        library.wait_for(
            lambda: all(library.clip(clip).state == ClipState.EMBEDDED for clip in clips[:3])
        )
    for step in (
        lambda uow: skip(uow, [clips[1]], reviewer_id=_ME),  # exported; its files are retired
        lambda uow: undo(uow, reviewer_id=_ME, video_id=one),
        lambda uow: redo(uow, reviewer_id=_ME, video_id=one),
        lambda uow: archive(uow, [clips[3]], reviewer_id=_ME),
        lambda uow: group(uow, clips[4:6], reviewer_id=_ME),
        lambda uow: describe(uow, clips[4], notes='a "note" – ünï', tags=["car", "night"]),
        lambda uow: add_cut(uow, two, 10, reviewer_id=_ME),
        lambda uow: move_cut(uow, two, 10, 12, reviewer_id=_ME),
        lambda uow: add_cut(uow, two, 40, reviewer_id=_ME),
        lambda uow: remove_cut(uow, two, 40, reviewer_id=_ME),
        lambda uow: undo(uow, reviewer_id=_ME, video_id=two),
        lambda uow: confirm_cut(uow, two, 25, reviewer_id=_ME),
        lambda uow: add_address(uow, "https://media.example.org/films/a.mp4"),
    ):
        with library.runtime.database.unit_of_work() as uow:
            step(uow)
    due = [clip.id or 0 for clip in library.clips(two)]
    with library.runtime.database.unit_of_work() as uow:
        approve(uow, due, reviewer_id=_ME)
        for stopped, clip in ((_FAILED, due[0]), (_EXPORTING, due[1])):
            uow.session.connection().execute(text(stopped), {"id": clip})


def _rows(library: Library) -> dict[str, list[object]]:
    def read(uow: UnitOfWork) -> dict[str, list[object]]:
        tables = uow.session.scalars(
            text(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        ).all()
        return {
            table: list(
                uow.session.scalars(text(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY id"))
            )
            for table in tables
        }

    with library.runtime.database.unit_of_work() as uow:
        return read(uow)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main()
