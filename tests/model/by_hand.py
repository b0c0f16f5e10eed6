"""Records made by hand, and rules as plain Python: a formula is asked for one number, at values of its own."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace as Record
from typing import Any

import numpy as np
import pytest

from simdiff.model import luck, rules
from simdiff.model.rules.common import Here
from simdiff.model.state import NEVER, NO_SITE
from simdiff.register import PARAMETERS

MODULES = [importlib.import_module(f"simdiff.model.rules.{one.name}") for one in pkgutil.iter_modules(rules.__path__)]
ALL_YEAR = 0b111111111111
JULY = 1
"""Calendars as bit masks; month 0 is July."""


@contextmanager
def plain_rules(*lots: float) -> Iterator[pytest.MonkeyPatch]:
    """Rules call each other as ordinary functions; if ``lots`` are given, every draw has these four. What is patched
    besides, with what this gives, is put back with them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (*MODULES, luck):
            for name, one in list(vars(module).items()):
                if hasattr(one, "py_func"):
                    patch.setattr(module, name, one.py_func)
        for module in MODULES if lots else ():
            if hasattr(module, "draws"):
                patch.setattr(module, "draws", lambda *name: lots)
        yield patch


def par(**changed: Any) -> Record:
    """Parameters at their defaults, every switch on and every month in every calendar, but for what is changed."""
    switches = ("commitment", "closing", "coherence", "dip", "integrity", "critical_mass", "dilution", "learning_curve",
                "regime", "partner_stock")  # fmt: skip
    calendars = ("decide", "launch", "review", "close", "turnover", "teach", "hire", "budget", "adaptive")
    return Record(**({name: one.default for name, one in PARAMETERS.items()}
                     | {f"with_{name}": 1 for name in switches} | {f"{name}_months": ALL_YEAR for name in calendars}
                     | {"contagion": 0} | changed))  # fmt: skip


def lever(**changed: Any) -> Record:
    """Levers that do nothing, but for what is changed."""
    names = ("problems", "goals", "clarify_school", "clarify_classroom", "grant_school", "grant_classroom", "coaches",
             "out_of_school", "change", "sharing", "convene", "identify", "sponsorship", "mandate", "exit")  # fmt: skip
    return Record(**(dict.fromkeys(names, 0.0) | changed))


def setting(**changed: Any) -> Record:
    """A policy's settings without any programme."""
    none = {"pilot_waiver": 0.8, "zone_waiver": 0.6, "support_end": NEVER, "coach_need": 0.0, "coach_priority": 0.0,
            "pilots": 0, "zone": 0, "entries": 0, "rounds": 1, "prizes": 0, "slots": -1, "slot_need": 0.0,
            "budget": -1.0, "cut": 0, "exit_hazard": 0, "share_failures": 0, "adaptive": 0}  # fmt: skip
    return Record(**(none | changed))


def school(**changed: Any) -> Record:
    """A school that is no site, is not overloaded, and believes nothing."""
    none = {"site": NO_SITE, "phantom_school": 0.0, "phantom_classroom": 0.0, "attention": 1.0, "overload": 0.0,
            "capacity": 0.0, "vigour": 1.0, "design": 0.0, "invited": 0, "new_principal": 0, "support_ended": NEVER,
            "site_until": NEVER, "context_1": 0.0, "context_2": 0.0, "asked": 0.0, "order": 1.0, "threshold": 0.5,
            "role": 0, "adopt_noise": 0.0, "design_noise": 0.0}  # fmt: skip
    return Record(**(none | changed))


def several(*records: Record) -> np.ndarray:
    """Records in a row, as rules have them."""
    found = np.empty(len(records), dtype=object)
    found[:] = records
    return found


def site(**changed: Any) -> Record:
    return Record(**({"teachers": 40, "need": 0.5, "need_z": 0.0, "district": 0, "ties": 1.0, "convened": 1,
                      "partnered": 1, "partner": 0, "who": 7} | changed))  # fmt: skip


def district(**changed: Any) -> Record:
    none = {"clarity": 0.0, "transfer": 1.0, "mandates": 0, "unsponsored": 0, "coach_quality": 1.0, "fte": 0.0,
            "partner_fte": 0.0, "water": 0.0, "spent": 0.0, "match": 0.0, "cash": 0.0, "coach_scale": 1.0, "group": 0,
            "site_scale": 1.0, "first": 0, "last": 1, "teachers": 40, "report": 0, "who": 1, "identified": 0,
            "identified_paid": 0}  # fmt: skip
    return Record(**(none | changed))


def use(**changed: Any) -> Record:
    return Record(**({"stage": 3, "sub": 0, "mechanical": 0, "proficient": 0, "commitment": 0.5, "fit": 0.5,
                      "ownership": 0.0, "trial": 0.0, "results": 0.0, "closed": 0, "relevance": 0.5, "self_made": 0.0,
                      "served": 0.0, "started": 0, "launch_now": 0, "launched": NEVER, "dropped": NEVER,
                      "real_from": NEVER, "real_lost": NEVER, "deep_from": NEVER, "deep_at_end": 0, "ever_full": 0,
                      "peer_share": 0.0, "wish": 0} | changed))  # fmt: skip


def practice(**changed: Any) -> Record:
    return Record(**({"school_flexibility": 0.6, "classroom_flexibility": 0.8, "load": 1.0, "quality": 1.0, "word": 3,
                      "exit_hazard": 0.1, "hazard_0": 0.0, "hazard_1": 0.0} | changed))  # fmt: skip


def here(**parts: Any) -> Here:
    """A school in a month; parts are records, or its partner's level and the month."""
    made = {"par": par(), "run": Record(key=0, replicate=0, burn_in=12), "site": site(), "school": school(),
            "district": district(), "lever": lever(), "setting": setting(), "partner": 0.0, "t": 100}  # fmt: skip
    return Here(**(made | parts))
