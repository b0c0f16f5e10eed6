"""The page as people use it: headless Chromium, its network cut, driven by clicks and keys."""

import json
import re

import psutil
import pytest
from served import HOSTILE, SMALL, serving

from simdiff.analysis.report_rows import summary_rows
from simdiff.explore.whatif import Studio
from simdiff.model.run import simulate
from simdiff.scenario import load_scenario
from simdiff.study.run import run_scenario

COACHES = '[data-path="policy.talent.coaching.per_100_teachers"]'
GOALS = '[data-path="policy.goals.goals.level"]'
DONE = '[data-replicates="200"]'
VIEWS = {"whatif": DONE, "world": ".map", "game": "#decide"}


def move(page, slider, value):
    """Move a slider as a hand does, and wait until the page has asked."""
    with page.expect_request(lambda one: one.url.endswith("/ask/whatif")):
        page.locator(slider).evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')) }", str(value)
        )


def finished(page):
    page.wait_for_selector(f"#whatif {DONE}", timeout=180_000)
    return json.loads(page.locator("[data-numbers]").get_attribute("data-numbers"))


def run_to_the_end(loaded, replicates=200):
    rows = summary_rows(run_scenario(loaded, replicates=replicates, seed=1)[0])
    return {row["outcome"]: [row["median"], row["chance_05"], row["chance_95"]] for row in rows
            if row["year"] == loaded.scenario.years}  # fmt: skip


def test_what_if_by_keys_saved_and_shared(small, opened, tmp_path):
    """A slider moved by the keyboard moves B alone; what is saved runs to the very numbers of the page; what is shared
    opens without a network, with curves and numbers and no script."""
    page = opened(small.address)
    before = finished(page)
    assert {name: a for name, (a, _) in before.items()} == {name: b for name, (_, b) in before.items()}
    page.focus(COACHES)
    with page.expect_request(lambda one: one.url.endswith("/ask/whatif")):
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f"{COACHES}[aria-valuetext^='0.5 ']")
    page.wait_for_selector(".words li:has-text('0.5 full-time coaches')", timeout=180_000)
    after = finished(page)
    assert {name: a for name, (a, _) in after.items()} == {name: a for name, (a, _) in before.items()}
    with page.expect_download() as saved:
        page.click("#save")
    saved.value.save_as(tmp_path / saved.value.suggested_filename)
    loaded = load_scenario(tmp_path / "small-b.yaml")
    assert loaded.scenario.policy.talent.coaching.per_100_teachers == {"others": 0.5}
    known = run_to_the_end(loaded)
    assert {name: b for name, (_, b) in after.items()} == {name: known[name] for name in after}
    with page.expect_download() as shared:
        page.click("#share")
    shared.value.save_as(tmp_path / "shared.html")
    text = (tmp_path / "shared.html").read_text(encoding="utf-8")
    assert "it does not forecast a named district" in text
    assert "chance alone" in text.lower()
    assert not re.search(r"<script(?! type=.application/json)|https?://(?!www\.w3\.org/2000/svg)|src=", text)
    assert text.count("<svg") == 5


def test_reload_keeps_the_policies(small, opened):
    """Catches sliders that a reload forgets, and a second page that is given the first one's."""
    page = opened(small.address)
    finished(page)
    move(page, COACHES, 0.3)
    known = finished(page)
    page.reload()
    assert finished(page) == known
    assert page.locator(COACHES).input_value() == "0.3"
    other = opened(small.address, context=page.context)
    finished(other)
    assert other.locator(COACHES).input_value() == "1"


