"""Strategies that make a clip's one vector of its keyframes' vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from heaters.domain.errors import HeatersError
from heaters.embeddings import combine
from heaters.embeddings.vectors import normalise, strategy_names

UNIT = normalise(np.array([[3.0, 4.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]]))

positive_rows = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 8)), elements=st.floats(0.01, 100)
)


def test_single_is_the_vector_of_the_middle_keyframe():
    assert combine("keyframe_single", UNIT).tolist() == UNIT[1].tolist()
    assert combine("keyframe_single", UNIT[:1]).tolist() == UNIT[0].tolist()


def test_multi_avg_points_between_the_keyframes():
    average = combine("keyframe_multi_avg", UNIT[1:])
    np.testing.assert_allclose(average, [0, 0.5**0.5, 0.5**0.5], atol=1e-6)


@given(rows=positive_rows, strategy=st.sampled_from(strategy_names()))
def test_every_strategy_gives_one_vector_of_length_one(rows, strategy):
    combined = combine(strategy, normalise(rows))
    assert combined.shape == rows.shape[1:]
    assert combined.dtype == np.float32
    assert np.linalg.norm(combined) == pytest.approx(1, abs=1e-5)


@given(rows=positive_rows)
def test_the_average_is_as_near_to_every_keyframe_as_their_mean_is(rows):
    vectors = normalise(rows)
    mean = vectors.astype(np.float64).sum(axis=0)
    nearness = vectors @ (mean / np.linalg.norm(mean))
    np.testing.assert_allclose(
        vectors @ combine("keyframe_multi_avg", vectors), nearness, atol=1e-5
    )


@pytest.mark.parametrize("rows", [[[0.0, 0.0]], [[1.0, np.nan]], [[np.inf, 1.0]]])
def test_a_vector_without_direction_is_refused(rows):
    with pytest.raises(HeatersError, match="no direction"):
        normalise(np.array(rows))


def test_vectors_that_cancel_each_other_out_are_refused():
    with pytest.raises(HeatersError, match="no direction"):
        combine("keyframe_multi_avg", np.array([[1, 0], [-1, 0]], np.float32))


def test_a_clip_without_keyframes_is_refused():
    with pytest.raises(HeatersError, match="without keyframes"):
        combine("keyframe_single", UNIT[:0])


def test_an_unknown_strategy_is_refused_with_the_known_ones():
    with pytest.raises(HeatersError, match="keyframe_single, keyframe_multi_avg"):
        combine("median", UNIT)
