"""Chores: what nobody needs is deleted, all else is kept, and a round may end at any point."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import text

from heaters.domain.errors import Cancelled, ExternalFailure
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID, ArtifactKind, Chore
from heaters.pipeline.chores import sweep
from heaters.pipeline.chores.round import Round
from heaters.pipeline.chores.running import CHORES, run_chore
from heaters.pipeline.chores.sweep import FEW
from heaters.pipeline.tools import Tools
from heaters.repositories.artifacts import ArtifactRepository
from heaters.services import invariants
from heaters.services.installation import adopt_store
from heaters.services.invariants import last_check
from heaters.services.reviewing import approve
from heaters.services.undoing import undo
from heaters.storage.errors import NotDeleted
from heaters.storage.keys import clip_export_key, master_key, new_token
from heaters.storage.local import LocalStore
from tests.support.barcodes import write_barcode_video
from tests.support.clock import set_database_clock
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
        return clip_id, ArtifactRepository(uow.session).of_clip(clip_id, ArtifactKind.EXPORT)[0].key


def keys(library: Library) -> set[str]:
    return {found.key for found in library.runtime.store.list_objects()}


def run(library: Library, name: str, **options: Any) -> Chore:
    chore = run_chore(library.tools, name, **options)
    assert chore is not None
    return chore


def all_chores(library: Library) -> None:
    """Run each chore once; none fails and nothing is found."""
    for name in CHORES:
        assert run(library, name).error is None
    with library.runtime.database.unit_of_work() as uow:
        check = last_check(uow)
    assert check is not None
    assert check.findings == []


def removed_video(library: Library) -> int:
    """Return the id of a video that was made once and has no row any more."""
    with library.runtime.database.unit_of_work() as uow:
        statement = text("SELECT nextval(pg_get_serial_sequence('videos', 'id'))")
        return uow.session.connection().execute(statement).scalar_one()


def put_leftovers(library: Library, count: int) -> list[str]:
    video_id = removed_video(library)
    made = [clip_export_key(video_id, number + 1, new_token()) for number in range(count)]
    for key in made:
        library.runtime.store.put_bytes(key, b"left behind")
    return made


@pytest.fixture
def two_days_later(library: Library) -> Callable[[], None]:
    """Give the function that moves the database's clock on."""
    return lambda: set_database_clock(library.runtime.database, timedelta(days=2))


def weeks_pass(library: Library) -> None:
    """Let what is on the list of leftovers have been there for a month."""
    with library.runtime.database.unit_of_work() as uow:
        statement = "UPDATE leftovers SET first_seen_at = first_seen_at - interval '30 days'"
        uow.session.connection().execute(text(statement))


def test_what_is_in_use_is_kept_and_found_in_order(
    library: Library, tmp_path: Path, two_days_later: Callable[[], None]
) -> None:
    exported(library, tmp_path)
    before = keys(library)
    two_days_later()
    all_chores(library)
    weeks_pass(library)
    all_chores(library)
    assert keys(library) == before


