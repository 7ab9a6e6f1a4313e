"""Which constant rate a source's time stamps stand for."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import numpy.typing as npt

STANDARD_RATES = tuple(
    sorted(
        [Fraction(n) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30)]
        + [Fraction(n) for n in (48, 50, 60, 72, 90, 100, 120, 144, 240)]
        + [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)]
    )
)
FALLBACK_RATE = Fraction(25)
_HIGHEST_RATE = 1000
_SLOWEST_RATE = 10  # slower ones are slides: each frame of a timeline would be too long for a cut
_TOLERANCE_S = Fraction(1, 1000)


def constant_rate(
    times: npt.NDArray[np.int64], time_base: Fraction, declared: Iterable[Fraction | None]
) -> tuple[Fraction, bool]:
    """Return the rate of the proxy's timeline, and whether the source varies from it.

    A rate R is the source's own if every frame lies on the grid i/R, within a millisecond or a tick
    of the source's clock, no two share a place, and gaps are the exception. The rates that the
    container declares are tried first, then what the mean gap suggests.

    A source on no such grid has a truly variable rate. It gets the standard rate closest to that of
    its 10th percentile gap, so that at most about a tenth of its frames is dropped where it is
    busiest; everywhere else frames are repeated. Slides get ``FALLBACK_RATE``.

    Args:
        times: ascending presentation times of all frames, in units of ``time_base`` seconds.
        time_base: the clock's tick in seconds.
        declared: rates that the container claims, most trusted first.
    """
    claims = [rate for rate in declared if rate is not None and 0 < rate <= _HIGHEST_RATE]
    gaps = np.diff(times)
    gaps = gaps[gaps > 0]
    if gaps.size == 0:
        return (claims or [FALLBACK_RATE])[0], False
    mean = Fraction(gaps.size, int(gaps.sum())) / time_base
    nearby = [rate for rate in by_distance(mean) if abs(rate / mean - 1) < Fraction(1, 100)]
    candidates = [_snap(rate) for rate in claims] + claims + nearby + [mean.limit_denominator(100)]
    for rate in candidates:
        steps = _grid_steps(times, time_base, rate)
        if steps is not None:
            return rate, bool((steps != 1).any())
    short = np.percentile(gaps, 10, method="lower")
    alike = gaps[np.abs(gaps - short) <= short / 8]  # a coarse clock rounds one gap up, one down
    busy = Fraction(alike.size, int(alike.sum())) / time_base
    return (by_distance(busy)[0] if busy >= _SLOWEST_RATE else FALLBACK_RATE), True


def by_distance(rate: Fraction) -> list[Fraction]:
    """Return the standard rates, those first that are closest to ``rate`` in proportion."""
    return sorted(STANDARD_RATES, key=lambda standard: max(standard / rate, rate / standard))


def _snap(rate: Fraction) -> Fraction:
    """Return the standard rate that ``rate`` is a rounding of, if any (19001/317 is 60000/1001)."""
    standard = by_distance(rate)[0]
    return standard if abs(rate / standard - 1) < Fraction(1, 5000) else rate


def _grid_steps(
    times: npt.NDArray[np.int64], time_base: Fraction, rate: Fraction
) -> npt.NDArray[np.int64] | None:
    """Return how many places each frame is after the one before; None if ``rate`` is no fit."""
    if rate <= 0:
        return None
    tick_frames = float(time_base * rate)
    position = (times - times[0]) * tick_frames
    place = np.rint(position)
    tolerance_frames = min(max(tick_frames, float(_TOLERANCE_S * rate)), 0.25) + 1e-6
    steps = np.diff(place).astype(np.int64)
    fits = np.abs(position - place).max() <= tolerance_frames
    return steps if fits and steps.min() >= 1 and np.median(steps) == 1 else None
