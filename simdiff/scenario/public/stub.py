"""A scenario to start from, for schools that were imported: it names their table, and says what fills its blanks."""

from typing import Any

from simdiff.scenario.dump import to_yaml
from simdiff.scenario.public.tidying import Imported

MOST_DISTRICTS = 2_000
"""Districts of one scenario; its file would be too large to be read with many more."""
TABLE = "schools.csv"
_HEAD = """\
# Made by `simdiff import-schools` from public files; report.txt says what is missing, imputed and left out.
# It runs as it is, with nothing done by the district (status quo). Change `policy` and `practices`, and run it again;
# every setting: docs/scenarios.md. To leave charters out: `table: {keep: {charter: "No"}}`.
"""


def stub_of(imported: Imported, name: str, title: str) -> str:
    """The scenario as YAML; its schools are in the file ``TABLE`` beside it."""
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
        "years": 10,
    }  # fmt: skip
    return _HEAD + to_yaml(data)


def _of(year: str) -> str:
    return f" ({year})" if year else ""