def test_files_of_an_undone_approval_outlive_their_retention_period(
    library: Library, tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    all_chores(library)
    assert key in keys(library)


@at_once
def test_retired_files_are_deleted_once_their_retention_period_is_over(
    library: Library, tmp_path: Path
) -> None:
    clip_id, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    all_chores(library)
    assert key not in keys(library)
    with library.runtime.database.unit_of_work() as uow:
        assert not ArtifactRepository(uow.session).of_clip(clip_id, ArtifactKind.EXPORT)


def test_leftovers_are_deleted_when_no_row_has_named_them_for_the_retention_period(
    library: Library, two_days_later: Callable[[], None]
) -> None:
    (key,) = put_leftovers(library, 1)
    all_chores(library)
    two_days_later()
    all_chores(library)
    assert keys(library) == {key}
    weeks_pass(library)
    all_chores(library)
    assert keys(library) == set()


def test_neither_masters_nor_files_of_others_are_ever_deleted(
    library: Library, two_days_later: Callable[[], None]
) -> None:
    master = master_key(removed_video(library), new_token(), ".mkv")
    kept = {master, "holiday/2019.mp4", "thesis.pdf"}
    for key in kept:
        library.runtime.store.put_bytes(key, b"the only copy")
    two_days_later()
    for _ in range(2):
        all_chores(library)
        weeks_pass(library)
    assert keys(library) == kept


def test_a_sweep_that_would_delete_too_much_deletes_nothing_and_says_so(
    library: Library, two_days_later: Callable[[], None]
) -> None:
    made = put_leftovers(library, FEW + 1)
    two_days_later()
    run(library, "verify")
    weeks_pass(library)
    chore = run(library, "sweep")
    assert chore.error is not None
    assert "101 of 101 objects" in chore.error
    assert keys(library) == set(made)


def list_leftovers(library: Library, count: int) -> list[str]:
    """Put leftovers, write them down and let a month pass."""
    made = put_leftovers(library, count)
    set_database_clock(library.runtime.database, timedelta(days=2))
    run(library, "verify")
    weeks_pass(library)
    return made


def change(library: Library, statement: str, **values: object) -> None:
    """Change rows behind the application's back."""
    with library.runtime.database.unit_of_work() as uow:
        uow.session.connection().execute(text(statement), values)


def test_more_than_a_few_leftovers_are_deleted_where_they_are_a_small_share(
    library: Library,
) -> None:
    made = list_leftovers(library, FEW + 1)
    objects = "UPDATE chores SET result = result || jsonb_build_object('objects', :objects)"
    change(library, objects + " WHERE name = 'verify'", objects=20 * len(made) - 1)
    assert f"{FEW + 1} of 2,019 objects" in (run(library, "sweep").error or "")
    assert keys(library) == set(made)
    change(library, objects + " WHERE name = 'verify'", objects=20 * len(made))
    chore = run(library, "sweep")
    assert (chore.error, chore.result) == (None, {"deleted": FEW + 1, "pieces": 0})
    assert keys(library) == set()


def test_a_sweep_deletes_only_a_few_where_no_check_has_ever_ended(library: Library) -> None:
    made = list_leftovers(library, FEW + 1)
    change(library, "DELETE FROM chores WHERE name = 'verify'")
    assert "101 objects in the store are named by no row" in (run(library, "sweep").error or "")
    assert keys(library) == set(made)
    change(library, "DELETE FROM leftovers WHERE key = :key", key=made[0])
    assert run(library, "sweep").error is None
    assert keys(library) == {made[0]}


def test_a_sweep_that_was_cut_off_asks_again_and_goes_on_only_as_far_as_was_agreed(
    library: Library,
) -> None:
    made = list_leftovers(library, FEW + 5)
    change(library, "DELETE FROM leftovers WHERE key = ANY(:keys)", keys=made[FEW:])
    stopped = threading.Event()
    stopped.set()
    first = run(library, "sweep", stopped=stopped)
    assert (first.ended_at, first.cursor) == (None, {"agreed": 0, "deleted": 0})
    run(library, "verify")
    weeks_pass(library)
    assert "105 of 105 objects" in (run(library, "sweep").error or "")
    assert keys(library) == set(made)

    agreed = partial(sweep.run, agreed=FEW + 5)
    second = run(library, "sweep", stopped=stopped, work=agreed)
    assert second.cursor == {"agreed": FEW + 5, "deleted": 0}
    more = list_leftovers(library, 1)
    assert "106 of 106 objects" in (run(library, "sweep").error or "")
    assert run(library, "sweep", stopped=stopped, work=agreed).error is not None
    change(library, "DELETE FROM leftovers WHERE key = :key", key=more[0])
    run(library, "sweep", stopped=stopped, work=agreed)
    assert run(library, "sweep").error is None, "a worker goes on with what was agreed"
    assert keys(library) == set(more)


def test_a_leftover_that_gets_a_row_in_time_is_kept(library: Library, tmp_path: Path) -> None:
    source = write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=20)
    video_id = library.ingest(source)
    named, other = list_leftovers(library, 2)
    with library.runtime.database.unit_of_work() as uow:
        ArtifactRepository(uow.session).put(
            ArtifactKind.POSTER, named, video_id=video_id, size_bytes=11
        )
    result = run(library, "sweep").result
    assert result is not None
    assert result["deleted"] == 1
    assert named in keys(library)
    assert other not in keys(library)


