"""The page's server: what the page asks, answered as JSON. ``app_of`` makes it; ``serve`` runs it on this machine."""

import asyncio
import json
import logging
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simdiff.analysis.cell_values import AskError
from simdiff.analysis.matched import CompareError
from simdiff.explore import game, whatif
from simdiff.explore.base import Base, as_file, changed, practice_titles
from simdiff.explore.finished import Finished, chart_asked, compared
from simdiff.explore.knobs import knobs_of, school_count
from simdiff.explore.safety import HOST, App, guarded
from simdiff.explore.whatif import Studio
from simdiff.explore.world import GoneError, Worlds
from simdiff.model.run import simulate
from simdiff.report.asked import ChartError
from simdiff.report.charts import STAGE_COLOURS
from simdiff.report.explain import by_heading, explained
from simdiff.report.provenance import CAVEAT
from simdiff.scenario import Loaded, ScenarioError
from simdiff.study.cells import practices_of
from simdiff.study.sheet import ChangedError

TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
MOST_TABS = 200
"""Pages whose newest question is remembered."""
Said = Mapping[str, Any]
NO_GAME = {"policy.flexibility.pilots.sites": 0, "policy.flexibility.zone.schools": 0,
           "policy.networks.competition.entries": 0, "policy.networks.partners": []}  # fmt: skip
"""What a game leaves out of its scenario: it knows the four families alone."""


class Explorer:
    """What is explored, and what the pages have open."""

    def __init__(self, base: Base, finished: Finished | None = None) -> None:
        self.base, self.finished = base, finished
        self.studio, self.worlds = Studio(base.seed), Worlds()
        self.newest: OrderedDict[str, int] = OrderedDict()
        self.lock = threading.Lock()
        self.rivals: list[Any] = []

    def warm(self) -> None:
        """Simulate once, so that the model is compiled before anybody asks: a page that waits for that cannot be
        stopped."""
        simulate(self.studio.inputs(self.base.loaded), 0)

    def about(self, said: Said) -> Any:
        """What a page needs to begin with."""
        scenario, loaded = self.base.loaded.scenario, self.base.loaded
        rows = sum(len(one) for one in loaded.schools.values())
        return {
            "title": self.finished.results.title if self.finished else scenario.title, "name": scenario.name,
            "told": self.base.told, "seed": self.base.seed,
            "years": scenario.years, "practices": list(practice_titles(scenario).values()), "caveat": CAVEAT,
            "knobs": knobs_of(scenario, school_count(scenario, rows)), "stage_colours": STAGE_COLOURS,
            "table": bool(loaded.schools), "results": self.finished.overview() if self.finished else None,
            "efforts": game.EFFORT, "families": game.FAMILIES,
        }  # fmt: skip

    def explain(self, said: Said) -> Any:
        """A policy in plain sentences."""
        found = by_heading(explained(changed(self.base, said["changes"])))
        return [{"heading": heading, "sentences": [one.text for one in many]} for heading, many in found.items()]

    def save(self, said: Said) -> Any:
        """A policy as a scenario file, and the command that runs it to the numbers of the page."""
        name = str(said["name"])
        text = as_file(self.base, said["changes"], name, str(said["title"]))
        asked = f"--replicates {whatif.STEPS[-1]} --seed {self.base.seed}"
        schools = " --schools TABLE" if self.base.loaded.schools else ""
        return {"file": f"{name}.yaml", "text": text, "command": f"simdiff run {name}.yaml {asked}{schools}"}

    def whatif(self, said: Said) -> Iterator[bytes]:
        """Bands of A and B as lines of JSON, from few replicates to many; a newer question of the page ends it."""
        policies: list[Loaded] = [changed(self.base, said[one]) for one in ("a", "b")]
        tab, number, practice = str(said["tab"]), int(said["question"]), _practice(said)
        if not 0 <= practice < len(practices_of(self.base.loaded.scenario)):
            raise ValueError("no such practice")
        with self.lock:
            self.newest[tab] = max(number, self.newest.get(tab, 0))
            self.newest.move_to_end(tab)
            while len(self.newest) > MOST_TABS:
                self.newest.popitem(last=False)
        told = whatif.answers(self.studio, policies, practice, lambda: self.newest.get(tab) == number)
        return ((json.dumps(one) + "\n").encode() for one in told)

    def begin(self, said: Said) -> Any:
        """Begin a world: of a policy, or of a cell of the results."""
        if self.finished and said.get("cell"):
            inputs = self.finished.world(str(said["cell"]), int(said.get("draw", 0)))
        else:
            inputs = self.studio.inputs(changed(self.base, said["changes"]))
        return self.worlds.begin(str(said["tab"]), inputs, int(said["replicate"]), int(said.get("month", 0)),
                                 _practice(said))  # fmt: skip

    def to(self, said: Said) -> Any:
        """Live the world of a page to a month."""
        return self.worlds.to(str(said["tab"]), int(said["month"]), _practice(said))

    def story(self, said: Said) -> Any:
        """The story of a school."""
        return self.worlds.story(str(said["tab"]), int(said["row"]), _practice(said))

    def select(self, said: Said) -> Any:
        """The agents that meet every filter."""
        return self.worlds.select(str(said["tab"]), said)

    def points(self, said: Said) -> Any:
        """Cells of the results and their single worlds."""
        return self._finished().points(compared(said))

    def compare(self, said: Said) -> Any:
        """The results compared, in words."""
        return self._finished().comparison(compared(said))

    def chart(self, said: Said) -> Any:
        """A chart of the results."""
        return self._finished().chart(chart_asked(said))

    def memo(self, said: Said) -> Any:
        """A memo about the results, as the command line writes it."""
        return self._finished().memo(str(said.get("question", "")), compared(said), str(said["format"]))

    def play(self, said: Said) -> Any:
        """The game after the years decided; after the last, what it came to."""
        decisions = [[int(effort) for effort in year] for year in said["decisions"]]
        scenario = (loaded := changed(self.base, NO_GAME)).scenario
        if len(decisions) > scenario.years or any(
            len(year) != len(game.FAMILIES) or not all(0 <= effort < len(game.EFFORT) for effort in year)
            for year in decisions
        ):
            raise ValueError("no such decisions")
        inputs = self.studio.inputs(loaded)
        told = game.move(inputs, scenario, decisions, game.budget_of(inputs, scenario))
        if len(decisions) == scenario.years:
            self.rivals = self.rivals or game.rivals(inputs, scenario)
            told["verdict"] = game.verdict(inputs, scenario, decisions, self.rivals)
        return told

    def _finished(self) -> Finished:
        if self.finished is None:
            raise KeyError("no results are open")
        return self.finished


