"""Addresses: which can be downloaded from, and that nobody is shown their secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heaters.domain.addresses import (
    MAX_CHARACTERS,
    address_name,
    check_url,
    redact_text,
    redact_url,
    shown_source,
)
from heaters.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        (" https://example.com/watch?v=1\n", "https://example.com/watch?v=1"),
        ("HTTPS://Ann:Pw@Example.COM/A", "https://Ann:Pw@example.com/A"),
        ("https://bücher.example/film.mp4#t=3", "https://bücher.example/film.mp4#t=3"),
        ("http://example.com./a%00b", "http://example.com./a%00b"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://192.0.2.1/a", "http://192.0.2.1/a"),
    ],
)
def test_an_address_is_taken_in_one_form(url: str, taken: str) -> None:
    assert check_url(url) == taken
    assert check_url(taken) == taken


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/video.mp4",
        "data:text/html,<video>",
        "javascript:alert(1)",
        "ytsearch:a walk",
        "example.com/video.mp4",
        "http://",
        "http:///video.mp4",
        "http://.",
        "http://a..b/",
        f"http://{'a' * 64}.example/",
        "http://example.com:99999/",
        "http://example.com:0/",
        "http://[::1/",
        "http://example.com/a b",
        "http://example.com/\r\nHost: other",
        "http://example.com/a\0b",
        "http://example.com/\udce9",
        "http://example.com/\u202e4pm",
        "https://u:s3cret@/x?s3cret",
        "u:s3cret@example.com/x#s3cret",
        "https:/u:s3cret@example.com/x",
        "https:u:s3cret@example.com/x",
        "https://example.com/" + "a" * MAX_CHARACTERS,
        "x" * 100_000,
    ],
    ids=lambda url: ascii(url[:40]),
)
def test_what_is_no_web_address_is_refused_in_one_short_line(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_url(url)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 300
    assert "s3cret" not in said


@given(st.text(st.characters(codec=None)))
def test_any_text_is_taken_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com/{text}"):
        try:
            assert check_url(url).isprintable()
        except InvalidInput as error:
            assert str(error).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://u:p@h:8/a?b=c#d", "https://h:8/a?…"),
        ("https://h/a#access_token=b", "https://h/a?…"),
        ("https://h/a@b", "https://h/a@b"),
        ("https://h", "https://h"),
    ],
)
def test_an_address_is_shown_without_user_query_and_fragment(text: str, shown: str) -> None:
    assert redact_url(text) == shown
    assert redact_text(f"at <{text}>, twice: '{text}'") == f"at <{shown}>, twice: '{shown}'"
    assert shown_source(text) == shown


@pytest.mark.parametrize("name", ["Why? #2 @home.mp4", "a: b?c=d.mkv"])
def test_the_name_of_a_file_is_shown_as_it_is(name: str) -> None:
    assert shown_source(name) == name


def test_a_query_that_stands_alone_is_hidden_in_a_text() -> None:
    assert redact_text("[generic] video?token=abc: why?") == "[generic] video?… why?"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/films/the%20sea.mp4?x=1", "the sea.mp4"),
        ("https://u:p@example.com/", "example.com"),
        ("https://example.com/a%00b", "a\0b"),
    ],
)
def test_an_address_is_called_by_its_file_or_its_host(url: str, name: str) -> None:
    assert address_name(url) == name