def test_a_database_that_was_restored_deletes_nothing_until_it_adopts_the_store(
    library: Library,
) -> None:
    made = list_leftovers(library, 1)
    lost = clip_export_key(removed_video(library), 1, new_token())
    library.runtime.store.put_bytes(lost, b"made since the backup")
    change(library, "SELECT setval(pg_get_serial_sequence('videos', 'id'), 1)")
    for name in ("retire", "sweep"):
        assert "never made: was it restored" in (run(library, name).error or "")
    assert keys(library) == {*made, lost}
    adopt_store(library.runtime.database, library.runtime.store)
    all_chores(library)
    assert keys(library) == {lost}


def test_a_round_that_another_worker_has_taken_over_ends(library: Library) -> None:
    taken: list[Chore | None] = []

    def lose(chore: Round) -> dict[str, Any]:
        chore.keep({"step": 1})
        change(library, "UPDATE chores SET lease_until = clock_timestamp() - interval '1 s'")
        taken.append(run_chore(library.tools, "sweep", work=lambda other: dict(other.cursor)))
        with pytest.raises(Cancelled, match="another worker has taken sweep over"):
            chore.keep({"step": 2})
        chore.keep({"step": 3})
        raise AssertionError("it has gone on")

    chore = run(library, "sweep", work=lose)
    assert [done and done.result for done in taken] == [{"step": 1}]
    assert (chore.result, chore.error, chore.cursor) == ({"step": 1}, None, None)


def test_a_round_that_failed_by_what_may_heal_goes_on_where_it_stopped(library: Library) -> None:
    def lose_the_store(chore: Round) -> dict[str, Any]:
        chore.keep({"step": 1})
        raise ExternalFailure("the store is away")

    failed = run(library, "sweep", work=lose_the_store)
    assert (failed.error, failed.cursor) == ("the store is away", {"step": 1})
    assert failed.ended_at is not None
    assert run_chore(library.tools, "sweep", every_s=3600) is None, "it is given a pause"
    again = run(library, "sweep", work=lambda chore: dict(chore.cursor))
    assert (again.result, again.error, again.started_at) == ({"step": 1}, None, failed.started_at)


