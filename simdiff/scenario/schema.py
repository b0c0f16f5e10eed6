"""What a scenario may say. Every model is closed (no unknown keys), strict, frozen; a field's docstring documents it.

Times are whole months since the start of policy (a July); the model itself adds twelve months of burn-in before that.
Money is 2024 dollars. Where a field is *by district*, give one value for all, or a mapping from district id to value
in which ``others`` covers the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

OTHERS = "others"
MOST_WEIGHT = 1_000_000.0
"""Of a tie in a given network."""


class Closed(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts; it stands in the annotation of a field, for readers."""

    name: str


def _for_all(value: Any) -> Any:
    return value if isinstance(value, Mapping) else {OTHERS: value}


def _levelled(value: Any) -> Any:
    """A bare number, or a mapping by district, stands for a lever that says only its level."""
    if isinstance(value, Mapping) and not ({"level", "start", "stop", "ramp"} & value.keys()) and value:
        return {"level": value}
    return value if isinstance(value, Mapping) else {"level": value}


def by_district(notes: Iterable[Any]) -> bool:
    """True if a field with these annotations takes one value for all districts, or a mapping from district to value."""
    return any(getattr(note, "func", None) is _for_all for note in notes)


def is_levelled(notes: Iterable[Any]) -> bool:
    """True if a field with these annotations is a sub-lever, for which its level alone will do."""
    return any(getattr(note, "func", None) is _levelled for note in notes)


Share = Annotated[float, Field(ge=0, le=1), Unit("share")]
Month = Annotated[int, Field(ge=0, le=1200), Unit("month")]
Count = Annotated[int, Field(ge=0, le=100_000), Unit("schools")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]

ByDistrictShare = Annotated[dict[str, Share], BeforeValidator(_for_all)]
ByDistrictMonth = Annotated[dict[str, Month], BeforeValidator(_for_all)]
ByDistrictCount = Annotated[dict[str, Count], BeforeValidator(_for_all)]
ByDistrictMoney = Annotated[
    dict[str, Annotated[float, Field(ge=0, le=1e12), Unit("2024 $ a year")]], BeforeValidator(_for_all)
]
Exits = Literal["hazard", "never"] | list[Month]


class Fact(Closed):
    """A statement about the real district or programme, with its source. Facts inform readers; they do not act."""

    what: str
    """What is stated, in words."""
    value: float | int | str | None = None
    """The figure, if there is one."""
    source: str
    """Where it was read."""
    confidence: Literal["high", "medium", "low", "goal, not outcome"] = "medium"
    """How far to trust it."""


class Schedule(Closed):
    """When something runs: from ``start`` until ``stop``, growing over ``ramp`` months."""

    start: ByDistrictMonth = Field(default={OTHERS: 0})
    """First month, counted from the start of policy. By district."""
    stop: ByDistrictMonth | None = None
    """First month without it; left out, it never stops. By district."""


class LeverLevel(Schedule):
    """A sub-lever at a level between 0 (absent) and 1 (as strong as the evidence imagines)."""

    level: ByDistrictShare = Field(default={OTHERS: 0.0})
    """Level after the ramp, 0–1. By district."""
    ramp: ByDistrictMonth = Field(default={OTHERS: 12})
    """Months from ``start`` to the full level. By district."""


class StepLevel(LeverLevel):
    """A level that is there at once unless a ramp is given."""

    ramp: ByDistrictMonth = Field(default={OTHERS: 0})
    """Months from ``start`` to the full level. By district."""


Level = Annotated[LeverLevel, BeforeValidator(_levelled)]
Step = Annotated[StepLevel, BeforeValidator(_levelled)]


