"""What becomes of a timeline, as one splice: applied to the old one it gives the new one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heaters.state.sheet import KEPT_CLIPS, KEPT_NEWS, Clips, News, difference, kept

Row = tuple[int, int, str, int]
rows = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 3), st.sampled_from("PAESD!"), st.integers(0, 1)),
    max_size=8,
)


def clips_of(rows: list[Row]) -> Clips:
    ids, starts, letters, groups = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Clips(list(ids), list(starts), "".join(letters), list(groups))


def rows_of(clips: Clips) -> list[Row]:
    return list(zip(clips.ids, clips.starts, clips.letters, clips.groups, strict=True))


def applied(old: list[Row], new: list[Row]) -> list[Row]:
    splice = difference(clips_of(old), clips_of(new))
    return old[: splice.at] + rows_of(splice.clips) + old[splice.at + splice.removed :]


@given(old=rows, new=rows)
def test_the_splice_makes_the_new_timeline_of_the_old_one(old: list[Row], new: list[Row]):
    assert applied(old, new) == new


@given(before=rows, gone=rows, come=rows, after=rows)
def test_the_splice_holds_nothing_that_stays_at_either_end(
    before: list[Row], gone: list[Row], come: list[Row], after: list[Row]
):
    old, new = before + gone + after, before + come + after
    splice = difference(clips_of(old), clips_of(new))
    assert applied(old, new) == new
    assert splice.removed <= len(gone)
    assert len(splice.clips.ids) <= len(come)
    changed = rows_of(splice.clips)
    replaced = old[splice.at : splice.at + splice.removed]
    if changed and replaced:
        assert changed[0] != replaced[0]
        assert changed[-1] != replaced[-1]


def test_nothing_changed_is_an_empty_splice():
    one = clips_of([(1, 0, "P", 0), (2, 10, "A", 0)])
    splice = difference(one, clips_of(rows_of(one)))
    assert (splice.removed, rows_of(splice.clips)) == (0, [])


def test_one_verdict_among_ten_thousand_clips_is_one_clip():
    old = [(number, 100 * number, "P", 0) for number in range(10_000)]
    new = [*old[:7000], (7000, 700_000, "A", 0), *old[7001:]]
    splice = difference(clips_of(old), clips_of(new))
    assert (splice.at, splice.removed) == (7000, 1)
    assert rows_of(splice.clips) == [(7000, 700_000, "A", 0)]


def test_the_latest_news_are_kept():
    news = tuple(News(number) for number in range(1, KEPT_NEWS + 3))
    assert [one.number for one in kept(news)] == list(range(3, KEPT_NEWS + 3))
    assert kept(news[:2]) == news[:2]
    assert kept(()) == ()


def test_large_news_are_not_sent_again_with_those_after_them():
    large = News(1, ids=range(KEPT_CLIPS + 1))
    assert kept((large,)) == (large,)
    assert kept((News(0), large)) == (News(0), large)
    assert kept((large, News(2))) == (News(2),)
    assert kept((large, News(2), News(3))) == (News(2), News(3))
