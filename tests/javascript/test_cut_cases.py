"""The cases on which JavaScript's cuts are tested are what the cut engine does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from heaters.domain.cuts import AddCut, MoveCut, RemoveCut, apply_operation, with_kept
from heaters.domain.errors import HeatersError
from heaters.domain.timeline import Timeline, difference, heirs, timeline_from_cuts

CASES = json.loads(Path(__file__).with_name("cut_cases.json").read_text())
KEPT_CASES = json.loads(Path(__file__).with_name("kept_cases.json").read_text())


def _applied(old: Timeline, operation: dict[str, Any]) -> Timeline:
    match operation:
        case {"kind": "add_cut", "frame": frame}:
            return apply_operation(old, AddCut(frame))
        case {"kind": "remove_cut", "frame": frame}:
            return apply_operation(old, RemoveCut(frame))
        case {"kind": "move_cut", "frame": frame, "to_frame": to_frame}:
            return apply_operation(old, MoveCut(frame, to_frame))
        case _:
            return timeline_from_cuts(old.frame_count, operation["cuts"])


def _inherited_groups(old: Timeline, new: Timeline, groups: list[int]) -> list[int]:
    """Return the group of each new clip, 0 for none: that of all it takes the place of."""
    group_of = dict(zip(old.clips, groups, strict=True))
    parents = heirs(difference(old, new))
    found = [{group_of[old] for old in parents.get(frames, [frames])} for frames in new.clips]
    return [names.pop() if len(names) == 1 else 0 for names in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["operation"]))
def test_python_agrees_with_the_cases_that_javascript_is_tested_on(case: dict[str, Any]) -> None:
    old = timeline_from_cuts(case["frame_count"], case["cuts"])
    if "refused" in case:
        with pytest.raises(HeatersError) as refusal:
            _applied(old, case["operation"])
        assert str(refusal.value) == case["refused"]
    else:
        new = _applied(old, case["operation"])
        then = {"cuts": list(new.cuts), "groups": _inherited_groups(old, new, case["groups"])}
        assert then == case["then"]


@pytest.mark.parametrize("case", KEPT_CASES, ids=json.dumps)
def test_cuts_that_stay_are_the_same_in_python(case: dict[str, list[int]]) -> None:
    assert with_kept(case["found"], case["kept"]) == case["cuts"]
