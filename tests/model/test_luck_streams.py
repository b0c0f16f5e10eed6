"""Quality of keyed streams in four interleavings, 2^20 draws each, with three bad generators as controls.

The names are small consecutive numbers, the hardest case for a keyed generator: a weak mix leaves neighbours alike.
Every statistic is turned into a p-value; ours must all exceed 1e-6, the controls must fail somewhere.
"""

import math
from functools import cache

import numpy as np
import pytest
from numba import njit
from scipy import stats

from simdiff.model import luck

COUNT = 1 << 20
LEAST = 1e-6
SIDE = 64
INTERLEAVINGS = ("school", "month", "replicate", "seed")
OURS, ADDITIVE, FNV, COMBINE = range(4)
_16 = np.uint64(16)
_32 = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)


@njit
def additive(key, who, month, replicate, lane):
    """Control: an additive seed hash, one step of an LCG, upper half (``mix(key + 0x9E37·school + month)``)."""
    x = key + np.uint64(0x9E37) * who + month + np.uint64(0x85EB) * replicate + np.uint64(0xC2B2) * lane
    return (x * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)) >> _32


@njit
def fnv(key, who, month, replicate, lane):
    """Control: FNV-1a over the names, folded to 32 bits."""
    x = np.uint64(0xCBF29CE484222325)
    for part in (key & LOW, who, month, replicate, lane):
        x = (x ^ part) * np.uint64(0x100000001B3)
    return (x ^ (x >> _32)) & LOW


@njit
def combine(key, who, month, replicate, lane):
    """Control: Boost's ``hash_combine`` chained over the names."""
    x = key
    for part in (who, month, replicate, lane):
        x ^= part + np.uint64(0x9E3779B9) + (x << np.uint64(6)) + (x >> np.uint64(2))
    return x & LOW


@njit
def word(kind, key, who, month, replicate, lane):
    if kind == ADDITIVE:
        return additive(key, who, month, replicate, lane)
    if kind == FNV:
        return fnv(key, who, month, replicate, lane)
    return combine(key, who, month, replicate, lane)


@njit
def fill(kind, keys, fastest, out):
    """Four words a name; the ``fastest`` of school, month, replicate and seed runs first, the others stand still but
    move on once it has gone round (schools 4,096, months 128, replicates 65,536, seeds as many as there are keys)."""
    sizes = (4096, 128, 65536, keys.shape[0])
    for n in range(out.shape[0]):
        lap, at = n // sizes[fastest], n % sizes[fastest]
        school, month, replicate, seed = lap % 4096, 7, 0, 0
        if fastest == 0:
            school, month, replicate = at, lap % 128, lap // 128
        elif fastest == 1:
            month, replicate = at, lap // 4096
        elif fastest == 2:
            replicate = at
        else:
            seed = at
        key, who = keys[seed], np.uint64(school)
        if kind == OURS:
            u0, u1, u2, u3 = luck.draws(key, who, month, luck.TEACH, 77, replicate)
            out[n, 0], out[n, 1], out[n, 2], out[n, 3] = u0 * 2**32, u1 * 2**32, u2 * 2**32, u3 * 2**32
        else:
            for lane in range(4):
                out[n, lane] = word(kind, key, who, np.uint64(month), np.uint64(replicate), np.uint64(lane))


