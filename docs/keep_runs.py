"""Keep what the documents print of long runs: ``python docs/keep_runs.py NAME=FILE.json …``.

Names are those of ``KEPT``; the files are those of ``simdiff verify --out``, ``simdiff recover``, ``simdiff validate``
and ``simdiff field-study``. Only what ``docs/generate.py`` prints is kept, in ``docs/runs/``. What calibration found
ships as ``experiments/calibrated.json``.
"""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

RUNS = Path(__file__).resolve().parent / "runs"
KEPT = {
    "verification": ("caveat", "simdiff", "seed", "size", "limit", "wrong", "cases"),
    "recovery": ("reproduce", "caveat", "told", "tables", "commit"),
    "validation": ("reproduce", "caveat", "told", "rule", "tables", "commit"),
    "field-study": ("reproduce", "caveat", "told", "tables", "commit"),
}


def anywhere(command: str) -> str:
    """A command without the place where a network lies here: every reader's is another."""
    words = shlex.split(command)
    return " ".join(
        "FOLDER" if before == "--network" else word for before, word in zip(["", *words], words, strict=False)
    )


def main(files: list[str]) -> int:
    """Write one small file a run."""
    given = dict(file.split("=", 1) for file in files if "=" in file)
    if not given or len(given) < len(files) or not given.keys() <= KEPT.keys():
        print(__doc__)
        return 2
    for name, file in given.items():
        said: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
        small = {key: said[key] for key in KEPT[name]}
        if "reproduce" in small:
            small["reproduce"] = anywhere(small["reproduce"])
        for case in small.get("cases", ()):
            case.pop("values")
        (RUNS / f"{name}.json").write_text(json.dumps(small, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
