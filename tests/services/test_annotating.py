"""Notes and tags: kept as written, bounded, and no action."""

from __future__ import annotations

import pytest

from heaters.domain.errors import NotFound
from heaters.domain.review import ClipSuperseded
from heaters.services.annotating import (
    NOTES_MAX_LENGTH,
    TAG_MAX_LENGTH,
    TAGS_MAX_COUNT,
    CannotBeWritten,
    describe,
)
from heaters.services.cutting import add_cut, remove_cut
from heaters.services.undoing import undo
from tests.support.desk import Desk


def test_notes_and_tags_replace_those_before(desk: Desk):
    [clip] = desk.clip_ids(desk.video(100))
    desk.act(describe, clip, notes="a first look", tags=["night"])
    desk.act(describe, clip, notes=" Straße – 街 🎬\nsecond line ", tags=["city", "車"])
    found = desk.clip(clip)
    assert (found.notes, found.tags) == ("Straße – 街 🎬\nsecond line", ["city", "車"])
    desk.act(describe, clip, notes="", tags=[])
    assert (desk.clip(clip).notes, desk.clip(clip).tags) == ("", [])


def test_tags_are_trimmed_and_none_comes_twice(desk: Desk):
    [clip] = desk.clip_ids(desk.video(100))
    desk.act(describe, clip, notes="", tags=[" b ", "a", "", "  ", "b", "two \t words"])
    assert desk.clip(clip).tags == ["b", "a", "two words"]


@pytest.mark.parametrize(
    ("notes", "tags"),
    [
        ("x" * (NOTES_MAX_LENGTH + 1), []),
        ("", ["x" * (TAG_MAX_LENGTH + 1)]),
        ("", [str(number) for number in range(TAGS_MAX_COUNT + 1)]),
        ("a\0b", []),
        ("", ["a\0b"]),
        ("\ud800", []),
        ("", ["\udfff"]),
    ],
)
def test_what_is_too_long_or_no_text_is_refused(desk: Desk, notes: str, tags: list[str]):
    [clip] = desk.clip_ids(desk.video(100))
    desk.act(describe, clip, notes="before", tags=["before"])
    with pytest.raises(CannotBeWritten):
        desk.act(describe, clip, notes=notes, tags=tags)
    assert (desk.clip(clip).notes, desk.clip(clip).tags) == ("before", ["before"])


def test_the_longest_allowed_is_kept(desk: Desk):
    [clip] = desk.clip_ids(desk.video(100))
    tags = [f"{number:x>{TAG_MAX_LENGTH}}" for number in range(TAGS_MAX_COUNT)]
    desk.act(describe, clip, notes="x" * NOTES_MAX_LENGTH, tags=tags)
    assert (len(desk.clip(clip).notes), desk.clip(clip).tags) == (NOTES_MAX_LENGTH, tags)


def test_a_clip_that_is_gone_takes_no_notes(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    [clip] = desk.clip_ids(video)
    desk.act(add_cut, video, 50, reviewer_id=ann)
    with pytest.raises(ClipSuperseded):
        desk.act(describe, clip, notes="too late", tags=[])
    with pytest.raises(NotFound):
        desk.act(describe, 999_999, notes="nowhere", tags=[])
    assert desk.clip(clip).notes == ""


def test_notes_are_no_action_and_stay_through_undo(desk: Desk):
    video, ann = desk.video(100, [50]), desk.reviewer()
    first, second = desk.clip_ids(video)
    desk.act(remove_cut, video, 50, reviewer_id=ann)
    [merged] = desk.clip_ids(video)
    desk.act(describe, merged, notes="of both", tags=["t"])
    assert len(desk.actions(video)) == 2
    desk.act(undo, reviewer_id=ann)
    assert desk.clip_ids(video) == [first, second]
    assert desk.clip(merged).notes == "of both"
