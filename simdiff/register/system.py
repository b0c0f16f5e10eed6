"""Parameters of the district around the schools: constraints, load, leaders, turnover, world, money, calendar."""

from functools import partial

from simdiff.register.kinds import Calendar, Parameter

# fmt: off

_MODEL = "model specification, section 6"
_PRICES = "model specification, section 0 (Prices, 2024 $)"

_strength = partial(Parameter, "lever strength")
_constraint = partial(Parameter, "constraints")
_load = partial(Parameter, "load")
_leaders = partial(Parameter, "leadership")
_turnover = partial(Parameter, "turnover")
_change = partial(Parameter, "change management")
_world = partial(Parameter, "world")
_money = partial(Parameter, "money")


def _price(name: str, symbol: str, default: float, unit: str, meaning: str, source: str = _PRICES) -> Parameter:
    return _money(name, symbol, default, unit, 0.0, 1e9, "fixed", 0.0, meaning, source,
                  "E" if "sourced" in source else "A")


def _family(family: str, symbol: str, about: float, acts: str) -> Parameter:
    return _strength(f"strength_{family}", symbol, 1.0, "ratio", 0.0, 10.0, "lognormal", 0.5,
                     f"how strongly the {family} levers act for what is done and paid: {acts}",
                     "1 is the model specification; centre of the prior by lever parity (docs/validation.md)", "A",
                     about)