@cache
def keys() -> np.ndarray:
    return np.array([luck.seed_key(seed) for seed in range(COUNT // 4)], dtype=np.uint64)


def stream(kind: int, fastest: int) -> np.ndarray:
    """2^20 words of 32 bits."""
    out = np.empty((COUNT // 4, 4), dtype=np.uint32)
    fill(kind, keys(), fastest, out)
    return out.ravel()


def chi_square(cells: np.ndarray, count: int, law: np.ndarray | None = None) -> float:
    """p-value of counts in cells; both tails, for too even is wrong too."""
    seen = np.bincount(cells, minlength=count)
    expected = len(cells) * (np.full(count, 1 / count) if law is None else law)
    tail = stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), count - 1)
    return 2 * min(tail, 1 - tail)


def normal_p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def two_sided_poisson(count: int, mean: float) -> float:
    return min(1.0, 2 * min(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean)))


def birthday_spacings(words: np.ndarray) -> float:
    """256 years of 4,096 birthdays among 2^32 days: equal spacings are Poisson with mean m³/4n = 4 a year."""
    spacing = np.sort(np.diff(np.sort(words.reshape(256, 4096).astype(np.int64), axis=1), axis=1), axis=1)
    return two_sided_poisson(int((np.diff(spacing, axis=1) == 0).sum()), 256 * 4096**3 / 2**34)


def gaps(u: np.ndarray) -> float:
    """Lengths of gaps between visits to [0, ¼): geometric."""
    length = np.minimum(np.diff(np.flatnonzero(u < 0.25)) - 1, 24)
    law = 0.25 * 0.75 ** np.arange(25)
    law[-1] = 0.75**24
    return chi_square(length, 25, law)


def runs(u: np.ndarray) -> float:
    """Number of runs above and below ½, given how many lie above (Wald–Wolfowitz)."""
    high = u >= 0.5
    n, m = len(u), float(high.sum())
    mean = 2 * m * (n - m) / n + 1
    z = (1 + np.count_nonzero(np.diff(high)) - mean) / math.sqrt((mean - 1) * (mean - 2) / (n - 1))
    return normal_p(z)


def serial(u: np.ndarray, lag: int) -> float:
    z = np.corrcoef(u[:-lag], u[lag:])[0, 1] * math.sqrt(len(u) - lag)
    return normal_p(z)


@np.errstate(invalid="ignore")
def battery(words: np.ndarray) -> dict[str, float]:
    """p-value by test; 0 where a stream is too odd to be tested."""
    u = (words + 0.5) / 2**32
    pairs = (u[0::2] * SIDE).astype(int) * SIDE + (u[1::2] * SIDE).astype(int)
    same_lane = (u.reshape(-1, 4)[0::2] * SIDE).astype(int) * SIDE + (u.reshape(-1, 4)[1::2] * SIDE).astype(int)
    wide = words[0::2].astype(np.uint64) << np.uint64(32) | words[1::2]
    bits = [normal_p((2 * ((words >> bit) & 1).mean() - 1) * math.sqrt(len(words))) for bit in range(32)]
    found = {
        "top byte": chi_square(words >> 24, 256),
        "low byte": chi_square(words & 255, 256),
        "pairs": chi_square(pairs, SIDE * SIDE),
        "pairs of a lane": chi_square(same_lane.ravel(), SIDE * SIDE),
        "bits": min(bits),
        "serial 1": serial(u, 1),
        "serial 4": serial(u, 4),
        "runs": runs(u),
        "gaps": gaps(u),
        "birthday spacings": birthday_spacings(words),
        "32-bit collisions": two_sided_poisson(COUNT - len(np.unique(words)), COUNT**2 / 2**33),
        "64-bit collisions": 1.0 if len(np.unique(wide)) == len(wide) else 0.0,
    }
    return {name: float(np.nan_to_num(p)) for name, p in found.items()}


@pytest.mark.parametrize("fastest", range(4), ids=INTERLEAVINGS)
def test_keyed_streams_look_random(fastest):
    """Catches neighbours (schools, months, replicates, seeds) whose draws hang together; 12 tests, each p > 1e-6."""
    found = battery(stream(OURS, fastest))
    assert min(found.values()) > LEAST, found


@pytest.mark.parametrize("kind", [ADDITIVE, FNV, COMBINE], ids=["additive", "fnv", "hash_combine"])
def test_bad_generators_are_caught(kind):
    """The planted defects: without them the battery could be too weak to see anything."""
    failed = {
        INTERLEAVINGS[fastest]: [name for name, p in battery(stream(kind, fastest)).items() if p <= LEAST]
        for fastest in range(4)
    }
    assert any(failed.values()), failed


def test_ten_streams_are_uncorrelated():
    """Catches purposes, months or replicates that share luck: 45 pairs of 10 streams of 2^18, max |r|·√n < 5."""
    streams = [stream(OURS, fastest)[shift::4] for fastest in range(4) for shift in range(4)][:10]
    r = np.corrcoef(np.stack(streams).astype(float))[np.triu_indices(10, 1)]
    assert len(r) == 45
    assert np.abs(r).max() * math.sqrt(len(streams[0])) < 5
