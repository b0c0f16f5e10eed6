"""Does the suite bite? Small faults are planted in the code, one at a time, and the tests of that part must go red.

    pip install -e '.[dev,slow]'
    python benchmarks/mutation.py statistics commit --most 40

For each module a random sample of Cosmic Ray's mutants (operators swapped, numbers shifted, branches turned, decorators
dropped …), each run against the tests of its part in a copy of this tree; the folder itself is not touched. A mutant is
*killed* if a test fails or hangs. Prints a table and every mutant that survived, which is where to look next: it is
either a missing test or a change that means the same.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "results", "__pycache__", ".*_cache", "*.egg-info", "site")
ANALYSIS, STUDY, MODEL, REPORT = "simdiff/analysis", "simdiff/study", "simdiff/model", "simdiff/report"
STORE = "tests/study/test_store_damage.py tests/study/test_store_same_table.py tests/study/test_lease.py"
FILES = "tests/study/test_files.py tests/report/test_sinks.py"
MEMO = " ".join(f"tests/report/test_memo{name}.py" for name in ("", "_open", "_states", "_words"))
READ = "tests/scenario/test_yaml_source.py tests/scenario/test_scenario_load.py tests/scenario/test_robustness.py"
EQUATIONS = " ".join(f"tests/model/test_equations_{name}.py" for name in ("school", "use", "money", "observed"))
KEPT = "tests/model/test_kept_results.py"
VERIFY = "tests/model/test_parts.py tests/model/test_edges.py tests/model/test_edges_policy.py " + " ".join(
    f"tests/model/test_verify_{name}.py"
    for name in ("cascade", "decision", "district", "money", "spread", "support", "use")
)


@dataclass(frozen=True)
class Group:
    """Modules with the tests that must catch their mutants, and the share that must be killed."""

    goal: float
    modules: dict[str, str]


GROUPS = {
    "luck": Group(0.9, {f"{MODEL}/luck.py": "tests/model/test_luck.py tests/model/test_luck_streams.py"}),
    "commit": Group(0.9, {
        f"{STUDY}/files.py": f"{FILES} {STORE} tests/study/test_store_faults.py",
        f"{STUDY}/chunks.py": f"tests/study/test_chunks.py {STORE} tests/cli/test_sweep_refusals.py",
        f"{STUDY}/chunk_folder.py": f"tests/study/test_chunk_folder.py {STORE}",
        f"{STUDY}/sheet.py": f"tests/study/test_sheet.py {STORE}",
    }),
    "statistics": Group(0.9, {
        f"{ANALYSIS}/contrasts.py": "tests/analysis/test_contrasts.py tests/report/test_memo_states.py",
        f"{ANALYSIS}/summary.py": "tests/analysis/test_summary.py tests/analysis/test_contrasts.py",
        f"{ANALYSIS}/ranking.py": "tests/analysis/test_ranking.py",
        f"{ANALYSIS}/cost.py": "tests/analysis/test_cost.py",
        f"{ANALYSIS}/matched.py": "tests/analysis/test_matched.py tests/analysis/test_contrasts.py",
        f"{ANALYSIS}/factor_contrasts.py": "tests/analysis/test_effects.py tests/analysis/test_interactions.py",
        f"{ANALYSIS}/levels.py": "tests/analysis/test_levels.py",
        f"{STUDY}/precision.py": "tests/study/test_precision.py tests/study/test_until.py",
    }),
    "rules": Group(0.8, {f"{MODEL}/rules/{name}.py": f"{EQUATIONS} {VERIFY} {KEPT}" for name in (
        "adoption", "coaching", "common", "continuing", "district", "exposure", "knowledge", "look", "money", "observe",
        "settle", "traits", "work")}),
    "rest": Group(0.7, {
        "simdiff/scenario/source.py": f"{READ} tests/scenario/test_school_table.py",
        "simdiff/scenario/factors.py": f"{READ} tests/scenario/test_experiments.py tests/study/test_design.py",
        f"{MODEL}/ties.py": "tests/model/test_parts.py tests/model/test_given_network.py",
        f"{MODEL}/policy.py": "tests/model/test_policy.py tests/model/test_edges_policy.py",
        f"{REPORT}/steps.py": "tests/report/test_words.py tests/report/test_compare_report.py",
        f"{REPORT}/words.py": "tests/report/test_words.py tests/report/test_report.py",
        f"{REPORT}/memo/rules.py": MEMO,
        f"{ANALYSIS}/spending.py": "tests/analysis/test_cost.py tests/report/test_compare_report.py",
    }),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What became of a module's mutants: how many there are, how many were tried and killed, how many of these by
    hanging (which a busy machine can feign), and the survivors."""

    module: str
    all: int
    tried: int
    killed: int
    hung: int
    survivors: tuple[str, ...]


