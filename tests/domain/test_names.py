"""Titles come from strangers: whatever they hold, they can be shown and stored."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heaters.domain.names import (
    MAX_TITLE_CHARACTERS,
    base_name,
    clean_line,
    clean_title,
    export_file_name,
)

_NEVER = {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("The sea", "The sea"),
        ("a\0b", "a b"),
        ("two\nlines\t\x1b[31mred", "two lines [31mred"),
        ("abc\u202egp4.exe", "abcgp4.exe"),
        ("\u2066isolated\u2069\ufeff", "isolated"),
        ("क्\u200dष 👩\u200d👧", "क्\u200dष 👩\u200d👧"),
        ("non\u00a0breaking  blanks", "non breaking blanks"),
        (os.fsdecode(b"caf\xe9"), "caf\ufffd"),
        ("\ufffe\ufdd0\U0010ffff", "\ufffd\ufffd\ufffd"),
        ("-rf", "-rf"),
        ("\u200e \x07", "untitled"),
        ("", "untitled"),
        ("x" * 250, "x" * MAX_TITLE_CHARACTERS),
    ],
    ids=ascii,
)
def test_a_title_is_one_line_that_can_be_shown(name: str, title: str) -> None:
    assert clean_title(name) == title


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_becomes_a_line_that_the_database_takes(text: str) -> None:
    line = clean_line(text)
    line.encode()
    assert len(line) <= MAX_TITLE_CHARACTERS
    assert line == clean_line(line)
    assert not _NEVER & {unicodedata.category(character) for character in line}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("C:\\films\\harbour.MKV", "harbour.MKV"),
        ("/films/a.mp4/", "a.mp4"),
        ("../..", ".."),
        ("\0", ""),
    ],
)
def test_of_a_path_the_last_part_is_its_name(path: str, name: str) -> None:
    assert base_name(path) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The sea", "The_sea_8_0000078-0000196.mp4"),
        ("news_broadcast", "news_broadcast_8_0000078-0000196.mp4"),
        ("-rf /", "rf_8_0000078-0000196.mp4"),
        ("..", "clip_8_0000078-0000196.mp4"),
        ('A "quoted"/odd: t\u0069\u0301tulo', "A_quoted_odd_título_8_0000078-0000196.mp4"),
        ("abc\u202egp4.exe", "abcgp4.exe_8_0000078-0000196.mp4"),
        ("\x1b[31mred\n", "31mred_8_0000078-0000196.mp4"),
        ("क्\u200dष", "क्ष_8_0000078-0000196.mp4"),
        ("海" * 90, "海" * 33 + "_8_0000078-0000196.mp4"),
    ],
    ids=ascii,
)
def test_an_exported_clip_has_one_name_that_any_shell_and_file_system_takes(
    title: str, name: str
) -> None:
    assert export_file_name(title, 8, 78, 196) == name


@given(
    st.text(st.characters(codec=None), max_size=300), st.integers(1, 2**31), st.integers(0, 2**31)
)
def test_a_clip_of_any_title_can_be_stored_under_its_name(
    title: str, video: int, frame: int
) -> None:
    name = export_file_name(title, video, frame, frame + 1)
    assert len(name.encode()) < 143
    assert name[0] not in "-."
    assert not {"/", "\\", " ", "\0", "\n"} & set(name)