SYSTEM: tuple[Parameter, ...] = (
    _family("goals", "s_G", 1.0, "factor on their levels, to at most 1"),
    _family("flexibility", "s_F", 0.55, "factor on their levels and on waivers, to at most 1"),
    _family("talent", "s_T", 0.35, "factor on the quality of coaches and on levels (of change support, to at most 1)"),
    _family("networks", "s_N", 4.0,
            "factor on levels (of identification, to at most 1) and on the log quality that a competition gains"),
    _constraint("rules_school", "B0S", 0.20, "share", 0.0, 1.0, "fixed", 0.0,
                "share of the needed school-level change that a real rule blocks", _MODEL, "A"),
    _constraint("rules_classroom", "B0C", 0.20, "share", 0.0, 1.0, "fixed", 0.0,
                "share of the needed classroom-level change that a real rule blocks", _MODEL, "A"),
    _constraint("phantom", "Φ0", 0.556, "share", 0.0, 1.0, "beta", 13.0,
                "share of what is allowed that schools believe is not; with .20 real it makes .31 of barriers real",
                "Miller & Lee 2014: 31 % of 128 barriers real (8 principals)", "E"),
    _constraint("phantom_cleared", "η_F", 0.15, "1/month", 0.0, 1.0, "lognormal", 0.5,
                "speed at which clarifying removes imagined constraint", _MODEL, "A"),
    _constraint("phantom_return", "η_R", 0.02, "1/month", 0.0, 1.0, "lognormal", 0.5,
                "speed at which imagined constraint returns", _MODEL, "A"),
    _constraint("phantom_principal", "Φ_P", 0.5, "share", 0.0, 1.0, "fixed", 0.0,
                "how far a new principal returns to the original imagined constraint", "equation E5", "A"),
    _load("mandates_rate", "λ_b", 3.0, "1/year", 0.0, 100.0, "lognormal", 0.4,
          "background mandates that reach a district's schools",
          "Hess 1999: at least 11 reforms in 3 years; Hatch 2001", "A"),
    _load("mandates_months", "τ_b", 30.0, "month", 1.0, 600.0, "lognormal", 0.4, "life of a background mandate",
          _MODEL, "A"),
    _load("mandates_goals", "λ_g", 0.5, "share", 0.0, 1.0, "logitnormal", 0.5,
          "share of background mandates that clear goals prevent", "equation E3", "A"),
    _load("mandate_load", "w_b", 0.14, "load", 0.0, 10.0, "lognormal", 0.5, "load of one background mandate",
          _MODEL, "A"),
    _load("capacity", "cap0", 1.6, "load", 0.01, 1e9, "lognormal", 0.4, "load an average school can attend to",
          _MODEL, "A"),
    _load("capacity_slope", "γ_k", 0.25, "1/SD", 0.0, 5.0, "lognormal", 0.5,
          "log gain of capacity and installation speed per SD of adopt-and-adapt capacity", _MODEL, "A"),
    _load("full_load", "f_w", 0.4, "ratio", 0.0, 1.0, "logitnormal", 0.5,
          "load of a fully implemented practice relative to a new one", _MODEL, "A"),
    _load("goals_overlap", "ov", 0.4, "share", 0.0, 1.0, "logitnormal", 0.5,
          "share of load that clear goals remove by overlap", "Newmann et al. 2001; " + _MODEL, "A"),
    _leaders("clarity_months", "τ_g", 12.0, "month", 1.0, 240.0, "lognormal", 0.4,
             "time constant of clarity as understood in schools", _MODEL, "A"),
    _leaders("leader_exit", "π_ch", 0.20, "1/year", 0.0, 10.0, "lognormal", 0.4,
             "hazard that the superintendent leaves",
             "exit hazard .17–.20 (Broad Center 2018; CGCS 2014)", "E"),
    _leaders("leader_clarity", "ζ_g", 0.6, "share", 0.0, 1.0, "logitnormal", 0.5,
             "share of clarity lost at such an exit", _MODEL, "A"),
    _leaders("leader_sponsorship", "ζ_π", 0.6, "probability", 0.0, 1.0, "logitnormal", 0.5,
             "probability that such an exit ends sponsorship",
             "Lake, NYC, Denver: 3 of 4 with one unclear; .6 (.3–.9)", "E"),
    _turnover("teacher_exit", "τ_0", 0.12, "1/year", 0.0, 1.0, "lognormal", 0.4,
              "teachers who leave a school without low-income pupils", "NCES TFS 2012-13: .16 overall", "E"),
    _turnover("teacher_exit_need", "τ_h", 0.08, "1/year", 0.0, 1.0, "lognormal", 0.4,
              "added exits per low-income share", "movers .12 in high- and .06 in low-poverty schools (NCES)", "E"),
    _turnover("principal_exit", "τP_0", 0.16, "1/year", 0.0, 1.0, "lognormal", 0.4,
              "principals who leave a school without low-income pupils", "NCES PFS 2016-17: .18 overall", "E"),
    _turnover("principal_exit_need", "τP_h", 0.08, "1/year", 0.0, 1.0, "lognormal", 0.4,
              "added exits per low-income share", "NCES PFS 2016-17; Beteille et al. 2012", "E"),
    _turnover("onboard", "o_b", 0.5, "share", 0.0, 1.0, "logitnormal", 0.5,
              "share of hires who start as users where all colleagues are proficient", _MODEL, "A"),
    _turnover("onboard_base", "o_b0", 0.4, "share", 0.0, 1.0, "logitnormal", 0.5,
              "share of onboarding that happens without change-management support", "equation E24", "A"),
    _turnover("principal_reset", "z_P", 0.5, "share", 0.0, 1.0, "logitnormal", 0.5,
              "how far a new principal returns commitment to its mean", "Hanselman et al. 2016; " + _MODEL, "A"),
    _turnover("commit_mean", "C̄", 0.35, "share", 0.0, 1.0, "logitnormal", 0.5,
              "mean commitment that a new principal brings", _MODEL, "A"),
    _change("change_capacity", "e_cap", 0.3, "share", 0.0, 5.0, "lognormal", 0.5,
            "gain in capacity at full change-management support", _MODEL, "A"),
    _change("change_dip", "e_dip", 0.5, "share", 0.0, 1.0, "logitnormal", 0.5,
            "share of the dip it removes", _MODEL, "A"),
    _change("change_revert", "e_rev", 0.4, "share", 0.0, 1.0, "logitnormal", 0.5,
            "share of reversion it prevents", _MODEL, "A"),
    _change("change_succession", "e_P", 0.6, "share", 0.0, 1.0, "logitnormal", 0.5,
            "share of the principal's reset it prevents", "Kittelman et al. 2020; " + _MODEL, "A"),
    _change("change_expectation", "e_exp", 0.2, "share", 0.0, 1.0, "logitnormal", 0.5,
            "share by which it lowers aspiration", _MODEL, "A"),
    _world("need_capacity", "r_kh", -0.35, "correlation", -0.99, 0.99, "fixed", 0.0,
           "correlation of need and adopt-and-adapt capacity", "model specification, section 2.1", "A"),
    _world("design_adopt", "r_ak", 0.5, "correlation", -0.99, 0.99, "fixed", 0.0,
           "correlation of design and adopt-and-adapt capacity", "model specification, section 2.1", "A"),
    _world("need_context", "r_ch", 0.5, "correlation", -0.99, 0.99, "fixed", 0.0,
           "correlation of need and the first context dimension",
           "model specification, section 2.1 (loads on need)", "A"),
    _world("relevance_alpha", "ν_a", 4.0, "shape", 0.5, 50.0, "fixed", 0.0,
           "first shape of the Beta law of relevance (mean .57)", "model specification, section 2.1", "A"),
    _world("relevance_beta", "ν_b", 3.0, "shape", 0.5, 50.0, "fixed", 0.0, "second shape of that law",
           "model specification, section 2.1", "A"),
    _world("signal_reliability", "r_a", 0.6, "correlation", 0.0, 1.0, "fixed", 0.0,
           "correlation of a district's signal with a school's capacity, where none is given",
           "model specification, section 0 (missing defaults)", "A"),
    _world("trial_fit", "θ_oos", 0.6, "share", 0.0, 1.0, "logitnormal", 0.5,
           "fit that out-of-school trials approach", "model specification, section 0 (missing defaults)", "A"),
    _world("trial_speed", "r_o", 0.05, "1/month", 0.0, 1.0, "lognormal", 0.5,
           "speed of learning in out-of-school trials", "model specification, section 0 (missing defaults)", "A"),
    _price("price_coach", "$_T1", 110_000, "$/FTE-year", "one coach"),
    _price("price_goals", "$_G", 100_000, "$/year", "goal and problem process of a district"),
    _price("price_clarify", "$_F1", 80_000, "$/year", "desk that clarifies what is allowed"),
    _price("price_grant", "$_F2", 120_000, "$/year", "desk that grants waivers"),
    _price("price_pilot", "$_pil", 350_000, "$/site", "launch of a pilot site",
           "sourced: $200–500k a launch school (NGLC, LEAP, Henry, Lake)"),
    _price("price_zone", "$_zon", 150_000, "$/site", "entry of a zone school"),
    _price("price_out_of_school", "$_oos", 50_000, "$/site-year", "out-of-school trials of a school at full level"),
    _price("price_change", "$_T2", 15_000, "$/school-year", "change-management support of an active school"),
    _price("price_sharing", "$_T3", 150_000, "$/year", "knowledge platform of a district"),
    _price("price_convene", "$_N0", 2_000, "$/school-year", "convened network, per school"),
    _price("price_identify", "$_N1", 1_000, "$/school", "identification of who designs and who adopts, once"),
    _price("price_finalist", "$_N2", 100_000, "$/finalist", "planning grant of a competition entry",
           "sourced: planning grants of $60–100k"),
    _price("price_prize", "$_win", 300_000, "$/prize", "launch prize of a competition",
           "sourced: launch grants of $263–400k"),
    _price("price_partner", "$_N3", 250_000, "$/year", "fee of an outside partner, per partner"),
    _price("price_training", "c_tr", 1_500, "$/teacher", "take-up training of a new user"),
    _price("teacher_wage", "wage", 45, "$/hour", "value of a teacher's time (in kind)",
           "no source; about $62k for 1,390 hours"),
    _price("teacher_hours", "hrs_M", 4, "hour/month", "own time of a mechanical user (in kind)", "no source"),
    _money("discount", "r_$", 0.03, "1/year", 0.0, 1.0, "fixed", 0.0, "discount rate of costs",
           "model specification, section 9", "A"),
)

