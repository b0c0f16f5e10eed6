"""The register as Markdown tables: what ``docs/model.md`` prints of it, so that no number is said twice."""

from collections.abc import Iterable, Sequence

from simdiff.register.kinds import GRADES, Outcome, Parameter
from simdiff.register.levers import LEVERS
from simdiff.register.outcomes import FINAL_OUTCOMES, OUTCOMES
from simdiff.register.practices import CATALOGUE
from simdiff.register.spreading import SPREADING
from simdiff.register.system import CALENDARS, SYSTEM
from simdiff.register.using import USING

MONTHS = ("July", "August", "September", "October", "November", "December",
          "January", "February", "March", "April", "May", "June")  # fmt: skip
PRIORS = {
    "lognormal": "log-normal, SD of log {}",
    "logitnormal": "logit-normal, SD of logit {}",
    "normal": "normal, SD {}",
    "beta": "Beta, a + b = {}",
    "fixed": "fixed",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def number(value: float) -> str:
    """A number as people write it: 0.05, 110,000, 1e9."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:,.10g}"
    return f"{value:g}".replace("e+0", "e").replace("e+", "e")


def prior(parameter: Parameter) -> str:
    """The law of parameter draws in words; its centre is the default unless it says another."""
    about = "" if parameter.about is None else f", about {number(parameter.about)}"
    return PRIORS[parameter.prior].format(number(parameter.spread)) + about


def parameter_groups() -> dict[str, list[Parameter]]:
    """Every parameter by group, in the order of the register."""
    groups: dict[str, list[Parameter]] = {}
    for parameter in SPREADING + USING + SYSTEM:
        groups.setdefault(parameter.group, []).append(parameter)
    return groups


def parameters() -> str:
    """All parameters, a heading and a table for each group."""
    parts = [f"### {group.capitalize()}\n\n{parameter_table(rows)}" for group, rows in parameter_groups().items()]
    return "\n\n".join(parts)


def parameter_table(rows: Iterable[Parameter]) -> str:
    """One row a parameter."""
    head = ("symbol", "name", "default", "unit", "range", "prior", "meaning", "grade", "source")
    return table(
        head,
        (
            (f"`{p.symbol}`", f"`{p.name}`", number(p.default), p.unit, f"{number(p.low)} to {number(p.high)}",
             prior(p), p.meaning, p.grade, p.source)
            for p in rows
        ),
    )  # fmt: skip


def grades() -> str:
    """What the grades mean, and how many parameters have each."""
    counts = {grade: sum(p.grade == grade for p in SPREADING + USING + SYSTEM) for grade in GRADES}
    return table(("grade", "meaning", "parameters"), ((g, meaning, str(counts[g])) for g, meaning in GRADES.items()))


def calendars() -> str:
    """When in the school year each process may happen."""
    return table(
        ("name", "months", "meaning", "source"),
        ((f"`{c.name}`", ", ".join(MONTHS[m] for m in c.months), c.meaning, c.source) for c in CALENDARS),
    )


def sub_levers() -> str:
    """Sub-levers with a monthly level."""
    return table(
        ("family", "place in a scenario", "handle", "range", "unit", "priced by", "what it does", "source"),
        (
            (x.family, f"`policy.{x.path}`", f"`{x.handle}`", f"{number(x.low)} to {number(x.high)}", x.unit,
             f"`{x.price}`" if x.price else "not priced", x.meaning, x.source)
            for x in LEVERS
        ),
    )  # fmt: skip


def outcome_table(rows: Iterable[Outcome]) -> str:
    """One row an outcome; headline outcomes are bold."""
    return table(
        ("name", "title", "unit", "formula", "meaning"),
        (
            (f"`{o.name}`", f"**{o.title}**" if o.headline else o.title, o.unit, f"`{o.formula}`", o.meaning)
            for o in rows
        ),
    )


def outcomes() -> str:
    """Outcomes of a month."""
    return outcome_table(OUTCOMES)


def final_outcomes() -> str:
    """Outcomes of a whole run."""
    return outcome_table(FINAL_OUTCOMES)


def practices() -> str:
    """The catalogue of practices."""
    return table(
        ("name", "title", "ψS", "ψC", "load w", "quality q", "exit hazard μ0 (1/year)", "source"),
        (
            (f"`{p.name}`", p.title, number(p.school_flexibility), number(p.classroom_flexibility), number(p.load),
             number(p.quality), number(p.exit_hazard), p.source)
            for p in CATALOGUE.values()
        ),
    )  # fmt: skip
