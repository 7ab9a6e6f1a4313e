"""The round that deletes what nobody needs and checks the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID, utc_now
from heaters.pipeline.maintenance import maintain
from heaters.repositories.artifacts import ArtifactRepository
from heaters.services import invariants
from heaters.services.reviewing import approve
from heaters.services.undoing import undo
from heaters.storage.keys import clip_export_key, new_token
from tests.support.barcodes import write_barcode_video
from tests.support.library import Library

at_once = pytest.mark.parametrize("library", [{"retention_days": 0}], indirect=True)


def exported(library: Library, tmp_path: Path) -> tuple[int, str]:
    """Return a clip that is exported, and its file's key."""
    source = write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=20)
    video_id = library.ingest(source)
    with library.worker():
        library.wait_for(lambda: library.video(video_id).state == VideoState.READY)
        (clip,) = library.clips(video_id)
        assert clip.id is not None
        clip_id = clip.id
        with library.runtime.database.unit_of_work() as uow:
            approve(uow, [clip_id], reviewer_id=LOCAL_REVIEWER_ID)
        library.wait_for(lambda: library.clip(clip_id).state == ClipState.EMBEDDED)
    with library.runtime.database.unit_of_work() as uow:
        return clip_id, ArtifactRepository(uow.session).exports()[clip_id].key


def keys(library: Library) -> set[str]:
    return {found.key for found in library.runtime.store.list_objects()}


@pytest.fixture
def two_days_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give the function that moves the check's clock on."""

    def move() -> None:
        later = utc_now() + timedelta(days=2)
        monkeypatch.setattr(invariants, "utc_now", lambda: later)

    return move


def test_what_is_in_use_is_kept_and_found_in_order(
    library: Library, tmp_path: Path, two_days_later: Callable[[], None]
) -> None:
    exported(library, tmp_path)
    before = keys(library)
    two_days_later()
    assert maintain(library.tools).findings == []
    assert keys(library) == before


def test_files_of_an_undone_approval_outlive_their_retention_period(
    library: Library, tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    assert maintain(library.tools).findings == []
    assert key in keys(library)


@at_once
def test_retired_files_are_deleted_once_their_retention_period_is_over(
    library: Library, tmp_path: Path
) -> None:
    clip_id, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    assert maintain(library.tools).findings == []
    assert key not in keys(library)
    with library.runtime.database.unit_of_work() as uow:
        assert clip_id not in ArtifactRepository(uow.session).exports()


def test_what_a_killed_job_left_is_swept_after_a_day_and_not_before(
    library: Library, two_days_later: Callable[[], None]
) -> None:
    key = clip_export_key(1, 1, new_token())
    library.runtime.store.put_bytes(key, b"left behind")
    assert maintain(library.tools).findings == []
    assert keys(library) == {key}
    two_days_later()
    assert maintain(library.tools).findings == []
    assert keys(library) == set()


def test_a_file_that_is_missing_is_found_and_the_finding_kept(
    library: Library, tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    library.runtime.store.delete(key)
    (finding,) = maintain(library.tools).findings
    assert finding["where"] == key
