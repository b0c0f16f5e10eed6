"""The command line. Only typer is imported here; each command imports what it needs when it is called."""

import gc
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

FAILED_TO_WRITE, BAD_INPUT, SOME_FAILED, OWNED, CHANGED = 1, 2, 3, 4, 5
INTERRUPTED, TERMINATED = 130, 143

EXPERIMENT = "Experiment file, or the name of a shipped one (see `simdiff list`)."
FOLDER = "Folder of a sweep."
Replicates = Annotated[Optional[int], typer.Option(min=1, help="Replicates of each cell and draw.")]  # noqa: UP045
Draws = Annotated[Optional[int], typer.Option(min=0, help="Parameter draws, 0 (default values) or at least 2.")]  # noqa: UP045
Posterior = Annotated[Optional[Path], typer.Option(help="CSV of draws for the priors, or calibrated.")]  # noqa: UP045
Seed = Annotated[Optional[int], typer.Option(help="Seed of all luck.")]  # noqa: UP045
Schools = Annotated[Optional[Path], typer.Option(help="CSV of real schools (.csv or .csv.gz).")]  # noqa: UP045
Threads = Annotated[Optional[int], typer.Option(min=1, help="Threads; left out, one a core.")]  # noqa: UP045
EngineName = Annotated[str, typer.Option(help="local (threads) or dask (workers; needs simdiff[cluster]).")]
Workers = Annotated[Optional[int], typer.Option(min=1, help="Dask: start this many workers here.")]  # noqa: UP045
Scheduler = Annotated[Optional[str], typer.Option(help="Dask: address of a scheduler, tcp://… or tls://….")]  # noqa: UP045
Key = Annotated[Optional[Path], typer.Option(help="Dask: file for tls://.")]  # noqa: UP045
Outcome = Annotated[str, typer.Option(help="Which outcome.")]
Year = Annotated[Optional[int], typer.Option(help="At the end of which year; left out, the last.")]  # noqa: UP045
District = Annotated[str, typer.Option(help="In which district.")]
Practice = Annotated[Optional[str], typer.Option(help="Of which practice; left out, the first.")]  # noqa: UP045
Quiet = Annotated[bool, typer.Option("--quiet", help="Plain lines in place of a bar.")]
OutcomeName = Annotated[Optional[str], typer.Option("--outcome", help="Outcome; left out, depth.")]  # noqa: UP045
At = Annotated[Optional[list[str]], typer.Option(help="FACTOR=LEVEL: only cells at this level; may be repeated.")]  # noqa: UP045
From = Annotated[Optional[str], typer.Option("--from", help="Scenario to build on, a file or a shipped one.")]  # noqa: UP045
InDistrict = Annotated[Optional[list[str]], typer.Option(help="District: lake, … (see --from); again for more.")]  # noqa: UP045
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]

app = typer.Typer(
    name="simdiff",
    help="How promising teaching practices spread, deepen, last and fade across the schools of a district.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one (see `simdiff list`).")],
    replicates: Annotated[int, typer.Option(help="Worlds with other luck, at least 1.")] = 200,
    draws: Annotated[int, typer.Option(help="Parameter draws, from the declared priors; 0: the default values.")] = 0,
    posterior: Posterior = None,
    seed: Annotated[int, typer.Option(help="Seed of all luck.")] = 1,
    threads: Annotated[Optional[int], typer.Option(help="Threads; left out, one a core.")] = None,  # noqa: UP045
    schools: Annotated[Optional[Path], typer.Option(help="CSV of real schools (.csv or .csv.gz).")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option(help="Folder for results; left out, results/NAME-RUN.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, and nothing else.")] = False,
) -> None:
    """Run a scenario: print a summary, write tables, provenance and a chart."""
    from simdiff.cli.run import run_command

    raise typer.Exit(run_command(scenario, replicates, draws, posterior, seed, threads, schools, out, as_json))


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="Scenario or experiment files, or names of shipped ones.")],
    schools: Annotated[Optional[Path], typer.Option(help="CSV of real schools to check them with.")] = None,  # noqa: UP045
    trial: Annotated[
        bool, typer.Option("--trial/--no-trial", help="Try levers of scenarios in a few replicates.")
    ] = True,
) -> None:
    """Check files: every mistake with its place; for scenarios, warnings of what is hardly meant."""
    from simdiff.cli.check import check_command

    raise typer.Exit(check_command(files, schools, trial))


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios and experiments that ship with simdiff."""
    from simdiff.cli.check import list_command

    raise typer.Exit(list_command())


@app.command("import-schools")
def import_schools(
    files: Annotated[list[Path], typer.Argument(help="Public files as downloaded (csv, gz, zip).")],
    out: Annotated[Path, typer.Option(help="Folder for table, scenario and report.")],
    district: Annotated[Optional[list[str]], typer.Option(help="LEAID or name; again for more. Left out, all.")] = None,  # noqa: UP045
    state: Annotated[Optional[list[str]], typer.Option(help="State, such as FL; again for more.")] = None,  # noqa: UP045
    name: Annotated[Optional[str], typer.Option(help="Short name of the scenario; left out, the district's.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a table of real schools and a scenario to start from, out of public files (NCES, EDGE, ELSI, Urban)."""
    from simdiff.cli.import_schools import import_command

    raise typer.Exit(import_command(files, out, district or [], state or [], name, as_json))