def _practice(said: Said) -> int:
    """The practice that a page looks at, by its place in the scenario."""
    return int(said.get("practice", 0))


def app_of(explorer: Explorer, token: str, port: int) -> App:
    """The whole application, guarded."""
    asks = (explorer.about, explorer.explain, explorer.save, explorer.whatif, explorer.begin, explorer.to,
            explorer.story, explorer.select, explorer.points, explorer.compare, explorer.chart,
            explorer.memo, explorer.play)  # fmt: skip
    routes = [Route(f"/ask/{ask.__name__}", _answering(ask), methods=["POST"]) for ask in asks]
    return guarded(Starlette(routes=[*routes, Route("/{name}", page), Route("/", page)]), token, port)


async def page(request: Request) -> Response:
    """A file of the page, from the package."""
    name = request.path_params.get("name", "index.html")
    folder = files("simdiff.explore") / "page"
    file = next((one for one in sorted(folder.iterdir(), key=str) if one.name == name), None)
    if file is None:
        return Response("not found", 404, media_type="text/plain")
    return Response(file.read_bytes(), media_type=TYPES[name.rpartition(".")[2]])


def _answering(ask: Callable[[Said], Any]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        try:
            said = await request.json()
            json.dumps(said, ensure_ascii=False).encode()  # half a character could be neither answered nor written
            if not isinstance(said, dict) or not all(isinstance(said.get(one, {}), dict) for one in
                                                     ("changes", "a", "b")):  # fmt: skip
                raise ValueError("expected a mapping")
            found = await run_in_threadpool(ask, said)
        except GoneError:
            return JSONResponse({"problem": "gone"}, 410)
        except (ScenarioError, ChartError, CompareError, AskError, ChangedError) as problem:
            return JSONResponse({"problem": str(problem)}, 422)
        except (KeyError, ValueError, TypeError, IndexError, OverflowError, RecursionError):
            return JSONResponse({"problem": "the page asked something that cannot be answered"}, 400)
        if isinstance(found, Iterator):
            return StreamingResponse(found, media_type="application/x-ndjson")
        return JSONResponse(found)

    return answer


def serve(explorer: Explorer, token: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; ``port`` 0: any that is free. ``ready`` is told the address. Raises OSError."""
    asyncio.run(_serve(explorer, token, port, ready))


async def _serve(explorer: Explorer, token: str, port: int, ready: Callable[[str], None]) -> None:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen(128)
    port = listening.getsockname()[1]
    app: Any = app_of(explorer, token, port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False,
                                           lifespan="off", ws="none",
                                           timeout_graceful_shutdown=2))  # fmt: skip
    # what a request that is cut off says of that is no fault
    logging.getLogger("uvicorn.error").addFilter(lambda record: not server.should_exit)
    ready(f"http://{HOST}:{port}/{token}/")
    await server.serve(sockets=[listening])
