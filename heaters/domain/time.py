"""Exact time: frames are integers, rates and seconds are ``Fraction``."""

from __future__ import annotations

from fractions import Fraction


def frame_start_s(frame: int, fps: Fraction) -> Fraction:
    """Return when ``frame`` starts, in seconds from the first frame: ``frame / fps``."""
    return Fraction(frame) / fps


def frame_middle_s(frame: int, fps: Fraction) -> Fraction:
    """Return the middle of ``frame`` in seconds: ``(frame + 1/2) / fps``.

    A seek to the middle of a frame cannot land on its neighbour through rounding.
    """
    return (frame + Fraction(1, 2)) / fps


def frame_at_s(seconds: Fraction, fps: Fraction) -> int:
    """Return the frame shown at ``seconds``: frame i is shown during [i/fps, (i+1)/fps)."""
    return (seconds * fps).__floor__()


def format_fps(fps: Fraction) -> str:
    """Write a rate as ``"num/den"``, always with both parts."""
    return f"{fps.numerator}/{fps.denominator}"


def format_timecode(frame: int, fps: Fraction) -> str:
    """Write a frame as ``HH:MM:SS:FF`` (non-drop: FF counts frames within the real second)."""
    second = (Fraction(frame) / fps).__floor__()
    first_frame_of_second = -((-second * fps).__floor__())
    minutes, s = divmod(second, 60)
    hours, m = divmod(minutes, 60)
    return f"{hours:02d}:{m:02d}:{s:02d}:{frame - first_frame_of_second:02d}"
