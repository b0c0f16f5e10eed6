"""Where the study goes and what it is told, in cities made by hand."""

from dataclasses import replace

import numpy as np
from made_cities import made, nothing

from simdiff.analysis.field_sample import ASKED, CITIES, MANNERS, SCHOOLS, ask, chosen
from simdiff.analysis.field_worlds import Lived

KEY = 11


def cities() -> Lived:
    """Thirty cities, of which the last seventeen are ready."""
    ready = np.where(np.arange(30) >= 13, 1.0, -1.0)
    return replace(made(nothing(30)), ready=ready)


def test_the_study_has_its_size() -> None:
    for selected in (True, False):
        rows = chosen(cities(), KEY, 1, selected)
        counts = np.bincount(cities().city[rows], minlength=30)
        assert (len(rows), len(set(rows.tolist()))) == (SCHOOLS, SCHOOLS)
        assert sorted(counts[counts > 0]) == [2] * (CITIES - 5) + [3] * 5


def test_selection_takes_ready_cities_and_their_pilots() -> None:
    lived, rows = cities(), chosen(cities(), KEY, 1, True)
    assert set(lived.city[rows]) == set(range(13, 30))
    assert lived.seen("site", 0)[rows].sum() == 2 * CITIES  # a third school in five cities has to be another one


def test_without_selection_everybody_has_the_same_chance() -> None:
    """Over 200 worlds a city is visited in 17 of 30 and a school of five in about two of five visits to its city."""
    lived = cities()
    visited = np.array([np.bincount(chosen(lived, KEY, world, False), minlength=150) for world in range(200)])
    by_city = (visited.reshape(200, 30, 5).sum(axis=2) > 0).mean(axis=0)
    assert np.abs(by_city - 17 / 30).max() < 4.5 * np.sqrt(17 / 30 * 13 / 30 / 200)
    share = visited[:, lived.seen("site", 0) > 0].sum() / visited.sum()
    assert abs(share - 0.4) < 4 * np.sqrt(0.4 * 0.6 / visited.sum())


def test_exact_answers_say_what_is_so() -> None:
    """20 teachers a school, all asked: in a site all use it, and each is deep with an even chance; elsewhere nobody."""
    found = ask(cities(), KEY, 1, MANNERS["neither"])
    np.testing.assert_array_equal(found.use, np.repeat(found.site[:, None].astype(float), 2, axis=1))
    np.testing.assert_array_equal(found.label, found.site)
    np.testing.assert_array_equal(found.know, found.site)
    np.testing.assert_allclose(found.barrier, 0.6)
    assert not found.lever.any()
    assert (found.deep[~found.site] == 0).all()
    assert abs(found.deep[found.site].mean() - 0.5) < 4 * np.sqrt(0.25 / 20 / found.site.sum())


def test_people_are_kind_to_what_they_are_asked_about() -> None:
    """Where nobody uses anything one teacher in twenty says yes, three leaders in ten claim a lever they do not have;
    over 40 worlds, within four standard errors."""
    found = [ask(cities(), KEY, world, MANNERS["no selection"]) for world in range(40)]
    use = np.concatenate([one.use[~one.site, 1] for one in found])
    assert abs(use.mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 20 / len(use))
    said = np.concatenate([one.lever[np.unique(one.city, return_index=True)[1]] for one in found])
    assert abs(said.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / said.size)
    deep = np.concatenate([one.deep for one in found])
    assert (deep <= np.concatenate([one.use[:, 1] for one in found])).all()


def test_a_school_answers_alike_whoever_else_is_asked() -> None:
    """Catches luck that goes by the place in the sample instead of by the school."""
    lived = cities()
    told = {}
    for name in ("as made", "no selection"):
        rows, answers = chosen(lived, KEY, 3, MANNERS[name].selected), ask(lived, KEY, 3, MANNERS[name])
        told[name] = {int(row): (*answers.use[n], answers.barrier[n]) for n, row in enumerate(rows)}
    both = set(told["as made"]) & set(told["no selection"])
    assert both
    assert all(told["as made"][row] == told["no selection"][row] for row in both)


def test_no_more_teachers_are_asked_than_there_are() -> None:
    """Schools of four teachers: shares are quarters."""
    found = ask(made(nothing(20), teachers=4), KEY, 1, MANNERS["no selection"])
    assert ASKED > 4
    np.testing.assert_array_equal(found.use * 4, np.round(found.use * 4))
