"""Luck is a function of its name: keyed draws from Philox4x32-10.

A draw is named by the seed (the key) and by who draws (64-bit identity), when, for which decision, for which practice
and in which replicate (the counter). It never sees the scenario, the policy, the worker or the batch, so the same
replicate under another policy has the same luck (common random numbers). One call gives four draws (*lanes*).

Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (Random123).
"""

import hashlib
import math

import numpy as np

from simdiff.model.compile import entry, rule

# Decisions: at most 64, numbers never reused (a changed number is another lottery).
CAPACITY = 0
RELEVANCE = 1
SIGNAL = 2
TIES = 3
PLACE = 4
PROFILE = 5
EXPLORE = 8
DECIDE = 9
INSTALL = 10
TEACH = 11
REVIEW = 12
TURNOVER = 13
PRINCIPAL = 14
LEADER = 15
MANDATES = 16
ENTRY = 17
SITES = 18

WORLD_REPLICATE = 0xFFFFFFFF
"""Replicate word of draws that all replicates of a seed share (drawn schools, convened and partner ties)."""
MAX_MONTHS = 4096
MAX_PRACTICES = 1 << 14

_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_SCALE = 2.0**-32
_CLOSE = 1e-11
"""Above every rounding error of a sum of binomial probabilities (n ≤ 1000)."""


def seed_key(seed: int) -> int:
    """The 64-bit key of a seed (BLAKE2b of its decimal text)."""
    return int.from_bytes(hashlib.blake2b(f"seed {seed}".encode(), digest_size=8).digest(), "little")


def identity(*names: str) -> int:
    """The 64-bit identity of a school (district id, school id), a district or a partner, by its names."""
    text = "\x1f".join(names)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def practice_word(name: str) -> int:
    """The 14-bit word of a practice, from its name alone, so that adding another practice changes nobody's luck."""
    return identity("practice", name) % MAX_PRACTICES


@entry
def philox(key, c0, c1, c2, c3):
    """Philox4x32-10: four 32-bit words (as uint64) from a 64-bit key and four 32-bit counter words."""
    k0 = key & _MASK
    k1 = key >> _32
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c1 = p1 & _MASK
        c2 = (p0 >> _32) ^ c3 ^ k1
        c3 = p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


@rule
def draws(key, who, month, decision, practice, replicate):
    """Four uniforms in (0, 1): (word + ½)/2³². ``month`` < 4096, ``decision`` < 64, ``practice`` < 16384."""
    name = np.uint64((month << 20) | (decision << 14) | practice)
    w0, w1, w2, w3 = philox(key, who & _MASK, who >> _32, name, np.uint64(replicate))
    return (w0 + 0.5) * _SCALE, (w1 + 0.5) * _SCALE, (w2 + 0.5) * _SCALE, (w3 + 0.5) * _SCALE


@rule
def chance(hazard):
    """Probability of an event within a month at a constant hazard per month: 1 − e^{−h}."""
    return -math.expm1(-hazard)


@rule
def happens(hazard, u):
    """True if an event at a constant hazard per month (≥ 0) comes within the month: u < 1 − e^{−h}.

    As 1 − e^{−h} ≤ h, most events are ruled out without an exponential.
    """
    return u < hazard and u < chance(hazard)


@entry
def _lower_binomial(n, p, u):
    """Smallest k with P(Bin(n, p) ≤ k) ≥ u, for p ≤ ½ (so that (1−p)^n does not underflow up to n = 1,000)."""
    odds = p / (1.0 - p)
    mass = math.exp(n * math.log1p(-p))
    below = mass
    k = 0
    while u > below and k < n:
        mass *= odds * (n - k) / (k + 1)
        k += 1
        below += mass
    return k


@entry
def binomial(n, p, u):
    """A Bin(n, p) count by inversion of u, monotone in p and u; n in 0–1000. For p > ½ reflected: n − Q(1−u; 1−p)."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - _lower_binomial(n, 1.0 - p, 1.0 - u)
    return _lower_binomial(n, p, u)


@rule
def how_many(n, hazard, u):
    """How many of n an event at a constant hazard per month reaches within the month: Bin(n, 1 − e^{−h}).

    None if u ≤ e^{−x} with x = n h; its Taylor bound from below, 1 − x + x²/2 − x³/5.99, mostly says so without an
    exponential, and ``_CLOSE`` exceeds every rounding error, so that no count depends on this shortcut.
    """
    x = n * hazard
    if u < 1.0 - x + x * x * (0.5 - 0.167 * x) - _CLOSE:
        return 0
    return _count(n, hazard, u)


@entry
def _count(n, hazard, u):
    """``binomial(n, chance(hazard), u)``, from P(0) = e^{−n h} and odds e^h − 1 unless u is too close to a step."""
    if hazard < 0.69:
        odds = math.expm1(hazard)
        mass = math.exp(-n * hazard)
        below = mass
        k = 0
        while u > below and k < n:
            mass *= odds * (n - k) / (k + 1)
            k += 1
            below += mass
        if u < below - _CLOSE and (k == 0 or u > below - mass + _CLOSE):
            return k
    return binomial(n, chance(hazard), u)


@entry
def poisson(mean, u):
    """A Poisson(mean) count by inversion of u. Above 700, where e^{−mean} underflows, counts start 12 SD low."""
    k = 0
    mass = math.exp(-mean)
    if mean > 700.0:
        k = int(mean - 12.0 * math.sqrt(mean))
        mass = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1.0))
    below = mass
    while u > below and mass > 0.0:
        k += 1
        mass *= mean / k
        below += mass
    return k


@entry
def normal_cdf(z):
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@entry
def normal_density(z):
    """Standard normal density."""
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


@entry
def normal_quantile(u):
    """Standard normal quantile of u in (0, 1); the upper half mirrors the lower, where small chances are exact."""
    return -_lower_quantile(1.0 - u) if u > 0.5 else _lower_quantile(u)


@entry
def _lower_quantile(u):
    """Standard normal quantile of u in (0, ½]: Acklam's rational form and one Halley step (|error| < 1e-14).

    Source: P. J. Acklam 2003, "An algorithm for computing the inverse normal cumulative distribution function".
    """
    if u < 0.02425:
        z = _tail_quantile(u)
    else:
        q = u - 0.5
        r = q * q
        top = (
            (((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.383577518672690e2) * r
            - 3.066479806614716e1
        ) * r + 2.506628277459239
        bottom = (
            (((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r
            - 1.328068155288572e1
        ) * r + 1.0
        z = q * top / bottom
    step = (normal_cdf(z) - u) / normal_density(z)
    return z - step / (1.0 + 0.5 * z * step)


@entry
def _tail_quantile(u):
    q = math.sqrt(-2.0 * math.log(u))
    top = (
        (((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q
        + 4.374664141464968
    ) * q + 2.938163982698783
    bottom = (
        ((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416
    ) * q + 1.0
    return top / bottom


@entry
def interpolate(law, u):
    """Quantile at u in (0, 1) of a law tabulated at equal steps of probability from 0 to 1."""
    at = u * (law.shape[0] - 1)
    low = min(int(at), law.shape[0] - 2)
    return law[low] + (at - low) * (law[low + 1] - law[low])