def mutate(module: str, tests: str, most: int, seed: int, timeout: float) -> Found:
    """Try a sample of a module's mutants. Raises CalledProcessError if the tests fail without any mutant."""
    with tempfile.TemporaryDirectory(prefix="simdiff-mutants-") as name:
        tree = Path(name) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_BEHIND)
        command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider -p no:randomly {tests}"
        config = {"module-path": module, "timeout": timeout, "excluded-modules": [], "test-command": command}
        told = "\n".join(f"{key} = {json.dumps(value)}" for key, value in config.items())
        (tree / "mutants.toml").write_text(f'[cosmic-ray]\n{told}\n[cosmic-ray.distributor]\nname = "local"\n')
        environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}

        def run(*words: str) -> None:
            subprocess.run(words, cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL)

        run(*command.split())
        run("cosmic-ray", "init", "mutants.toml", "mutants.sqlite")
        count = sample(tree / "mutants.sqlite", most, random.Random(f"{seed} {module}"))
        run("cosmic-ray", "exec", "mutants.toml", "mutants.sqlite")
        return read(tree / "mutants.sqlite", module, count)


def sample(session: Path, most: int, luck: random.Random) -> int:
    """Leave at most so many mutants in a session; how many there were."""
    with sqlite3.connect(session) as base:
        jobs = sorted(job for (job,) in base.execute("SELECT job_id FROM work_items"))
        kept = set(luck.sample(jobs, min(most, len(jobs))))
        for table in ("mutation_specs", "work_items"):
            base.executemany(f"DELETE FROM {table} WHERE job_id = ?", [(job,) for job in jobs if job not in kept])
    return len(jobs)


def read(session: Path, module: str, count: int) -> Found:
    """What a session found; a mutant that does not even run is killed."""
    with sqlite3.connect(session) as base:
        rows = list(base.execute("SELECT test_outcome, operator_name, start_pos_row, diff, output FROM work_results "
                                 "JOIN mutation_specs USING (job_id)"))  # fmt: skip
    survived = [
        f"{module}:{line} {operator.rpartition('/')[2]}: {changed(diff or '')}"
        for outcome, operator, line, diff, _ in rows
        if "SURVIVED" in str(outcome).upper()
    ]
    hung = sum(output == "timeout" for *_, output in rows)
    return Found(module, count, len(rows), len(rows) - len(survived), hung, tuple(sorted(survived)))


def changed(diff: str) -> str:
    """The line that a mutant put in."""
    lines = [line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    return " ".join(lines)[:140]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", default=list(GROUPS), metavar="group", help=", ".join(GROUPS))
    parser.add_argument("--most", type=int, default=30, help="mutants of a module")
    parser.add_argument("--only", default="", help="modules whose path holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=240.0, help="seconds for the tests of one mutant")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if unknown := [name for name in asked.groups if name not in GROUPS]:
        parser.error(f"unknown group {', '.join(unknown)}, expected {', '.join(GROUPS)}")
    failed = False
    for name in asked.groups:
        group = GROUPS[name]
        modules = {module: tests for module, tests in group.modules.items() if asked.only in module}
        tried = killed = 0
        with ThreadPoolExecutor(asked.workers) as pool:
            jobs = [pool.submit(mutate, module, tests, asked.most, asked.seed, asked.timeout)
                    for module, tests in modules.items()]  # fmt: skip
            for job in as_completed(jobs):  # told at once: an hour's work is not lost with the next module
                one = job.result()
                tried, killed = tried + one.tried, killed + one.killed
                print(f"  {one.module}: {one.killed} of {one.tried}, {one.hung} by hanging (of {one.all} mutants)")
                print("".join(f"    survived {line}\n" for line in one.survivors), end="", flush=True)
        failed = failed or killed < group.goal * tried
        print(f"{name}: {killed} of {tried} killed ({killed / max(1, tried):.0%}; goal {group.goal:.0%})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
