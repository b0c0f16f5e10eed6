"""The Bass limit: ``python benchmarks/bass.py [--others]`` runs one contagion in several programs, and prints a table.

Schools on a ring see ``REACH`` others to either side; each month one that has not adopted does so with probability
1 − exp(−p − q · share of its peers that have). simdiff runs it as a limit of its full engine, with no branch made for
it. The others are written for nothing else: C (compiled here), NumPy, Mesa's agents and, with ``--others``, NDlib and
Starsim, in virtual environments that are made and thrown away. Curves are compared with the C reference.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.verification.limits import limit, make_world, ring, scenario, schools
from simdiff.model.run import simulate

SCHOOLS, REACH, YEARS = 2000, 5, 10
MONTHS = 12 * (YEARS + 1)
P, Q = 0.03 / 12, 0.38 / 12
PAIRS = 5
OTHERS = Path(__file__).parent / "others"
Curve = NDArray[np.float64]
"""Mean share of adopters by month."""
Row = tuple[str, str, str]

C_SOURCE = """
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <time.h>
static uint64_t s;
static double uniform(void) {
    s ^= s >> 12; s ^= s << 25; s ^= s >> 27;
    return (double)((s * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}
int main(int argc, char **argv) {
    int n = atoi(argv[1]), reach = atoi(argv[2]), months = atoi(argv[3]), runs = atoi(argv[4]);
    double p = atof(argv[5]), q = atof(argv[6]);
    int k = 2 * reach, *peer = malloc(sizeof(int) * n * k);
    char *old = malloc(n), *new = malloc(n);
    double *curve = calloc(months, sizeof(double));
    for (int i = 0; i < n; i++)
        for (int e = 0; e < k; e++) peer[i * k + e] = (i + (e < reach ? e - reach : e - reach + 1) + n) % n;
    clock_t began = clock();
    for (int r = 0; r < runs; r++) {
        s = 88172645463325252ULL + 977 * r;
        memset(old, 0, n);
        for (int t = 0; t < months; t++) {
            int total = 0;
            for (int i = 0; i < n; i++) {
                new[i] = old[i];
                if (!old[i]) {
                    int seen = 0;
                    for (int e = 0; e < k; e++) seen += old[peer[i * k + e]];
                    if (uniform() < -expm1(-p - q * seen / k)) new[i] = 1;
                }
                total += new[i];
            }
            memcpy(old, new, n);
            curve[t] += (double)total / n / runs;
        }
    }
    printf("{\\"seconds\\": %g, \\"curve\\": [", (double)(clock() - began) / CLOCKS_PER_SEC);
    for (int t = 0; t < months; t++) printf("%s%.9g", t ? ", " : "", curve[t]);
    printf("]}\\n");
}
"""


def words(runs: int) -> list[str]:
    """The case as arguments of a program."""
    return [str(x) for x in (SCHOOLS, REACH, MONTHS, runs, P, Q)]


def in_c(folder: Path) -> Callable[[int], tuple[float, Curve]]:
    """Compile the reference; what runs it."""
    source, program = folder / "bass.c", folder / "bass"
    source.write_text(C_SOURCE)
    subprocess.run(["cc", "-O2", "-o", str(program), str(source), "-lm"], check=True)
    return lambda runs: told([str(program), *words(runs)])


def told(command: list[str]) -> tuple[float, Curve]:
    """Seconds and curve that a program prints."""
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(said.splitlines()[-1])
    return found["seconds"], np.array(found["curve"])


def in_simdiff() -> Callable[[int], tuple[float, Curve]]:
    """The limit of the full engine: every rule runs, and nothing but exploring takes time."""
    world = make_world(schools(SCHOOLS), ring(SCHOOLS, REACH, 1 / (2 * REACH)))
    inputs = limit(1, world, {"explore_base": P, "explore_contact": Q}, said=scenario(YEARS))
    simulate(inputs, 0)

    def run(runs: int) -> tuple[float, Curve]:
        curve, began = np.zeros(MONTHS), time.process_time()
        for replicate in range(runs):
            curve += simulate(inputs, replicate).observed["active"][:, 0, 0] / SCHOOLS / runs
        return time.process_time() - began, curve

    return run


def in_numpy(runs: int) -> tuple[float, Curve]:
    """Arrays, a month at a time."""
    steps = [step for step in range(-REACH, REACH + 1) if step]
    peers = (np.arange(SCHOOLS)[:, None] + np.array(steps)) % SCHOOLS
    curve, began = np.zeros(MONTHS), time.process_time()
    for replicate in range(runs):
        luck, active = np.random.default_rng(replicate), np.zeros(SCHOOLS, dtype=bool)
        for t in range(MONTHS):
            active |= luck.random(SCHOOLS) < -np.expm1(-P - Q * active[peers].mean(axis=1))
            curve[t] += active.mean() / runs
    return time.process_time() - began, curve


class Adopter(mesa.Agent):
    """A school of a model that knows only the Bass rule."""

    def __init__(self, model: "Contagion", row: int) -> None:
        super().__init__(model)
        self.row, self.active, self.next = row, False, False
        self.peers: list[Adopter] = []

    def decide(self) -> None:
        """Adopt, or not, from what peers had done at the start of the month."""
        if not self.active:
            share = sum(peer.active for peer in self.peers) / len(self.peers)
            self.next = self.random.random() < -np.expm1(-P - Q * share)

    def advance(self) -> None:
        """Show it."""
        self.active = self.next


class Contagion(mesa.Model):
    """Bass on a ring, as one would write it in Mesa."""

    def __init__(self, seed: int) -> None:
        super().__init__(rng=seed)
        made = [Adopter(self, row) for row in range(SCHOOLS)]
        for one in made:
            one.peers = [made[(one.row + step) % SCHOOLS] for step in range(-REACH, REACH + 1) if step]

    def step(self) -> None:
        """A month."""
        self.agents.do("decide")
        self.agents.do("advance")


def in_mesa(runs: int) -> tuple[float, Curve]:
    """Mesa's own agents."""
    curve, spent = np.zeros(MONTHS), 0.0
    for replicate in range(runs):
        model = Contagion(replicate)
        began = time.process_time()
        for t in range(MONTHS):
            model.step()
            curve[t] += sum(agent.active for agent in model.agents) / SCHOOLS / runs
        spent += time.process_time() - began
    return spent, curve


def in_other(folder: Path, case: str, packages: Sequence[str]) -> Callable[[int], tuple[float, Curve]]:
    """A program of ``others/`` in an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / case)], check=True)
    python = str(folder / case / "bin" / "python")
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    subprocess.run(command, check=True, capture_output=True)
    return lambda runs: told([python, str(OTHERS / f"{case}_case.py"), *words(runs)])


def bass_rows(others: bool = False) -> list[Row]:
    """Cost a school-month and its ratio to C, pairwise; how far each curve is from C's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reference, engine = in_c(folder), in_simdiff()
        programs: list[tuple[str, Callable[[int], Any], int]] = [
            ("simdiff, full engine", engine, 20), ("NumPy", in_numpy, 20), ("Mesa's agents", in_mesa, 4),
        ]  # fmt: skip
        if others:
            programs += [
                ("NDlib", in_other(folder, "ndlib", ("ndlib", "six", "scipy", "scikit-learn", "matplotlib")), 4),
                ("Starsim", in_other(folder, "starsim", ("starsim",)), 4),
            ]
        _, truth = reference(400)
        rows = []
        for title, program, runs in programs:
            pairs = [(reference(40)[0] / 40, *program(runs)) for _ in range(PAIRS if runs > 4 else 1)]
            cost = median(spent / runs for _, spent, _ in pairs) / SCHOOLS / MONTHS
            ratio = median(spent / runs / c for c, spent, _ in pairs)
            apart = np.abs(np.mean([curve for *_, curve in pairs], axis=0) - truth).max()
            wanted = "≤ 8" if program is engine else ""
            rows.append((f"Bass limit, {title} ÷ C", f"{ratio:.1f} ({cost * 1e9:,.0f} ns a school-month)", wanted))
            rows.append((f"furthest from C's curve, {title}", f"{100 * apart:.2f} points", ""))
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others", action="store_true", help="NDlib and Starsim too, in throw-away environments")
    for row in bass_rows(parser.parse_args().others):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