class Coaching(Schedule):
    """Embedded coaches, shared out among the schools that ask for them."""

    per_100_teachers: Annotated[
        dict[str, Annotated[float, Field(ge=0, le=20), Unit("coaches per 100 teachers")]], BeforeValidator(_for_all)
    ] = Field(default={OTHERS: 0.0})
    """Full-time coaches per 100 teachers of the district, 0–20. By district."""
    ramp: ByDistrictMonth = Field(default={OTHERS: 12})
    """Months from ``start`` to the full number. By district."""
    need_weight: Annotated[float, Field(ge=-10, le=10), Unit("weight")] = 0.0
    """w_h: how far coach hours favour high-need schools (0: blind to need)."""
    site_priority: Annotated[float, Field(ge=0, le=100), Unit("weight")] = 1.0
    """prio: added weight of pilot and zone schools in sharing coach hours."""


class Flexibility(Closed):
    """One level (school or classroom) of flexibility."""

    clarify: Level = LeverLevel()
    """Clarify what is already allowed."""
    grant: Level = LeverLevel()
    """Grant more flexibility."""


class Goals(Closed):
    """Goals: get clear on the problems to solve; set clear goals that focus innovation."""

    problems: Level = LeverLevel()
    """Get clear on the problems to solve."""
    goals: Level = LeverLevel()
    """Set clear goals that focus innovation."""


class Pilots(Closed):
    """Pilot sites: invited, sponsored, first in line for coaches and free of some rules, for a time."""

    sites: ByDistrictCount = Field(default={OTHERS: 0})
    """Number of pilot schools. By district."""
    start: ByDistrictMonth = Field(default={OTHERS: 0})
    """Month in which sites are invited. By district."""
    years: Annotated[int, Field(ge=1, le=100), Unit("years")] = 3
    """How long a site stays a pilot."""
    waiver: Share = 0.8
    """ω: share of actual constraint lifted in a site."""
    select: Literal["signal", "need", "random"] = "signal"
    """How sites are picked: by the district's signal of capacity, by need, or by lot."""


class Zone(Closed):
    """A zone: a compact group of neighbouring schools with standing waivers."""

    schools: ByDistrictCount = Field(default={OTHERS: 0})
    """Number of schools in the zone. By district."""
    start: ByDistrictMonth = Field(default={OTHERS: 0})
    """Month in which the zone opens. By district."""
    stop: ByDistrictMonth | None = None
    """Month in which it closes; left out, never. By district."""
    waiver: Share = 0.8
    """ω: share of actual constraint lifted in the zone."""


class FlexibilityFamily(Closed):
    """Flexibility, at school and classroom level: clarify, grant, create space."""

    school: Flexibility = Flexibility()
    """School-level flexibility."""
    classroom: Flexibility = Flexibility()
    """Classroom-level flexibility."""
    out_of_school: Level = LeverLevel()
    """Space out of school: trials without core-classroom stakes."""
    pilots: Pilots = Pilots()
    """Pilot sites."""
    zone: Zone = Zone()
    """An innovation zone."""


class Talent(Closed):
    """Talent: embedded coaching; change-management support; knowledge sharing."""

    coaching: Coaching = Coaching()
    """Embedded coaching."""
    change: Level = LeverLevel()
    """Change-management support for leaders."""
    sharing: Level = LeverLevel()
    """Knowledge sharing."""


class Identify(LeverLevel):
    """Identify who is placed to design and who to adopt and adapt."""

    accuracy: Share | None = None
    """r_a: correlation of the district's signal with true design capacity; left out, the parameter's value."""
    share: Share = 0.1
    """Share of schools labelled *design*."""
    not_yet: Share = 0.0
    """Share of schools, lowest on the signal of adopt-and-adapt capacity, told *not yet* (they wait for slack)."""


class Competition(Closed):
    """Design competitions: teams enter, some win a launch prize, the best version raises the practice's quality."""

    entries: ByDistrictCount = Field(default={OTHERS: 0})
    """Finalists per competition. By district."""
    prizes: Annotated[int, Field(ge=0, le=1000), Unit("schools")] = 1
    """Winners per competition; each becomes a pilot site."""
    reliability: Share = 0.6
    """ρ_s: correlation of the jury's score with true quality."""
    start: ByDistrictMonth = Field(default={OTHERS: 0})
    """The first call is in the first October from this month on. By district."""
    rounds: Annotated[int, Field(ge=1, le=50), Unit("yearly rounds")] = 1
    """Number of yearly rounds."""
    years: Annotated[int, Field(ge=1, le=100), Unit("years")] = 3
    """How long a winner stays a pilot site."""


