"""Simulation-based calibration: do posteriors hold the truths that their data came from as often as they say?

Where a truth is drawn from the prior and data from the truth, the rank of the truth among draws of the posterior is
uniform (Talts, Betancourt, Simpson, Vehtari & Gelman 2018, "Validating Bayesian inference algorithms with
simulation-based calibration", arXiv:1804.06788). A posterior that is too narrow puts too many truths at both ends.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2, ncx2, norm

DRAWS, BINS = 99, 20
"""Draws of each posterior, hence 100 ranks; bins of 5 ranks (reliability targets of the design)."""
ALARM = 1e-4
"""p from which a test fails: strict, since many quantities are tested."""
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def ranks(draws: Floats, truths: Floats) -> Counts:
    """Number of draws (S, L) below their truth (S,), 0 to L each. For continuous quantities: ties count as above."""
    return np.asarray((draws < truths[:, None]).sum(axis=1), dtype=np.int64)


def rank_counts(found: Counts, draws: int = DRAWS, bins: int = BINS) -> Counts:
    """Ranks from 0 to ``draws`` counted in equal bins. Raises ValueError if the bins do not divide the ranks."""
    if (draws + 1) % bins:
        raise ValueError(f"{bins} bins do not divide {draws + 1} ranks")
    return np.bincount(found * bins // (draws + 1), minlength=bins)


def uniform_p(counts: Counts) -> float:
    """p of Pearson's chi-square test that all bins are equally likely."""
    expected = counts.sum() / len(counts)
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), len(counts) - 1))


def narrowed(draws: Floats, centres: Floats, by: float) -> Floats:
    """The planted defect: draws (S, L) pulled towards the centres (S,) of their posteriors, ``by`` .2 for a fifth."""
    return np.asarray(centres[:, None] + (1.0 - by) * (draws - centres[:, None]))


def power(truths: int, by: float, draws: int = DRAWS, bins: int = BINS) -> float:
    """Chance that so many truths show a posterior that is narrower by this share, for a normal posterior.

    The rank of a truth at quantile u of the true posterior is Bin(draws, Φ(Φ⁻¹(u)/(1 − by))); with these shares of the
    bins the statistic is about non-central chi-square.
    """
    u = (np.arange(20_000) + 0.5) / 20_000
    seen = norm.cdf(norm.ppf(u) / (1.0 - by))
    edges = np.arange(bins + 1) * (draws + 1) // bins - 1
    below = np.array([np.mean(binom.cdf(edge, draws, seen)) for edge in edges])
    beyond = truths * bins * float(((np.diff(below) - 1.0 / bins) ** 2).sum())
    return float(ncx2.sf(chi2.isf(ALARM, bins - 1), bins - 1, beyond))


def uniform_band(truths: int, bins: int = BINS, share: float = 0.99) -> tuple[float, float]:
    """Counts between which a bin lies with this chance if ranks are uniform (each bin by itself)."""
    low, high = binom.interval(share, truths, 1.0 / bins)
    return float(low), float(high)
