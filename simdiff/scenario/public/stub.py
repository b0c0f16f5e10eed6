"""A scenario to start from, for schools that were imported: it names their table, and says what fills its blanks."""

from typing import Any

from simdiff.scenario.dump import fits_a_file, to_yaml
from simdiff.scenario.problems import Problem, ScenarioError
from simdiff.scenario.public.tidying import Imported
from simdiff.scenario.schema import Scenario

TABLE = "schools.csv"
_HEAD = """\
# Made by `simdiff import-schools` from public files; report.txt says what is missing, imputed and left out.
# It runs as it is, with nothing done by the district (status quo). Change `policy` and `practices`, and run it again;
# every setting: docs/scenarios.md. To leave charters out: `table: {keep: {charter: "No"}}`.
"""


def stub_of(imported: Imported, name: str, title: str) -> str:
    """The scenario as YAML; its schools are in the file ``TABLE`` beside it.

    Raises ScenarioError if there are so many districts (some 2,000) that a run's scenario could not be read again.
    """
    sources = "; ".join(f"{file.head.layout.title}{_of(file.year)}" for file in imported.files)
    columns = {key: key for key in ("id", "name", "level", "teachers", "low_income", "students", "latitude",
                                    "longitude", "teachers_imputed")}  # fmt: skip
    levels = {level: level for level in ("elementary", "middle", "high", "other")}
    fill = {"teachers": "imputed", "low_income": "median", "coordinates": "drawn"}
    data: dict[str, Any] = {
        "format": 1, "name": name, "title": title,
        "about": f"Schools from {sources}. Nothing is known here of what the districts do.",
        "where": {
            "table": {"path": TABLE, "columns": columns, "levels": levels},
            "districts": {
                one.slug: {"title": f"{one.name} ({one.state})", "rows": {"leaid": one.leaid}, "fill": fill}
                for one in imported.districts
            },
        },
        "practices": {"personal-learning-paths": {}},
    }  # fmt: skip
    if not fits_a_file(Scenario.model_validate(data).model_dump(mode="json")):
        found = f"{len(imported.districts):,} districts"
        expected = "expected some 2,000 at most in a scenario: choose with --district NAME or --state STATE"
        raise ScenarioError([Problem("--district", 0, 0, "", found, expected)])
    return _HEAD + to_yaml(data)


def _of(year: str) -> str:
    return f" ({year})" if year else ""
