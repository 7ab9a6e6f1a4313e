"""A reviewer's keys: theirs alone, validated, bounded."""

from __future__ import annotations

from typing import Any

import pytest

from heaters.domain.errors import InvalidInput, NotFound
from heaters.services.preferences import Keyboard, keyboard, save_keyboard
from tests.support.desk import Desk


def test_everybody_begins_with_the_default_keys(desk: Desk):
    assert desk.act(keyboard, desk.reviewer()) == Keyboard(preset="heaters", remaps={})


def test_keys_are_kept_for_the_reviewer_who_chose_them(desk: Desk):
    ann, bob = desk.reviewer(), desk.reviewer()
    keys = {"preset": "lossless_cut", "remaps": {"approve": ["Enter", "Shift+a"], "skip": []}}
    assert desk.act(save_keyboard, ann, keys).model_dump() == keys
    assert desk.act(keyboard, ann).model_dump() == keys
    assert desk.act(keyboard, bob) == Keyboard()
    desk.act(save_keyboard, ann, {"preset": "heaters"})
    assert desk.act(keyboard, ann) == Keyboard()


@pytest.mark.parametrize(
    "keys",
    [
        None,
        [],
        "heaters",
        {"preset": 1},
        {"preset": ""},
        {"preset": "x" * 41},
        {"preset": "heaters", "remaps": []},
        {"preset": "heaters", "remaps": {"approve": "a"}},
        {"preset": "heaters", "remaps": {"approve": [1]}},
        {"preset": "heaters", "remaps": {"approve": [""]}},
        {"preset": "heaters", "remaps": {"approve": ["x" * 41]}},
        {"preset": "heaters", "remaps": {"approve": ["a\0"]}},
        {"preset": "heaters", "remaps": {"approve": ["\ud800"]}},
        {"preset": "heaters", "remaps": {"approve": ["a"] * 9}},
        {"preset": "heaters", "remaps": {"Not a name": ["a"]}},
        {"preset": "heaters", "remaps": {f"c{n}": ["a"] for n in range(201)}},
        {"preset": "heaters", "remaps": {}, "more": 1},
    ],
)
def test_what_is_no_keyboard_is_refused(desk: Desk, keys: Any):
    ann = desk.reviewer()
    desk.act(save_keyboard, ann, {"preset": "cvat"})
    with pytest.raises(InvalidInput):
        desk.act(save_keyboard, ann, keys)
    assert desk.act(keyboard, ann).preset == "cvat"


def test_nobody_has_no_keys(desk: Desk):
    with pytest.raises(NotFound):
        desk.act(keyboard, 999_999)