class Partner(Closed):
    """An outside partner or regional fund: ties members across districts, brings coaches, money and experience."""

    name: Slug
    """Short name of the partner."""
    members: dict[str, Annotated[int, Field(ge=1, le=100_000), Unit("schools")] | Literal["all"]]
    """District id → number of member schools, or ``all``."""
    select: Literal["random", "need"] = "random"
    """How members are picked within a district: by lot, or neediest first."""
    level: Share = 1.0
    """How active the partner is after the ramp, 0–1."""
    start: Month = 0
    """First month."""
    stop: Month | None = None
    """First month without it; left out, it stays."""
    ramp: Month = 12
    """Months to the full level."""
    fte: Annotated[float, Field(ge=0, le=1000), Unit("full-time coaches")] = 0.0
    """Coaches the partner pays at full level, shared among member districts by teachers."""
    match: Share = 0.0
    """Share of its member districts' launch, zone, competition and fee costs that the partner pays while active."""
    stock: Annotated[float, Field(ge=0, le=1000), Unit("school-years")] = 3.0
    """EX*: the partner's outside experience, school-years (acts with structure.partner_stock)."""


class Networks(Closed):
    """Networks: convene; identify designers and adopters; design competitions; outside partners."""

    convene: Level = LeverLevel()
    """Convene schools of a district."""
    identify: Identify = Identify()
    """Identify who designs and who adopts and adapts."""
    competition: Competition = Competition()
    """Design competitions."""
    partners: list[Partner] = []
    """Outside partners and regional funds."""


class Slots(Closed):
    """A quota on schools that may start installing, per year and practice."""

    per_year: ByDistrictCount
    """Largest number of entrants a year for each practice. By district."""
    need_weight: Share = 0.0
    """w_sel: 0 ranks schools by the signal of capacity, 1 by need."""


class Budget(Closed):
    """A district's yearly money for innovation; unspent money is carried over."""

    annual: ByDistrictMoney
    """Dollars per fiscal year. By district."""
    cut_first: list[Literal["coaches", "sites"]] = ["coaches", "sites"]
    """What is scaled back, in this order, when the plan of a year exceeds the money."""


class Superintendent(Closed):
    """When superintendents leave."""

    exits: Annotated[dict[str, Exits], BeforeValidator(_for_all)] = Field(default={OTHERS: "hazard"})
    """``hazard`` (by the parameter's hazard), ``never``, or a list of months. By district."""


class Policy(Closed):
    """Everything the district does: the four lever families, and the conditions around them."""

    goals: Goals = Goals()
    """Goals."""
    flexibility: FlexibilityFamily = FlexibilityFamily()
    """Flexibility."""
    talent: Talent = Talent()
    """Talent."""
    networks: Networks = Networks()
    """Networks."""
    sponsorship: Step = StepLevel()
    """π_d: the superintendent's sponsorship. It starts at once unless a ramp is given."""
    mandate: Step = StepLevel()
    """Order schools to install: the share of schools ordered. It starts at once unless a ramp is given."""
    superintendent: Superintendent = Superintendent()
    """Superintendents' exits."""
    slots: Slots | None = None
    """A quota on entrants."""
    budget: Budget | None = None
    """A budget."""
    adaptive: bool = False
    """Review practices each June and redraw those whose results disappoint."""
    share_failures: bool = False
    """Turn dropped schools into shared lessons (needs talent.sharing)."""


