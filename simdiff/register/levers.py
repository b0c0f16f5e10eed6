"""The four lever families: every sub-lever with its place in a scenario, its handle in the equations and its price."""

from simdiff.register.kinds import Lever

# fmt: off

_SOURCE = "Gross & DeArmond 2018 (lever wording)"

LEVERS: tuple[Lever, ...] = (
    Lever("goals", "problems", "goals.problems", "x_G1", "level", 0, 1, "price_goals",
          "get clear on the problems to solve: schools look for, and pick, what matches (E10, E11)", _SOURCE),
    Lever("goals", "goals", "goals.goals", "x_G2", "level", 0, 1, "price_goals",
          "set clear goals that focus innovation: clarity g, which makes variants comparable, load overlap, fewer "
          "background mandates, integrity, closing, codification (E2, E3, E6, E8, E18, E21, E23)", _SOURCE),
    Lever("flexibility", "clarify_school", "flexibility.school.clarify", "x_F1S", "level", 0, 1, "price_clarify",
          "clarify what schools may already do: removes imagined constraint (E5)",
          "Miller & Lee 2014; " + _SOURCE),
    Lever("flexibility", "clarify_classroom", "flexibility.classroom.clarify", "x_F1C", "level", 0, 1,
          "price_clarify", "clarify what teachers may already do (E5)", "Miller & Lee 2014; " + _SOURCE),
    Lever("flexibility", "grant_school", "flexibility.school.grant", "x_F2S", "level", 0, 1, "price_grant",
          "grant schools more flexibility: removes actual constraint (E4)", _SOURCE),
    Lever("flexibility", "grant_classroom", "flexibility.classroom.grant", "x_F2C", "level", 0, 1, "price_grant",
          "grant teachers more flexibility (E4)", _SOURCE),
    Lever("flexibility", "out_of_school", "flexibility.out_of_school", "x_F3o", "level", 0, 1,
          "price_out_of_school", "create space out of school: low-risk trials that raise starting fit (E12)", _SOURCE),
    Lever("talent", "coaches", "talent.coaching", "FTE", "coaches per 100 teachers", 0, 20, "price_coach",
          "embedded coaching, finite and shared out (E13, E15, E16)", "Kraft, Blazar & Hogan 2018; " + _SOURCE),
    Lever("talent", "change", "talent.change", "x_T2", "level", 0, 1, "price_change",
          "change-management support: capacity, shallower dip, less reversion, steadier succession (E6, E14, E15, "
          "E18, E23, E24)", _SOURCE),
    Lever("talent", "sharing", "talent.sharing", "x_T3", "level", 0, 1, "price_sharing",
          "knowledge sharing: codifies experience (E9, E12, E19, E21)", _SOURCE),
    Lever("networks", "convene", "networks.convene", "x_N0", "level", 0, 1, "price_convene",
          "convene schools: adds contact within a district (E7)", "Daly & Finnigan 2010; " + _SOURCE),
    Lever("networks", "identify", "networks.identify", "x_N1", "level", 0, 1, "price_identify",
          "identify who is placed to design and who to adopt and adapt (E11, E12)", _SOURCE),
    Lever("context", "sponsorship", "sponsorship", "π_d", "level", 0, 1, "",
          "the superintendent's sponsorship, until an exit ends it (E18)",
          "model specification, section 0 (sponsorship)"),
    Lever("context", "mandate", "mandate", "mandate", "level", 0, 1, "",
          "share of schools that the district orders to install the practice (E11)",
          "model specification, section 0 (Invitations)"),
)
"""Sub-levers with a monthly level. Pilots, zones, competitions and partners are programmes with sites or members and
are declared, field by field, in the scenario schema."""
