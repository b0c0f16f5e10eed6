"""``simdiff schema``."""

from simdiff.cli import BAD_INPUT
from simdiff.cli.progress import errors
from simdiff.scenario import nearest
from simdiff.scenario.json_schema import KINDS, schema_text


def schema_command(kind: str) -> int:
    """Print the JSON Schema of a kind of file."""
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"; did you mean `{near}`?" if near else ""
        errors().print(f"{kind}: no such kind of file, expected one of {', '.join(KINDS)}{hint}")
        return BAD_INPUT
    print(schema_text(kind), end="")
    return 0