@app.command("new")
def new_scenario(
    name: Annotated[str, typer.Argument(help="Name of the new scenario; the file is NAME.yaml.")],
    source: From = None, district: InDistrict = None,
    out: Annotated[Optional[Path], typer.Option(help="File; left out, NAME.yaml.")] = None,  # noqa: UP045
) -> None:  # fmt: skip
    """Write a scenario to begin with: it runs as it is, and shows every setting with unit, range, default, source."""
    from simdiff.cli.new import new_command

    raise typer.Exit(new_command(name, source, district or [], out))


@app.command()
def explain(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.")],
    schools: Schools = None,
) -> None:
    """Tell a scenario in plain sentences: what happens when, what it costs, what the file changes."""
    from simdiff.cli.explain import explain_command

    raise typer.Exit(explain_command(scenario, schools))


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="Scenario file, or the name of a shipped one.", metavar="A")],
    second: Annotated[str, typer.Argument(help="Another one.", metavar="B")],
    as_json: AsJson = False,
) -> None:
    """Say what differs between two scenarios, after what they extend is filled in."""
    from simdiff.cli.diff import diff_command

    raise typer.Exit(diff_command(first, second, as_json))


@app.command("explore")
def explore_page(
    what: Annotated[str, typer.Argument(help="Scenario (file or shipped one), or a folder of results.",
                                        metavar="[SCENARIO or RESULTS]")] = "four-levers",
    schools: Schools = None,
    seed: Annotated[int, typer.Option(help="Seed of all luck.")] = 1,
    port: Annotated[int, typer.Option(help="Port on this machine; 0, any that is free.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page, or only print where it is.")
                       ] = True,
) -> None:  # fmt: skip
    """Look instead of read: a page on this machine with sliders, a world school by school, and finished results."""
    from simdiff.cli.explore import explore_command

    raise typer.Exit(explore_command(what, schools, seed, port, browser=browser))


@app.command()
def doctor(
    folder: Annotated[Optional[Path], typer.Argument(help="Folder of results to look at for damage.")] = None,  # noqa: UP045
) -> None:
    """Say what is good or bad: versions, cores, cache, extras, one run with a known answer; or a folder of results."""
    from simdiff.cli.doctor import doctor_command

    raise typer.Exit(doctor_command(folder))


@app.command()
def fmt(
    files: Annotated[list[Path], typer.Argument(help="Scenario or experiment files.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 if a file would change.")] = False,
) -> None:
    """Rewrite files in normal form: same values, same comments, one way to set them out."""
    from simdiff.cli.fmt import fmt_command

    raise typer.Exit(fmt_command(files, check))