def test_one_world_school_by_school(small, opened):
    """Played, paused and stepped it is the engine's replicate; a school tells its story; the table is what is asked."""
    page = opened(small.address)
    page.click("#tab-world")
    page.wait_for_selector(".map")
    page.click("#play")
    page.wait_for_selector("#world .status:has-text('(month ')")
    page.click("#play:has-text('Pause')")
    page.wait_for_selector("#play:has-text('Play')")
    for month in (15, 27, 36):
        page.locator("#world input[type=range]").evaluate(
            "(i, month) => { i.value = month; i.dispatchEvent(new Event('change')) }", month)  # fmt: skip
        page.wait_for_selector(f"#world .status:has-text('(month {month - 1})')")
    sim = simulate(Studio(1).inputs(load_scenario(small.log.parent / "small.yaml")), 0)
    stages = sim.use["stage"][:, 0].tolist()
    names = ["none", "explore", "install", "initial", "full", "dropped"]
    words = ["none", "exploring", "installing", "initial use", "full use", "dropped"]
    told = ", ".join(f"{stages.count(n)} {word}" for n, word in enumerate(words) if n in stages)
    assert told in page.inner_text("#world .status")
    page.wait_for_selector("caption:has-text('12 of 12 schools')")
    page.select_option("#world fieldset select >> nth=0", names[stages[0]])
    page.wait_for_selector(f"caption:has-text('{stages.count(stages[0])} of 12 schools')")
    launched = int((sim.use["launched"][:, 0] >= 12).argmax())
    assert sim.use["launched"][launched, 0] >= 12, "no school launches: choose another scenario"
    page.locator(f'[data-row="{launched}"] .hit').dispatch_event("click")
    page.wait_for_selector(".story li:has-text('It launched')")
    page.locator(".story summary").first.click()
    assert page.locator(".story details[open] td").count() > 2
    page.click("text=Back a year")
    page.wait_for_selector("#world .status:has-text('(month 23)')")
    page.check("#world input[type=checkbox]")
    assert page.locator(".tie").count() > 10


def test_results_are_looked_through_and_replayed(tmp_path, opened):
    """Rankings in words, a chart with its story, and a world replayed: its end is the value of its dot."""
    from simdiff.api import sweep

    (tmp_path / "small.yaml").write_text(SMALL.format(title="Small", practice="Paths"), encoding="utf-8")
    (tmp_path / "doses.yaml").write_text(
        "format: 1\nname: doses\ntitle: Doses <b>\nscenarios: {small: {scenario: small.yaml}}\n"
        "factors: {coaches: {path: policy.talent.coaching.per_100_teachers, values: [0, 1.5]}}\nreplicates: 6\n"
    )
    found = sweep(tmp_path / "doses.yaml", tmp_path / "doses", progress=False)
    values = found.table("depth", years=3)
    with serving(tmp_path / "doses", tmp_path / "log") as served:
        page = opened(served.address)
        page.wait_for_selector("#alt", state="attached", timeout=180_000)
        assert page.inner_text("#title") == "Doses <b>"
        assert "Ranking" in page.inner_text("#results")
        assert page.locator("#results .dot").count() == 12
        with page.expect_download() as chart:
            page.click("text=Download SVG")
        chart.value.save_as(tmp_path / "chart.svg")
        assert "<svg" in (tmp_path / "chart.svg").read_text()
        cell = values["cell"].iloc[-1]
        page.select_option("#one select", cell)
        page.locator("#one input").last.fill("4")
        page.click("#replay")
        page.wait_for_selector("#world .status:has-text('replicate 4'):has-text('(month 35)')")
        one = values[(values["cell"] == cell) & (values["replicate"] == 4)]["value"].iloc[0]
        said = page.inner_text('dd[data-outcome="depth"]')
        assert float(said.removesuffix("%")) == pytest.approx(100 * one, abs=0.5)


def test_the_game_is_played_to_its_end(small, opened):
    """Three Julys, each decided; then what was judgement and what luck. A reload keeps what was decided."""
    page = opened(small.address)
    page.click("#tab-game")
    for year in (1, 2, 3):
        page.wait_for_selector(f"#decide:has-text('Decide for year {year}')")
        page.check('[data-family="talent"] input[value="2"]')
        page.click("#decide")
    page.wait_for_selector("#game-luck", timeout=180_000)
    assert "Best known at equal spend" in page.inner_text("#game-rival")
    assert "95 % interval" in page.inner_text("#game-verdict")
    page.reload()
    page.wait_for_selector("#game-luck", timeout=180_000)
    page.click("#again")
    page.wait_for_selector("#decide:has-text('Decide for year 1')")


