"""The command line. Only typer is imported here; each command imports what it needs when it is called."""

import gc
from pathlib import Path
from typing import Annotated, Optional

import typer

BAD_INPUT = 2
INTERRUPTED = 130

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
    draws: Annotated[int, typer.Option(help="Parameter draws from the declared priors; 0: the default values.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of all luck.")] = 1,
    threads: Annotated[Optional[int], typer.Option(help="Threads; left out, one a core.")] = None,  # noqa: UP045
    schools: Annotated[Optional[Path], typer.Option(help="CSV of real schools (.csv or .csv.gz).")] = None,  # noqa: UP045
    out: Annotated[Optional[Path], typer.Option(help="Folder for results; left out, results/NAME-RUN.")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, and nothing else.")] = False,
) -> None:
    """Run a scenario: print a summary, write tables, provenance and a chart."""
    from simdiff.cli.run import run_command

    raise typer.Exit(run_command(scenario, replicates, draws, seed, threads, schools, out, as_json))


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="Scenario files, or names of shipped ones.")],
    schools: Annotated[Optional[Path], typer.Option(help="CSV of real schools to check them with.")] = None,  # noqa: UP045
) -> None:
    """Check scenario files; print every problem with its place."""
    from simdiff.cli.check import check_command

    raise typer.Exit(check_command(files, schools))


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios that ship with simdiff."""
    from simdiff.cli.check import list_command

    raise typer.Exit(list_command())


def main() -> None:
    """Entry point of the ``simdiff`` command.

    No cycles are collected: looking for them while libraries are imported takes a tenth of a run's start, and results
    are arrays, which go when they are no longer referred to.
    """
    gc.disable()
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise SystemExit(INTERRUPTED) from None