@app.command("schema")
def print_schema(
    kind: Annotated[str, typer.Argument(help="scenario or experiment.")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario or experiment files, for editors."""
    from simdiff.cli.schema import schema_command

    raise typer.Exit(schema_command(kind))


@app.command("plan")
def plan_sweep(
    experiment: Annotated[str, typer.Argument(help=EXPERIMENT)],
    replicates: Replicates = None, draws: Draws = None, posterior: Posterior = None, seed: Seed = None,
    schools: Schools = None, threads: Threads = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say what a sweep would take: runs, time and disk, from a short measurement."""
    from simdiff.cli.plan import plan_command

    changes = {"replicates": replicates, "draws": draws, "posterior": posterior, "seed": seed}
    raise typer.Exit(plan_command(experiment, schools, changes, threads, as_json))


@app.command()
def sweep(
    experiment: Annotated[str, typer.Argument(help=EXPERIMENT)],
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, results/NAME.")] = None,  # noqa: UP045
    replicates: Replicates = None, draws: Draws = None, posterior: Posterior = None, seed: Seed = None,
    schools: Schools = None, threads: Threads = None, engine: EngineName = "local", workers: Workers = None,
    scheduler: Scheduler = None, tls_ca: Key = None, tls_cert: Key = None, tls_key: Key = None, quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Run an experiment into a folder; a folder that holds it already is gone on with."""
    from simdiff.cli.sweep import Machine, sweep_command

    changes = {"replicates": replicates, "draws": draws, "posterior": posterior, "seed": seed}
    machine = Machine(engine, threads, workers, scheduler, (tls_ca, tls_cert, tls_key), quiet, as_json)
    raise typer.Exit(sweep_command(experiment, schools, changes, out, machine))


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    retry: Annotated[bool, typer.Option("--retry", help="Compute failed runs again.")] = False,
    threads: Threads = None, engine: EngineName = "local", workers: Workers = None, scheduler: Scheduler = None,
    tls_ca: Key = None, tls_cert: Key = None, tls_key: Key = None, quiet: Quiet = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Go on with a sweep that was stopped; what is stored is checked and kept."""
    from simdiff.cli.sweep import Machine, resume_command

    machine = Machine(engine, threads, workers, scheduler, (tls_ca, tls_cert, tls_key), quiet, as_json)
    raise typer.Exit(resume_command(folder, machine, retry))


@app.command()
def extend(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    experiment: Annotated[Optional[str], typer.Argument(help="Experiment file with further cells.")] = None,  # noqa: UP045
    replicates: Replicates = None, draws: Draws = None, posterior: Posterior = None, schools: Schools = None,
    threads: Threads = None, engine: EngineName = "local", workers: Workers = None, scheduler: Scheduler = None,
    tls_ca: Key = None, tls_cert: Key = None, tls_key: Key = None, quiet: Quiet = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Widen a sweep by replicates, parameter draws or cells; only what is new is computed."""
    from simdiff.cli.sweep import Machine, extend_command

    machine = Machine(engine, threads, workers, scheduler, (tls_ca, tls_cert, tls_key), quiet, as_json)
    raise typer.Exit(extend_command(folder, experiment, schools, replicates, draws, posterior, machine))


@app.command()
def status(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    check: Annotated[bool, typer.Option("--check", help="Check every byte of every chunk.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how a sweep stands; nothing is changed."""
    from simdiff.cli.status import status_command

    raise typer.Exit(status_command(folder, as_json, check))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    to: Annotated[str, typer.Option(help="csv, parquet, xlsx (Excel) or dta (Stata).")] = "csv",
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, FOLDER/export-FORMAT.")] = None,  # noqa: UP045
    outcomes: Annotated[str, typer.Option(help="Outcomes, separated by commas; left out, all.")] = "",
    years: Annotated[str, typer.Option(help="Years (of a monthly series: months), separated by commas.")] = "",
) -> None:
    """Write the tables of a sweep: one long, one wide, the parameter draws, a data dictionary."""
    from simdiff.cli.export import export_command

    raise typer.Exit(export_command(folder, to, out, _names(outcomes), _numbers(years, "--years")))


@app.command()
def chart(
    results: Annotated[Optional[Path], typer.Argument(help="Folder of a run or a sweep.")] = None,  # noqa: UP045
    kind: Annotated[str, typer.Argument(help="Kind of chart (see --list).")] = "",
    out: Annotated[Optional[Path], typer.Option(help="Picture: .png, .svg, .pdf, or .gif for an animation.")] = None,  # noqa: UP045
    size: Annotated[str, typer.Option(help="print (6.5 inches, 300 dpi) or screen.")] = "print",
    outcomes: Annotated[str, typer.Option(help="Outcomes, separated by commas.")] = "",
    cell: Annotated[Optional[list[str]], typer.Option(help="A cell of a sweep; again for more.")] = None,  # noqa: UP045
    place: Annotated[Optional[str], typer.Option(help="A district.")] = None,  # noqa: UP045
    practice: Annotated[Optional[str], typer.Option(help="A practice.")] = None,  # noqa: UP045
    years: Annotated[str, typer.Option(help="Years, separated by commas: their ends are shown.")] = "",
    months: Annotated[str, typer.Option(help="Months of policy from 0, in place of years.")] = "",
    replicate: Annotated[Optional[int], typer.Option(help="The world that is shown.")] = None,  # noqa: UP045
    baseline: Annotated[Optional[str], typer.Option(help="Of comparisons: the cell to compare with.")] = None,  # noqa: UP045
    confidence: Annotated[Optional[float], typer.Option(help="Of comparisons; left out, 0.95.")] = None,  # noqa: UP045
    factor: Annotated[Optional[list[str]], typer.Option(help="Of effects: a factor; again for two.")] = None,  # noqa: UP045
    at: At = None,
    reach: Annotated[Optional[float], typer.Option(help="Value that doses shall reach.")] = None,  # noqa: UP045
    kinds: Annotated[bool, typer.Option("--list", help="List the kinds of chart and what they need.")] = False,
) -> None:
    """Draw a chart of results: a picture that carries its caption, numbers and origin, and its numbers as CSV."""
    from simdiff.cli.chart import chart_command, list_kinds
    from simdiff.report.asked import Asked

    if kinds:
        raise typer.Exit(list_kinds())
    if results is None or not kind:
        raise typer.BadParameter("expected RESULTS and KIND (kinds: simdiff chart --list)")
    ends = [12 * year - 1 for year in _numbers(years, "--years")]
    asked = Asked(kind, tuple(_names(outcomes)), tuple(cell or ()), place, practice,
                  tuple(ends + _numbers(months, "--months")), replicate, baseline, confidence, tuple(factor or ()),
                  tuple(at or ()), reach)  # fmt: skip
    raise typer.Exit(chart_command(results, asked, out, size))


@app.command()
def replay(
    figure: Annotated[Path, typer.Argument(help="A picture (.png, .svg, .pdf, .gif) or memo (.html, .pdf, .docx).")],
    results: Annotated[Optional[Path], typer.Option(help="Folder of results to compare its scenarios with.")] = None,  # noqa: UP045
    threads: Threads = None,
) -> None:
    """Run the scenarios of a figure or memo again, from the file alone, and say whether all is the same."""
    from simdiff.cli.replay import replay_command

    raise typer.Exit(replay_command(figure, results, threads))


@app.command()
def memo(
    results: Annotated[Path, typer.Argument(help="Folder of a sweep or a run.")],
    question: Annotated[str, typer.Option(help="The question it answers; left out, the experiment's.")] = "",
    outcome: Annotated[Optional[str], typer.Option(help="Outcome; left out, depth.")] = None,  # noqa: UP045
    year: Annotated[Optional[int], typer.Option(min=1, help="At the end of which year; left out, the last.")] = None,  # noqa: UP045
    place: Annotated[str, typer.Option(help="District, or all.")] = "all",
    practice: Annotated[Optional[str], typer.Option(help="Practice; left out, the first.")] = None,  # noqa: UP045
    cell: Annotated[Optional[list[str]], typer.Option(help="Option to tell of, the main one first; again for more.")] = None,  # noqa: UP045, E501
    baseline: Annotated[Optional[str], typer.Option(help="Option to compare with; left out, the cheapest.")] = None,  # noqa: UP045
    confidence: Annotated[float, typer.Option(min=0.5, max=0.9999, help="Of differences and verdicts.")] = 0.95,
    formats: Annotated[str, typer.Option("--format", help="html, pdf, docx, by commas (pdf and docx: simdiff[memo]).")] = "html",  # noqa: E501
    out: Annotated[Optional[Path], typer.Option(help="Files, without end; left out, RESULTS/memo/memo.")] = None,  # noqa: UP045
) -> None:  # fmt: skip
    """Write a two-page briefing memo: answer, range, one chart, who is left behind, cost, what could flip it."""
    from simdiff.analysis.matched import Asked
    from simdiff.cli.memo import memo_command

    asked = Asked((outcome,) if outcome else (), year, place, practice, tuple(cell or ()), baseline, confidence)
    raise typer.Exit(memo_command(results, question, asked, _names(formats), out))


@app.command("audit")
def audit(
    what: Annotated[Path, typer.Argument(help="A memo (.html, .pdf, .docx), or a folder of results.")],
    results: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Of a memo, its results; left out, the folder it lies in."),
    ] = None,
    seed: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(help="Of a folder, which runs are picked; left out, others each time."),
    ] = None,
) -> None:
    """Derive every number of a memo again; of a folder, simulate 1 in 100 of its runs (at least 20) again."""
    from simdiff.cli.audit import audit_command

    raise typer.Exit(audit_command(what, results, seed))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _numbers(text: str, option: str) -> list[int]:
    try:
        return [int(number) for number in _names(text)]
    except ValueError:
        raise typer.BadParameter(f"{text}, expected whole numbers separated by commas", param_hint=option) from None


@app.command()
def calibrate(
    experiment: Annotated[str, typer.Argument(help="Worlds of the targets, an experiment.")] = "calibration",
    kept: Annotated[int, typer.Option(min=50, help="Parameter draws to keep.")] = 300,
    network: Annotated[Optional[Path], typer.Option(help="Folder of Carlson's network (C9); not shipped.")] = None,  # noqa: UP045
    leader_draws: Annotated[int, typer.Option(min=50, help="Draws of each prior for C9.")] = 500,
    threads: Threads = None,
    out: Annotated[Path, typer.Option(help="Folder for the draws.")] = Path("results/calibration"),
    as_json: AsJson = False,
) -> None:
    """Find parameter draws that agree with what studies have measured (about half an hour)."""
    from simdiff.cli.calibrate import calibrate_command

    raise typer.Exit(calibrate_command(experiment, kept, network, leader_draws, threads, out, as_json))


@app.command("validate")
def validate_patterns(
    experiment: Annotated[str, typer.Argument(help=EXPERIMENT)] = "validation",
    posterior: Annotated[str, typer.Option(help="calibrated, priors, or a CSV of parameter draws.")] = "calibrated",
    draws: Annotated[Optional[int], typer.Option(min=2, help="Parameter draws; left out, the experiment's.")] = None,  # noqa: UP045
    replicates: Replicates = None, threads: Threads = None,
    network: Annotated[Optional[Path], typer.Option(help="Folder of Carlson's network (P7, P8); not shipped.")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, results/NAME-RUN.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check the model against patterns it was never tuned to; misses are told as misses."""
    from simdiff.cli.validate import validate_command

    raise typer.Exit(validate_command(experiment, posterior, draws, replicates, threads, network, out, as_json))


@app.command()
def sensitivity(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    outcome: Outcome = "depth", year: Year = None,
    scenario: Annotated[Optional[str], typer.Option("--scenario", "--cell", help="Which scenario; of a design of levels, which cell.")] = None,  # noqa: E501, UP045
    minus: Annotated[Optional[str], typer.Option(help="Scenario or cell to take off, with the same luck.")] = None,  # noqa: UP045
    district: District = "all", practice: Practice = None,
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, FOLDER/sensitivity.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say which inputs of a finished sweep move an outcome, and how much of that is noise."""
    from simdiff.analysis.samples import Ask
    from simdiff.cli.sensitivity import sensitivity_command

    ask = Ask(outcome, year, district, practice)
    raise typer.Exit(sensitivity_command(folder, scenario, minus, ask, out, as_json))


@app.command()
def value(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    cells: Annotated[list[str], typer.Argument(help="Cells to choose between (of random designs: scenarios), two or more; the first is compared with each other.")],  # noqa: E501
    outcome: Outcome = "depth", year: Year = None, district: District = "all", practice: Practice = None,
    lowest: Annotated[bool, typer.Option("--lowest", help="The lowest outcome is best.")] = False,
    worth: Annotated[Optional[float], typer.Option(help="Dollars that a unit of the outcome (of a share: a point) is worth; then cost counts.")] = None,  # noqa: E501, UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say which assumptions a choice between cells hangs on, and which is most worth measuring."""
    from simdiff.analysis.samples import Ask
    from simdiff.cli.value import value_command

    raise typer.Exit(value_command(folder, cells, Ask(outcome, year, district, practice), lowest, worth, as_json))


@app.command("compare")
def compare_options(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    outcome: Annotated[Optional[list[str]], typer.Option(help="Outcome; again for more. Left out, depth.")] = None,  # noqa: UP045
    year: Annotated[Optional[int], typer.Option(min=0, help="At the end of which year; left out, the last.")] = None,  # noqa: UP045
    place: Annotated[str, typer.Option(help="District, or all.")] = "all",
    practice: Annotated[Optional[str], typer.Option(help="Practice; left out, the first.")] = None,  # noqa: UP045
    cell: Annotated[Optional[list[str]], typer.Option(help="Cell to compare; again for more. Left out, all.")] = None,  # noqa: UP045
    baseline: Annotated[Optional[str], typer.Option(help="Cell to compare with; left out, the cheapest.")] = None,  # noqa: UP045
    confidence: Annotated[float, typer.Option(min=0.5, max=0.9999, help="Of intervals and verdicts.")] = 0.95,
    out: Annotated[Optional[Path], typer.Option(help="Folder for tables and charts; left out, none.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:
    """Compare the cells of a sweep world by world: differences, firm rankings, cost and regret."""
    from simdiff.analysis.matched import Asked
    from simdiff.cli.compare import compare_command

    asked = Asked(tuple(outcome or ()), year, place, practice, tuple(cell or ()), baseline, confidence)
    raise typer.Exit(compare_command(folder, asked, as_json, out))


@app.command()
def recover(
    bank: Annotated[int, typer.Option(min=40, help="Simulated districts to weigh.")] = 20_000,
    truths: Annotated[int, typer.Option(min=20, help="Districts whose parameters are to be found again.")] = 2_000,
    districts: Annotated[int, typer.Option(min=0, help="Of these, districts for the sampler of calibration.")] = 50,
    seed: Annotated[int, typer.Option(help="Seed of all luck.")] = 1,
    threads: Threads = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and picture.")] = Path("results/recovery"),
    as_json: AsJson = False,
) -> None:
    """Find known parameters again: what a district's data would tell, and whether intervals hold (half an hour)."""
    from simdiff.analysis.recovery_study import Size
    from simdiff.cli.recover import recover_command

    size = Size(bank, truths, min(districts, truths))
    raise typer.Exit(recover_command(size, seed, threads, out, as_json))


@app.command("field-study")
def field_study(
    experiment: Annotated[str, typer.Argument(help=EXPERIMENT)] = "crpe-study",
    worlds: Annotated[int, typer.Option(min=2, help="Worlds to study, each another draw and replicate.")] = 500,
    posterior: Annotated[str, typer.Option(help="Draws: calibrated, priors, or a CSV.")] = "calibrated",
    seed: Seed = None, threads: Threads = None,
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, results/NAME-RUN.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Study simulated cities as a field study would; say how often its conclusions are right (minutes)."""
    from simdiff.cli.field_study import field_study_command

    raise typer.Exit(field_study_command(experiment, worlds, posterior, seed, threads, out, as_json))


@app.command()
def verify(
    cases: Annotated[Optional[list[str]], typer.Argument(help="V1 … V28; left out, all.")] = None,  # noqa: UP045
    size: Annotated[float, typer.Option(help="Multiplies the replicates; 1 takes 30 to 60 seconds on one core.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of all luck; the shipped one is frozen.")] = 1,
    as_json: AsJson = False,
    out: Annotated[Optional[Path], typer.Option(help="File for the same as JSON.")] = None,  # noqa: UP045
) -> None:
    """Run the model where its answer is known exactly, and compare."""
    from simdiff.cli.verify import verify_command

    raise typer.Exit(verify_command(cases or [], size, seed, as_json, out))


@app.command()
def effects(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    outcome: OutcomeName = None, year: Year = None, district: District = "all", practice: Practice = None,
    at: At = None, reach: Annotated[Optional[float], typer.Option(help="Value that doses shall reach.")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, FOLDER/effects.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say what each factor of a sweep does: effects, interactions, Shapley shares, doses."""
    from simdiff.cli.effects import effects_command

    raise typer.Exit(effects_command(folder, outcome, year, district, practice, at or [], reach, out, as_json))


@app.command()
def discover(
    folder: Annotated[Path, typer.Argument(help=FOLDER)],
    fails: Annotated[str, typer.Option(help="When the policy has failed, such as depth<0.1.")],
    policy: Annotated[Optional[str], typer.Option(help="Scenario or cell to judge.")] = None,  # noqa: UP045
    against: Annotated[Optional[str], typer.Option(help="Scenario or cell to subtract.")] = None,  # noqa: UP045
    columns: Annotated[str, typer.Option(help="Factors and parameters to look at, by commas; left out, all.")] = "",
    year: Year = None, district: District = "all", practice: Practice = None,
    box: Annotated[Optional[int], typer.Option(min=0, help="Box of PRIM's path to take.")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, FOLDER/discover.")] = None,  # noqa: UP045
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Say under which conditions a policy fails (PRIM and CART; needs simdiff[discover])."""
    from simdiff.cli.discover import discover_command

    names = [name.strip() for name in columns.split(",") if name.strip()]
    told = (policy, against, names, year, district, practice, box, out, as_json)
    raise typer.Exit(discover_command(folder, fails, *told))


@app.command()
def optimize(
    experiment: Annotated[str, typer.Argument(help=EXPERIMENT)],
    budget: Annotated[float, typer.Option(min=0, help="Most that a mix may cost in total, expected, in dollars.")],
    objectives: Annotated[str, typer.Option(help="Outcomes, separated by commas.")] = "deep_schools,equity_gap,cost",
    evaluations: Annotated[int, typer.Option(min=1, help="Mixes to try.")] = 480,
    quantile: Annotated[Optional[float], typer.Option(min=0.01, max=0.5, help="Judge a mix by the value that all but this share of the draws reach; left out, by the mean.")] = None,  # noqa: UP045, E501
    out: Annotated[Optional[Path], typer.Option(help="Folder; left out, results/NAME-optimized.")] = None,  # noqa: UP045
    replicates: Replicates = None, draws: Draws = None, posterior: Posterior = None, seed: Seed = None,
    schools: Schools = None, threads: Threads = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Search the best mixes of an experiment's factors within a budget (NSGA-II; needs simdiff[optimize])."""
    from simdiff.cli.optimize import Wish, optimize_command

    names = [name.strip() for name in objectives.split(",") if name.strip()]
    changes = {"replicates": replicates, "draws": draws, "posterior": posterior, "seed": seed}
    wish = Wish(budget, names, evaluations, quantile, changes, threads, as_json)
    raise typer.Exit(optimize_command(experiment, schools, wish, out))


def main() -> None:
    """Entry point of the ``simdiff`` command.

    No cycles are collected: looking for them while libraries are imported takes a tenth of a run's start, and results
    are arrays, which go when they are no longer referred to.
    """
    gc.disable()
    for word in sys.argv[1:]:
        if word.encode(errors="replace") != word.encode(errors="surrogatepass"):
            typer.echo(f"{word!a}: found bytes that are no text, expected UTF-8 (also in names of files)", err=True)
            raise SystemExit(BAD_INPUT)
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise SystemExit(INTERRUPTED) from None
