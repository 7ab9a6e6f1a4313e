from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heaters.storage import keys
from heaters.storage.errors import InvalidKey

TOKEN = "0123456789abcdef"
TOKEN_FORM = re.compile("[0-9a-f]{16}")


def test_keys_say_what_the_object_is_to_which_video_and_clip() -> None:
    assert keys.original_key(TOKEN, ".mov") == f"originals/{TOKEN}.mov"
    assert keys.master_key(7, TOKEN, ".mkv") == f"videos/7/master-{TOKEN}.mkv"
    assert keys.proxy_key(7, TOKEN) == f"videos/7/proxy-{TOKEN}.mp4"
    assert keys.analysis_key(7, TOKEN, ".bgr") == f"videos/7/analysis-{TOKEN}.bgr"
    assert keys.scores_key(7, "adaptive", TOKEN, ".npy") == f"videos/7/scores-adaptive-{TOKEN}.npy"
    assert keys.poster_key(7, TOKEN) == f"videos/7/poster-{TOKEN}.jpg"
    assert keys.clip_export_key(7, 11, TOKEN) == f"videos/7/clips/11-{TOKEN}.mp4"
    assert keys.keyframe_key(7, 11, 250, TOKEN) == f"videos/7/keyframes/11-250-{TOKEN}.jpg"


def test_two_attempts_at_one_object_never_share_a_key() -> None:
    assert len({keys.proxy_key(7, keys.new_token()) for _ in range(1000)}) == 1000


@given(st.text(max_size=12))
def test_whatever_suffix_a_user_gives_makes_a_key_or_is_refused(suffix: str) -> None:
    try:
        key = keys.original_key(TOKEN, suffix)
    except InvalidKey:
        return
    keys.validate_key(key)
    assert key == f"originals/{TOKEN}{suffix.lower()}"


@pytest.mark.parametrize("suffix", ["mp4", ".", ".m p4", "./../x", ".mp4/x", ".tar.gz", ".ä"])
def test_a_suffix_that_is_none_is_refused(suffix: str) -> None:
    with pytest.raises(InvalidKey, match="suffix"):
        keys.original_key(TOKEN, suffix)


def test_a_suffix_is_lowered_and_may_be_missing() -> None:
    assert keys.original_key(TOKEN, ".MP4") == f"originals/{TOKEN}.mp4"
    assert keys.original_key(TOKEN, "") == f"originals/{TOKEN}"


def test_a_detector_name_that_is_no_name_is_refused() -> None:
    with pytest.raises(InvalidKey):
        keys.scores_key(7, "../adaptive", TOKEN, ".npy")


@given(st.text())
def test_no_key_leads_anywhere_but_down(text: str) -> None:
    if keys.is_key(text):
        assert not text.startswith("/")
        assert all(part not in ("", ".", "..") for part in text.split("/"))
        assert text == text.lower()
        assert text.isascii()
        assert "\\" not in text
        assert "\0" not in text


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("videos/7/proxy.mp4", "video/mp4"),
        ("videos/7/poster.jpg", "image/jpeg"),
        ("originals/page.html", "application/octet-stream"),
        ("originals/drawing.svg", "application/octet-stream"),
        ("originals/nothing", "application/octet-stream"),
    ],
)
def test_a_content_type_follows_from_the_suffix_and_is_never_a_page_or_script(
    key: str, content_type: str
) -> None:
    assert keys.content_type(key) == content_type


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("original", keys.original_key(TOKEN, ".mov")),
        ("original", keys.original_key(TOKEN, "")),
        ("master", keys.master_key(7, TOKEN, ".mkv")),
        ("proxy", keys.proxy_key(123456, TOKEN)),
        ("analysis", keys.analysis_key(7, TOKEN, ".bgr")),
        ("scores", keys.scores_key(7, "adaptive-2", TOKEN, ".f32")),
        ("poster", keys.poster_key(7, TOKEN)),
        ("export", keys.clip_export_key(7, 11, TOKEN)),
        ("keyframe", keys.keyframe_key(7, 11, 0, TOKEN)),
        ("keyframe", keys.keyframe_key(7, 11, 250, TOKEN)),
    ],
)
def test_every_key_tells_what_it_is_the_key_of(kind: str, key: str) -> None:
    assert keys.kind_of(key) == kind
    for other in (f"x/{key}", f"{key}-copy", key.replace(TOKEN, TOKEN[1:]), key.upper()):
        assert keys.kind_of(other) is None


@given(st.text(alphabet="videosclp/0123456789abcdef-.m", max_size=60))
def test_what_no_function_makes_is_the_key_of_nothing(text: str) -> None:
    assert keys.kind_of(text) is None or TOKEN_FORM.search(text)
