"""Luck: the generator's published answers, names that never collide, and draws that follow their laws."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats
from scipy.special import ndtri

from simdiff.model import luck

WORD = 0xFFFFFFFF
M0, M1, W0, W1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
exact = settings(derandomize=True, deadline=None, max_examples=400)
shares = st.floats(1e-6, 1 - 1e-6)
lots = st.integers(0, WORD).map(lambda word: (word + 0.5) / 2**32)
# Month, decision, practice, replicate, school: everything that names a draw, up to its limits.
draw_names = st.tuples(
    st.integers(0, luck.MAX_MONTHS - 1), st.integers(0, 63), st.integers(0, luck.MAX_PRACTICES - 1),
    st.integers(0, WORD), st.integers(0, 2**64 - 1),
)  # fmt: skip


def philox(key: tuple[int, int], counter: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(w) for w in luck.philox(np.uint64(key[0] | key[1] << 32), *(np.uint64(c) for c in counter)))


def words(key: int, name: tuple[int, int, int, int, int]) -> tuple[int, ...]:
    """The four words behind a named draw."""
    month, decision, practice, replicate, who = name
    drawn = luck.draws(np.uint64(key), np.uint64(who), month, decision, practice, replicate)
    return tuple(int(u * 2**32 - 0.5) for u in drawn)


def counter_of(key: int, output: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Philox backwards: the counter that gives these words (each round is undone by the inverses of M0 and M1)."""
    keys = [((key & WORD) + n * W0 & WORD, (key >> 32) + n * W1 & WORD) for n in range(10)]
    c = output
    for k0, k1 in reversed(keys):
        c2, c0 = c[1] * pow(M1, -1, 2**32) & WORD, c[3] * pow(M0, -1, 2**32) & WORD
        c = (c0, c[0] ^ (M1 * c2 >> 32) ^ k0, c2, c[2] ^ (M0 * c0 >> 32) ^ k1)
    return c


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((WORD, WORD), (WORD,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        ((0xA4093822, 0x299F31D0), (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
         (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
    ],
)  # fmt: skip
def test_known_answers(key, counter, answer):
    """Catches a wrong constant, round count, key schedule or word order (Random123's kat_vectors)."""
    assert philox(key, counter) == answer


@pytest.mark.parametrize("word", [0, 1, 2**31, WORD])
def test_uniforms_stay_inside_at_the_extreme_words(word):
    """Catches a scaling that reaches 0 or 1. The draw with exactly these words is found by running Philox backwards."""
    key = luck.seed_key(3)
    c0, c1, name, replicate = counter_of(key, (word,) * 4)
    drawn = luck.draws(
        np.uint64(key), np.uint64(c0 | c1 << 32), name >> 20, name >> 14 & 63, name & 16383, np.uint64(replicate)
    )
    assert drawn == ((word + 0.5) / 2**32,) * 4
    assert all(0.0 < u < 1.0 for u in drawn)


@exact
@given(draw_names, draw_names)
def test_every_name_has_its_own_counter(one, other):
    """Catches fields that overlap in the counter. Philox is a bijection, so equal words mean equal counters."""
    assert (words(5, one) == words(5, other)) == (one == other)


@njit
def first_words(key, names, out):
    """The first two words of many names, as one number each."""
    for n in range(names.shape[0]):
        month, decision, practice, replicate, who = names[n]
        u0, u1, _, _ = luck.draws(
            key, who, np.int64(month), np.int64(decision), np.int64(practice), np.int64(replicate)
        )
        out[n] = np.uint64(u0 * 2.0**32) << np.uint64(32) | np.uint64(u1 * 2.0**32)


def words_of_names(count: int) -> tuple[int, int]:
    """How many names there are among so many, half of them neighbours of the others, and how many different words."""
    lot = np.random.default_rng(count)
    most = np.array([luck.MAX_MONTHS, 64, luck.MAX_PRACTICES, 2**32, 2**64 - 1], dtype=np.uint64)
    names = lot.integers(0, most, (count // 2, 5), dtype=np.uint64)
    beside = names.copy()
    beside[np.arange(len(names)), lot.integers(0, 5, len(names))] ^= np.uint64(1)
    both = np.concatenate([names, np.minimum(beside, most - np.uint64(1))])
    out = np.empty(len(both), dtype=np.uint64)
    first_words(np.uint64(luck.seed_key(9)), both, out)
    return len(np.unique(np.ascontiguousarray(both).view(np.dtype((np.void, 40))))), len(np.unique(out))


def test_a_hundred_thousand_names_have_words_of_their_own():
    """Catches two names with one counter. By chance two of 10⁵ share 64 bits one time in four thousand million."""
    names, found = words_of_names(100_000)
    assert names > 99_000
    assert found == names


@pytest.mark.slow
def test_ten_million_names_have_words_of_their_own():
    """The same of 10⁷: by chance, one time in 370,000."""
    names, found = words_of_names(10_000_000)
    print(f"{names:,} names, {found:,} words")
    assert found == names


@pytest.mark.parametrize("field", range(5))
def test_neighbouring_names_differ_at_every_limit(field):
    """Catches a carry from one field into the next (month 4095, decision 63, practice 16383, replicate 2³² − 1)."""
    top = (luck.MAX_MONTHS - 1, 63, luck.MAX_PRACTICES - 1, WORD, 2**64 - 1)
    names = {(0,) * 5, top}
    for base in ((0,) * 5, top):
        for value in (0, 1, top[field] - 1, top[field]):
            names.add((*base[:field], value, *base[field + 1 :]))
    assert len({words(5, name) for name in names}) == len(names)


def test_decisions_are_distinct_and_fit():
    """Catches two decisions with one number (they would share their luck), or one beyond six bits."""
    own = ("WORLD_REPLICATE", "MAX_MONTHS", "MAX_PRACTICES")
    numbers = {name: value for name, value in vars(luck).items() if name.isupper() and isinstance(value, int)
               and name not in own and not name.startswith("_")}  # fmt: skip
    assert len(numbers) == 17
    assert len(set(numbers.values())) == len(numbers)
    assert all(0 <= value < 64 for value in numbers.values())


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def test_names_of_seeds_schools_and_practices_are_stable():
    """Catches Python's salted ``hash``, or any change of the recipe (it would redraw every published run)."""
    assert luck.seed_key(20140701) == _hash("seed 20140701")
    assert luck.identity("lake", "0042") == _hash("lake\x1f0042")
    assert luck.practice_word("learner-profiles") == _hash("practice\x1flearner-profiles") % 16384
    assert luck.identity("a", "bc") != luck.identity("ab", "c")
    assert luck.identity("lake", "1") != luck.identity("lake", "01")


def test_a_hundred_thousand_schools_have_identities_of_their_own():
    """Catches ids read as numbers (1 and 01), cut, or joined to their district without a mark between."""
    ids = [f"{n:0{wide}}" for wide in (1, 3, 5) for n in range(33_333)] + ["", "a", "A", "é", "e\u0301", "1e5", "1E5"]
    names = {(district, one) for district in ("a", "a1", "lake") for one in ids}
    assert len(names) > 100_000
    assert len({luck.identity(*name) for name in names}) == len(names)


def philox_by_hand(key: int, counter: list[int]) -> list[int]:
    """Philox4x32-10 as its authors define it (Salmon et al. 2011, section 3.3), in Python's own integers."""
    k0, k1 = key & WORD, key >> 32
    c = counter
    for n in range(10):
        high, low = divmod(M0 * c[0], 2**32), divmod(M1 * c[2], 2**32)
        c = [low[0] ^ c[1] ^ (k0 + n * W0 & WORD), low[1], high[0] ^ c[3] ^ (k1 + n * W1 & WORD), high[1]]
    return c


def test_draws_are_those_of_their_names():
    """1,000 draws of names of every size, to the bit: seed and school by BLAKE2b, then the counter's words (school,
    school, month | decision | practice, replicate). Catches any change of luck, on any machine."""
    for n in range(1_000):
        month, decision, practice, replicate = n * 7 % 4096, n % 64, n * 131 % 16384, n * 2_654_435_761 % 2**32
        who = _hash(f"lake\x1f{n}")
        counter = [who & WORD, who >> 32, month << 20 | decision << 14 | practice, replicate]
        expected = tuple((word + 0.5) / 2**32 for word in philox_by_hand(_hash(f"seed {n}"), counter))
        key, school = np.uint64(luck.seed_key(n)), np.uint64(luck.identity("lake", str(n)))
        assert luck.draws(key, school, month, decision, practice, replicate) == expected


def test_seeds_far_apart_or_close_have_their_own_keys():
    """Catches a key that keeps only 32 bits of the seed."""
    seeds = [0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**64 - 1, *range(2, 50_000)]
    assert len({luck.seed_key(seed) for seed in seeds}) == len(seeds)


def test_normal_quantile_is_scipys():
    """Catches a wrong coefficient or branch of the rational form; the smallest and largest lots are among the cases."""
    grid = (np.linspace(0, WORD, 20_001).round() + 0.5) / 2**32
    tails = (np.arange(200) + 0.5) / 2**32
    for u in np.concatenate([grid, tails, 1 - tails, [0.02425, 0.97575, 0.5]]):
        assert luck.normal_quantile(u) == pytest.approx(ndtri(u), abs=1e-10)


@njit
def binomials(n, p, key, out):
    """Binomial counts by keyed draws, one school a count."""
    for i in range(out.shape[0]):
        u, _, _, _ = luck.draws(key, np.uint64(i), 3, luck.TEACH, 9, 0)
        out[i] = luck.binomial(n, p, u)


@exact
@given(st.integers(0, 1000), st.floats(0, 1), lots)
def test_binomial_inverts_scipys_distribution(n, p, u):
    """Catches an inversion that is off by one or wrong when reflected (n to 1,000, no underflow); ties set apart."""
    got = luck.binomial(n, p, u)
    law = stats.binom(n, p)
    assert 0 <= got <= n
    if n and 0 < p < 1:
        assert law.cdf(got) > u - 1e-9
        assert law.cdf(got - 1) < u + 1e-9
    else:
        assert got == round(n * p)


@exact
@given(st.integers(1, 1000), shares, shares, lots, lots)
def test_binomial_is_monotone(n, p, q, u, v):
    """Catches a reflection that turns the order round: common luck would then un-adopt where a lever helps."""
    assert luck.binomial(n, min(p, q), u) <= luck.binomial(n, max(p, q), u)
    assert luck.binomial(n, p, min(u, v)) <= luck.binomial(n, p, max(u, v))


def test_binomial_is_monotone_across_the_reflection():
    """Catches a jump back where p passes ½, at lots in the bulk and in both tails."""
    for n in (1, 2, 17, 1000):
        for word in (0, 1, 2**16, 2**31 - 1, 2**31, 3 * 2**30, WORD - 1, WORD):
            counts = [luck.binomial(n, p, (word + 0.5) / 2**32) for p in np.linspace(0.49, 0.51, 201)]
            assert counts == sorted(counts), (n, word)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (8, 0.5), (50, 0.07), (50, 0.93), (1000, 0.5), (1000, 0.99)])
def test_binomial_moments(n, p):
    """Catches a law with the wrong mean or variance: 200,000 keyed draws, within 5 standard errors of theory."""
    count = 200_000
    out = np.empty(count, dtype=np.int64)
    binomials(n, p, np.uint64(luck.seed_key(1)), out)
    variance = n * p * (1 - p)
    fourth = variance * (1 + 3 * variance * (1 - 2 / n))
    assert abs(out.mean() - n * p) < 5 * math.sqrt(variance / count)
    assert abs(((out - n * p) ** 2).mean() - variance) < 5 * math.sqrt((fourth - variance**2) / count)


def test_twin_without_reflection_is_caught():
    """The planted defect: (1 − p)^n underflows at p = .99, n = 1,000, and all lots give 1,000, not about 990."""
    unreflected = luck._lower_binomial(1000, 0.99, 0.5)
    assert unreflected == 1000
    assert luck.binomial(1000, 0.99, 0.5) == stats.binom.ppf(0.5, 1000, 0.99) == 990


@exact
@given(st.floats(0, 700) | st.floats(700, 5000), lots)
def test_poisson_inverts_scipys_distribution(mean, u):
    """Catches an inversion that is off by one, or that loses mass where e^{−mean} underflows (the register allows
    5,000 background mandates; a past fault gave 0); ties set apart."""
    got = luck.poisson(mean, u)
    if mean == 0:
        assert got == 0
    else:
        assert stats.poisson.cdf(got, mean) > u - 1e-9
        assert stats.poisson.cdf(got - 1, mean) < u + 1e-9


@exact
@given(st.floats(0, 50))
def test_chance_is_one_minus_exp(hazard):
    """Catches a rate used as a probability: 12 monthly survivals make a year's to 1e-12."""
    assert (1 - luck.chance(hazard / 12)) ** 12 == pytest.approx(math.exp(-hazard), rel=1e-12, abs=1e-14)


@exact
@given(st.floats(0, 3), lots)
def test_an_event_ruled_out_early_is_none(hazard, u):
    """Catches a shortcut that decides otherwise than u < 1 − e^{−h}, also at the very edge."""
    for lot in (u, luck.chance(hazard), np.nextafter(luck.chance(hazard), 0.0), hazard):
        assert luck.happens(hazard, lot) == (lot < luck.chance(hazard))


@exact
@given(st.integers(0, 1000), st.floats(0, 2) | st.floats(0, 1e-2), lots)
def test_a_count_ruled_out_early_is_zero(n, hazard, u):
    """Catches a bound above e^{−n h}: the count is the binomial's for any lot, also close to the edge of none."""
    edge = math.exp(-n * hazard)
    for lot in (u, u * edge, edge * (1 - 1e-9), min(edge, 1 - 0.5 / 2**32), 0.5 / 2**32):
        assert luck.how_many(n, hazard, lot) == luck.binomial(n, luck.chance(hazard), lot)


@pytest.mark.parametrize("law", [np.linspace(2.0, 4.0, 1025), np.array([0.0, 1.0, 5.0])])
def test_interpolate_reads_a_tabulated_law(law):
    """Catches reading beyond the table's ends or a shifted step."""
    grid = np.linspace(0, 1, len(law))
    for u in (0.5 / 2**32, 0.1, 0.25, 0.5, 0.9, 1 - 0.5 / 2**32):
        assert luck.interpolate(law, u) == pytest.approx(np.interp(u, grid, law), abs=1e-12)
