"""Draws from a posterior: against exact posteriors, and the pieces by hand."""

import numpy as np
import pytest

from simdiff.analysis.abc import Sizes, effective, implausibility, next_exponent, sample, systematic, tempered
from simdiff.model.luck import seed_key
from simdiff.study.draws import normal_luck

SIZES = Sizes(wave=1500, kept=600, moves=6, last_moves=12)


def gaussian(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two figures, z_0 and z_0 + z_1, seen as 1.5 ± .5 and 1 ± .5; other coordinates have no say."""
    figures = np.column_stack([z[:, 0], z[:, 0] + z[:, 1]])
    return -0.5 * (((figures - [1.5, 1.0]) / 0.5) ** 2).sum(axis=1), figures


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the linear Gaussian posterior (Bayes): Σ = (I + AᵀA/s²)⁻¹, μ = Σ Aᵀ y/s²."""
    a = np.array([[1.0, 0.0], [1.0, 1.0]])
    covariance = np.linalg.inv(np.eye(2) + a.T @ a / 0.25)
    return covariance @ a.T @ np.array([1.5, 1.0]) / 0.25, covariance


@pytest.mark.parametrize("dimensions", [2, 60])
def test_a_gaussian_posterior_is_found_whatever_the_number_of_parameters(dimensions: int) -> None:
    """Catches weights of the wrong step, proposals that leave the prior, moves accepted at the wrong exponent."""
    luck = normal_luck(seed_key(3), dimensions)
    found = sample(gaussian, SIZES, luck)
    mean, covariance = exact()
    error = np.sqrt(np.diag(covariance) / SIZES.kept) * 2.5  # points share ancestors
    assert np.all(np.abs(found.z[:, :2].mean(axis=0) - mean) < 3.3 * error)
    assert np.allclose(np.cov(found.z[:, :2].T), covariance, atol=0.06)
    free = found.z[:, 2:]
    if free.size:
        assert abs(free.mean()) < 3.3 * 2.5 / np.sqrt(free.size)
        assert abs(free.std() - 1.0) < 0.03
    assert found.stages[-1].exponent == 1.0
    assert np.array_equal(sample(gaussian, SIZES, luck).z, found.z)


def test_a_sampler_that_forgets_the_prior_is_caught() -> None:
    """The defect planted: proposals z + βξ, which drift away from the prior in coordinates without a say."""

    def planted(stage: int, move: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        normals, uniforms = right(stage, move, count)
        return (normals if move == 0 else normals * 1.5), uniforms

    right = normal_luck(seed_key(3), 60)
    assert sample(gaussian, SIZES, planted).z[:, 2:].std() > 1.1


def test_points_that_cannot_be_scored_are_never_kept() -> None:
    """Catches a not-a-number that slips through, and a sampler that goes on without any point."""

    def half(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scores, figures = gaussian(z)
        return np.where(z[:, 1] > 0, -np.inf, scores), figures

    luck = normal_luck(seed_key(4), 2)
    assert sample(half, SIZES, luck).z[:, 1].max() <= 0
    with pytest.raises(ValueError, match="no prior point could be scored"):
        sample(lambda z: (np.full(len(z), -np.inf), z), SIZES, luck)


def test_pieces_by_hand() -> None:
    """Catches an effective sample that counts points, resampling out of proportion, and a wrong error of a share."""
    assert effective(np.array([1.0, 1.0, 0.0, 0.0])) == 2.0
    assert tempered(np.array([0.0, -2.0, -np.inf]), 0.5).tolist() == [1.0, np.exp(-1.0), 0.0]
    assert systematic(np.array([1.0, 3.0]), 4, 0.5).tolist() == [0, 1, 1, 1]
    exponent, weights = next_exponent(np.array([0.0, -10.0]), 0.0, 1.5)
    assert effective(weights) == pytest.approx(1.5, abs=1e-6)
    assert 0.0 < exponent < 1.0
    # .5 of 100 cases against .4 ± .05: error² = .0025 + 2 · .25/100
    off, spread = implausibility(np.array([[0.5]]), np.array([[100.0]]), np.array([0.4]), np.array([0.05]))
    assert off[0, 0] == pytest.approx(0.1 / np.sqrt(0.0075))
    assert spread[0, 0] == pytest.approx(np.sqrt(0.0075))