class Structure(Closed):
    """Structural switches: what kind of model this is. Claims should hold across them."""

    contagion: Literal["hazard", "logit", "threshold"] = "logit"
    """Form of the decision to install (E11). Not identified by available data."""
    coherence: bool = True
    """Off: local variants are alike everywhere (g ≡ 1)."""
    commitment: bool = True
    """Off: commitment stays at its reference."""
    closing: bool = True
    """Off: no principal closes."""
    dip: bool = False
    """On: mechanical use costs results (the implementation dip as a term of its own)."""
    integrity: bool = False
    """On: self-made versions lose ambition without goals or codified core."""
    critical_mass: bool = False
    """On: more active schools in the district protect each of them."""
    dilution: bool = False
    """On: more coaches mean weaker coaches."""
    learning_curve: bool = False
    """On: codified knowledge speeds mastery."""
    regime: bool = False
    """On: experience made under other rules transfers less."""
    feeder: bool = False
    """On: schools are also tied to their feeder schools."""
    partner_stock: bool = False
    """On: partners bring and gather experience of their own."""


class Practice(Closed):
    """A practice. Fields left out come from the catalogue entry of the same name, or of the one named in ``like``."""

    like: Slug | None = None
    """Catalogue entry to start from."""
    title: str | None = None
    """Name in charts and tables."""
    school_flexibility: Share | None = None
    """ψS: share of the practice that needs school-level flexibility."""
    classroom_flexibility: Share | None = None
    """ψC: share of the practice that needs classroom-level flexibility."""
    load: Annotated[float, Field(gt=0, le=100), Unit("times the reference")] | None = None
    """w: load weight (1 = reference)."""
    quality: Annotated[float, Field(gt=0, le=100), Unit("times the reference")] | None = None
    """q: quality (1 = reference)."""
    exit_hazard: Annotated[float, Field(ge=0, le=10), Unit("per year")] | None = None
    """μ0: base hazard of the continuation review, per year."""


Quantiles = Annotated[
    list[Annotated[float, Field(ge=0, le=100_000), Unit("teachers")]], Field(min_length=5, max_length=5)
]
ShareQuantiles = Annotated[list[Share], Field(min_length=5, max_length=5)]


class LevelProfile(Closed):
    """Schools of one level, as published."""

    schools: Annotated[int, Field(ge=1, le=200_000), Unit("schools")]
    """Number of schools."""
    teachers: Quantiles
    """5, 25, 50, 75 and 95 % quantiles of teachers per school."""
    low_income: ShareQuantiles
    """5, 25, 50, 75 and 95 % quantiles of the low-income share."""
    students_per_teacher: Annotated[float, Field(gt=0, le=100), Unit("students")] = 16.0
    """Students per teacher."""


class Spacing(Closed):
    """How schools lie in space."""

    nearest_km: Annotated[float, Field(gt=0, le=1000), Unit("km")]
    """Median distance to the nearest school."""
    pairwise_km: Annotated[float, Field(gt=0, le=10_000), Unit("km")]
    """Median distance between two schools."""


class Profile(Closed):
    """A published profile from which schools are drawn."""

    elementary: LevelProfile | None = None
    """Elementary schools."""
    middle: LevelProfile | None = None
    """Middle schools."""
    high: LevelProfile | None = None
    """High schools."""
    other: LevelProfile | None = None
    """Other schools."""
    spacing: Spacing
    """Distances."""
    source: str = ""
    """Where the profile was published."""


class Columns(Closed):
    """Which column of a school table holds what."""

    id: str
    """Identity of a school; unique within its district; kept as text."""
    teachers: str
    """Teachers (full-time equivalents)."""
    low_income: str
    """Low-income share, 0–1."""
    name: str | None = None
    """Name."""
    level: str | None = None
    """Level (see ``levels``)."""
    students: str | None = None
    """Enrolment; left out, 16 students per teacher."""
    latitude: str | None = None
    """Degrees north."""
    longitude: str | None = None
    """Degrees east."""
    teachers_imputed: str | None = None
    """Estimated teachers, used only where ``fill.teachers`` says ``imputed``."""