def test_uploads_that_still_run_are_given_the_retention_period(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(LocalStore, "sweep", lambda _, older_than_s: asked.append(older_than_s))
    run(library, "sweep")
    assert asked == [library.runtime.settings.retention_days * 24 * 3600]


class Stubborn(LocalStore):
    """A store that refuses to delete some objects, as one with an object lock does."""

    refused: frozenset[str] = frozenset()

    def delete(self, *keys: str) -> None:
        super().delete(*(key for key in keys if key not in self.refused))
        if reasons := {key: "locked" for key in keys if key in self.refused}:
            raise NotDeleted(reasons)


@pytest.fixture
def stubborn(library: Library) -> tuple[Stubborn, Tools]:
    place = library.runtime.store.place
    store = Stubborn(Path(place))
    return store, Tools(library.runtime.settings, library.runtime.database, store)


def test_a_leftover_that_cannot_be_deleted_is_told_of_and_the_rest_goes(
    library: Library, stubborn: tuple[Stubborn, Tools], two_days_later: Callable[[], None]
) -> None:
    store, tools = stubborn
    made = put_leftovers(library, 5)
    store.refused = frozenset(made[2:3])
    two_days_later()
    run(library, "verify")
    weeks_pass(library)
    chore = run_chore(tools, "sweep")
    assert chore is not None
    assert chore.error == f"{made[2]} cannot be deleted: locked"
    assert keys(library) == {made[2]}
    store.refused = frozenset()
    assert run(library, "sweep").error is None
    assert keys(library) == set()


@at_once
def test_a_retired_file_that_cannot_be_deleted_is_told_of_and_the_rest_goes(
    library: Library, stubborn: tuple[Stubborn, Tools], tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    store, tools = stubborn
    store.refused = frozenset([key])
    chore = run_chore(tools, "retire")
    assert chore is not None
    assert chore.error == f"{key} cannot be deleted: locked"
    assert {name for name in keys(library) if "/clips/" in name or "/keyframes/" in name} == {key}
    all_chores(library)
    assert key not in keys(library)


def test_nothing_is_deleted_from_a_store_that_somebody_else_has_taken_over(
    library: Library, two_days_later: Callable[[], None]
) -> None:
    (key,) = put_leftovers(library, 1)
    two_days_later()
    run(library, "verify")
    weeks_pass(library)
    library.runtime.store.write_marker("another installation", overwrite=True)
    for name in ("retire", "sweep"):
        assert "no longer belongs" in (run(library, name).error or "")
    assert keys(library) == {key}
    adopt_store(library.runtime.database, library.runtime.store)
    assert run(library, "sweep").error is None
    assert keys(library) == set()


def test_a_file_that_is_missing_is_found_and_the_finding_kept(
    library: Library, tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    library.runtime.store.delete(key)
    chore = run(library, "verify")
    assert chore.result is not None
    assert chore.result["findings"] == 1
    with library.runtime.database.unit_of_work() as uow:
        check = last_check(uow)
    assert check is not None
    assert [finding["where"] for finding in check.findings] == [key]


def test_a_round_that_was_stopped_goes_on_where_it_stopped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invariants, "_STRETCH", 2)
    made = put_leftovers(library, 8)
    stopped = threading.Event()

    class Stopping(LocalStore):
        def list_objects(self, prefix: str = "", *, after: str = "") -> Iterator[Any]:
            for number, info in enumerate(super().list_objects(prefix, after=after)):
                if number == 3:
                    stopped.set()
                yield info

    store = Stopping(Path(library.runtime.store.place))
    tools = Tools(library.runtime.settings, library.runtime.database, store)
    first = run_chore(tools, "verify", stopped=stopped)
    assert first is not None
    assert (first.lease_until, first.ended_at, first.error) == (None, None, None)
    assert first.cursor is not None
    assert first.cursor["after"] == sorted(made)[3]
    second = run(library, "verify", every_s=3600)
    assert second.result is not None
    assert second.result["objects"] == 8
    assert second.started_at == first.started_at
    assert second.cursor is None


def test_one_worker_at_a_time_does_a_chore_and_not_before_it_is_due(library: Library) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(_round: object) -> dict[str, Any]:
        begun.set()
        assert go_on.wait(30)
        return {"deleted": 0}

    thread = threading.Thread(
        target=run_chore, args=(library.tools, "sweep"), kwargs={"work": wait}
    )
    thread.start()
    assert begun.wait(30)
    assert run_chore(library.tools, "sweep") is None
    go_on.set()
    thread.join()
    assert run_chore(library.tools, "sweep", every_s=3600) is None
    assert run(library, "sweep").error is None


def test_what_nobody_foresaw_is_recorded_and_the_next_round_starts_from_the_beginning(
    library: Library,
) -> None:
    def break_(chore: Any) -> dict[str, Any]:
        chore.keep({"after": "x"})
        raise ZeroDivisionError("secret")

    with pytest.raises(ZeroDivisionError):
        run(library, "sweep", work=break_)
    assert run_chore(library.tools, "sweep", every_s=3600) is None
    chore = run(library, "sweep")
    assert (chore.error, chore.cursor) == (None, None)


def test_a_host_whose_clock_is_behind_keeps_no_file_longer(
    library: Library, tmp_path: Path
) -> None:
    _, key = exported(library, tmp_path)
    with library.runtime.database.unit_of_work() as uow:
        undo(uow, reviewer_id=LOCAL_REVIEWER_ID)
    set_database_clock(library.runtime.database, timedelta(days=8))
    run(library, "retire")
    assert key not in keys(library)
    run(library, "verify")
    with library.runtime.database.unit_of_work() as uow:
        check = last_check(uow)
        assert check is not None
        assert abs(check.started_at - uow.now()) < timedelta(days=1)