@pytest.mark.parametrize("width", [1280, 400])
def test_everybody_can_use_it(small, opened, width):
    """axe-core finds no serious fault in any view, nothing is wider than the screen, tabs answer to arrow keys, and the
    caveat and the kind of uncertainty are on the page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(small.address, width)
    for view, ready in VIEWS.items():
        page.wait_for_selector(ready, timeout=180_000)
        if view == "world":
            page.locator(".hit").first.dispatch_event("click")
            page.wait_for_selector(".story h3")
        found = axe.run(page).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert "it does not forecast a named district" in page.inner_text("footer")
        assert re.search("chance", page.inner_text("main"), re.IGNORECASE) or view == "game"
        page.focus("[role=tab][aria-selected=true]")
        page.keyboard.press("ArrowRight")


def test_hostile_names_stay_inert(tmp_path, opened):
    """Names that are markup are text on the page, in what is saved and in what is shared."""
    (tmp_path / "evil.yaml").write_text(SMALL.format(title=HOSTILE[:120], practice=HOSTILE), encoding="utf-8")
    with serving(tmp_path / "evil.yaml", tmp_path / "log") as served:
        page = opened(served.address)
        finished(page)
        assert page.inner_text("#title").startswith("<script>")
        assert page.locator("img[src=x]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        page.click("#tab-world")
        page.wait_for_selector(".map")
        page.click("#tab-whatif")
        with page.expect_download() as shared:
            page.click("#share")
        shared.value.save_as(tmp_path / "shared.html")
        text = (tmp_path / "shared.html").read_text(encoding="utf-8")
        assert "<script>document" not in text
        assert "<img" not in text
        page.route("**/*", lambda route: route.abort())  # as a stranger opens it, and nothing may be asked for
        asked = []
        page.on("request", lambda one: asked.append(one.url))
        page.goto("about:blank")
        page.set_content(text)
        assert page.locator("h1").inner_text().startswith(HOSTILE[:40])
        acting = "script:not([type='application/json']), img, iframe, object, embed, link, base, form, [src], [href]"
        assert page.locator(acting).count() == 0
        assert page.evaluate("[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
                             ".filter((name) => name.startsWith('on'))") == []  # fmt: skip
        assert page.locator("meta[http-equiv]").count() == 1
        assert page.title().startswith("simdiff: <script>"), "no script of a name has run"
        assert asked == []


MOVES = """async ([sliders, values]) => {
  for (const [n, value] of values.entries()) {
    const input = document.querySelector(sliders[n % sliders.length]);
    input.value = value;
    input.dispatchEvent(new Event("input"));
    await new Promise((resolve) => setTimeout(resolve, 50));  // longer than the page waits before it asks
  }
}"""
HEAP = """async () => {
  const sizes = [];
  for (let n = 0; n < 6; n += 1) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    sizes.push(performance.memory.usedJSHeapSize);
  }
  return Math.min(...sizes);
}"""
"""What a page holds once all that it let go is collected, which takes more than one go."""
SWAY = 300_000
"""Bytes by which a page of 3 MB sways from one look to the next, without a trend over thousands of moves."""
AT_ONCE = 20


def many_moves(served, opened, moves):
    """Two pages, moved in turn, most moves before the last one is answered: neither page disturbs the other, and
    neither they nor the server grow by more than 5 %. Sixty moves before fill what is kept."""
    first = opened(served.address)
    pages = [first, opened(served.address, context=first.context)]
    process, asked, sizes = psutil.Process(served.process.pid), [], []
    for page in pages:
        page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/ask/whatif") else None)
    for page in pages:
        finished(page)
    for n in range(-60, moves, AT_ONCE):
        page = pages[n // AT_ONCE % 2]
        page.evaluate(MOVES, [[COACHES, GOALS, COACHES], [(n + k) * 7 % 20 / 20 for k in range(AT_ONCE)]])
        finished(page)
        if n + AT_ONCE in (0, moves):
            heaps = [one.evaluate(HEAP) for one in pages]
            sizes.append([process.memory_info().rss, *heaps])
    assert len(asked) > moves
    before, after = sizes
    growth = (f"{name} {b / a - 1:+.1%}" for name, a, b in zip(("server", "A", "B"), before, after, strict=True))
    print(f"{len(asked):,} moves; memory: {', '.join(growth)}")
    grown = {name: (a, b) for name, a, b in zip(("server", "A", "B"), before, after, strict=True)
             if b > 1.05 * a + (0 if name == "server" else SWAY)}  # fmt: skip
    assert grown == {}


def test_a_hundred_moves(small, opened):
    """Catches memory that grows and pages that answer each other's questions."""
    many_moves(small, opened, 100)


@pytest.mark.slow
def test_two_thousand_moves(small, opened):
    """The same, twenty times as long."""
    many_moves(small, opened, 2000)


def test_the_numbers_shown_are_those_kept(small, opened):
    """Catches a table that shows something else than the numbers behind it."""
    page = opened(small.address)
    numbers = finished(page)
    row = page.locator("#whatif tbody tr", has_text="Depth").locator("td").first.inner_text()
    assert float(row.split("%")[0]) == pytest.approx(100 * numbers["depth"][0][0], abs=0.5)