class Fill(Closed):
    """What to do where a table is blank. Left out, a blank is refused. What was done is said with every result."""

    teachers: Literal["imputed", "leave_out"] | None = None
    """Blank or zero teachers: take the imputed column (then leave out what is still blank), or leave the school out."""
    low_income: Literal["median", "leave_out"] | None = None
    """Blank low-income share: take the district's median, or leave the school out."""
    coordinates: Literal["drawn", "leave_out"] | None = None
    """Blank coordinates: draw a place by the district's spacing, or leave the school out."""


class Table(Closed):
    """A CSV table of schools (plain or .gz)."""

    path: str | None = None
    """File, relative to the scenario's folder and inside the project's; or give it on the command line (--schools)."""
    columns: Columns
    """Column map."""
    levels: dict[str, Literal["elementary", "middle", "high", "other"]] = {}
    """Values of the level column; others count as ``other``."""
    keep: dict[str, str] = {}
    """Column → value: only rows with these values are schools (such as operating: 1)."""


class RealTies(Closed):
    """Real ties between a district's schools, in place of those that distance and need would give them (E7)."""

    path: str | None = None
    """File, relative to the scenario's folder and inside the project's: an edge list (.csv, .csv.gz; columns source,
    target and, if there are any, weight) or GraphML (.graphml)."""
    directed: bool | None = None
    """True: the source sees the target only. False: each sees the other. Left out: as GraphML says; of an edge list,
    each sees the other."""
    sees: dict[str, dict[str, Annotated[float, Field(gt=0, le=MOST_WEIGHT)]]] = {}
    """In place of a file: school → school that it sees → weight. Only relative weights count."""


class District(Closed):
    """A district: its schools from rows of the table, or drawn from a profile."""

    title: str
    """Name in charts and tables."""
    rows: dict[str, str] = {}
    """Column → value: the district's rows in the table."""
    fill: Fill = Fill()
    """What to do where the table is blank."""
    profile: Profile | None = None
    """Published profile, used when no table is given."""
    ties: RealTies | None = None
    """Real ties between its schools (of a table); left out, ties follow distance and need."""

    @model_serializer(mode="wrap")
    def _said(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``ties`` that are not given: a scenario that has none keeps its text, and so its identity."""
        said: dict[str, Any] = plain(self)
        return {key: value for key, value in said.items() if key != "ties" or value is not None}


class Where(Closed):
    """Where it happens."""

    districts: Annotated[dict[Slug, District], Field(min_length=1)]
    """Districts by id."""
    table: Table | None = None
    """Table that holds their schools."""
    world: Literal["redrawn", "fixed"] = "redrawn"
    """``redrawn``: unseen traits of schools (capacity, context, relevance) differ between replicates; ``fixed``: one
    world for all. What is read from data is never redrawn."""


class Override(Closed):
    """Another value for a parameter, with the reason."""

    value: float
    """The value, within the parameter's range."""
    reason: Annotated[str, Field(min_length=3)]
    """Why."""


class Scenario(Closed):
    """A scenario: where, which practices, under which policy, for how long, in which kind of model."""

    format: Literal[1]
    """Version of this file format."""
    name: Slug
    """Short name: small letters, digits, - and _."""
    title: Annotated[str, Field(min_length=1, max_length=120)]
    """Name in charts and tables."""
    about: str = ""
    """What the scenario is for."""
    where: Where
    """Districts and their schools."""
    practices: Annotated[dict[Slug, Practice], Field(min_length=1, max_length=8)]
    """The practices that spread, one or several at once (8 at most)."""
    policy: Policy = Policy()
    """What the districts do."""
    structure: Structure = Structure()
    """What kind of model."""
    years: Annotated[int, Field(ge=1, le=100), Unit("years")] = 10
    """Horizon: years from the start of policy."""
    parameters: dict[str, Override] = {}
    """Other values for parameters of the register."""
    facts: list[Fact] = []
    """What is known of the real place, with sources."""