CALENDARS: tuple[Calendar, ...] = (
    Calendar("decide_months", (8,), "schools decide to install (March)", "model specification, section 3"),
    Calendar("launch_months", (2,), "installed practices launch (September)", "model specification, section 3"),
    Calendar("teach_months", (2, 3, 4, 5, 6, 7, 8, 9, 10), "teachers take up and deepen (September to May)",
             "model specification, section 3"),
    Calendar("review_months", (10,), "continuation review (May)", "model specification, section 3"),
    Calendar("close_months", (1,), "principals decide on closing (August)", "model specification, section 3"),
    Calendar("turnover_months", (0,), "teachers, principals and superintendents leave (July)",
             "model specification, section 3"),
    Calendar("hire_months", (0, 1, 2), "coaches are hired (July to September)", "equation E13"),
    Calendar("call_months", (3,), "design competitions call for entries (October)", "model specification, section 3"),
    Calendar("budget_months", (0,), "a fiscal year starts (July)", "model specification, section 3"),
    Calendar("adaptive_months", (11,), "an adaptive district reviews its practices (June)",
             "model specification, section 0 (Fixed vs adaptive)"),
)

SCREENING_DELAY = 4
"""Months from a competition's call (October) to its screening (February). Source: model specification, section 3."""
AVAILABLE_DELAY = 17
"""Months from the call to the month the winning variant is available: the March after a design year."""
