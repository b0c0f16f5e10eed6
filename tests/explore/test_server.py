"""The server of the explorer without a browser: who is answered, and what hostile questions do."""

import http.client
import json

import psutil
import pytest


def asked(served, method="POST", path=None, body=None, **headers):
    """Status and text of a raw request; headers that are None are left out."""
    # the first question may wait for the model to be compiled
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=240)
    usual = {"host": f"127.0.0.1:{served.port}", "content-type": "application/json",
             "origin": f"http://127.0.0.1:{served.port}"}  # fmt: skip
    sent = {name: value for name, value in (usual | headers).items() if value is not None}
    connection.putrequest(method, path or f"/{served.token}/ask/about", skip_host=True)
    content = (json.dumps({}) if body is None else body).encode()
    for name, value in sent.items():
        connection.putheader(name, value)
    if method == "POST" and "content-length" not in sent:
        connection.putheader("content-length", str(len(content)))
    connection.endheaders(content if method == "POST" else None)
    answer = connection.getresponse()
    text, known = answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return answer.status, text, known


def test_the_page_itself_is_answered(small):
    """The other way round from the refusals below: the same request with nothing wrong in it."""
    status, text, headers = asked(small)
    assert status == 200
    assert json.loads(text)["title"] == "Small"
    assert len(small.token) == 32  # hexadecimal: 128 bits
    status, text, headers = asked(small, "GET", f"/{small.token}/", origin=None)
    assert status == 200
    assert "<main>" in text
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(("status", "change"), [
    (404, {"path": "/" + "0" * 32 + "/ask/about"}),  # a wrong token
    (404, {"path": "/ask/about"}),  # none
    (404, {"method": "GET", "path": "/"}),
    (421, {"host": "evil.example"}),  # a name that was made to point here
    (421, {"host": "127.0.0.1:1"}),
    (403, {"origin": "http://evil.example"}),  # another site's page
    (403, {"origin": "null"}),
    (403, {"origin": None}),  # a form, or no page at all
    (403, {"content-type": "text/plain"}),  # what another site may send without asking
    (403, {"sec-fetch-site": "cross-site"}),
    (413, {"content-length": "2000000"}),
])  # fmt: skip
def test_what_is_not_the_page_is_refused(small, status, change):
    """Catches each guard that lets its own case through."""
    assert asked(small, **change)[0] == status


@pytest.mark.parametrize("name", ["../server.py", "..%2fserver.py", "%2e%2e/safety.py", "/etc/passwd", "x" * 3000])
def test_only_files_of_the_page_are_served(small, name):
    """Catches a path that leads out of the page's folder."""
    assert asked(small, "GET", f"/{small.token}/{name}", origin=None)[0] == 404


@pytest.mark.parametrize(("ask", "body"), [
    ("about", "not json"), ("about", "[]"), ("explain", "{}"), ("explain", '{"changes": []}'),
    ("whatif", '{"a": {}, "b": {}}'), ("whatif", '{"a": {}, "b": {}, "tab": "t", "question": 1, "practice": 9}'),
    ("to", '{"tab": "t", "month": "x"}'), ("begin", '{"tab": "t", "changes": {}, "replicate": -1}'),
    ("begin", '{"tab": "t", "changes": {}, "replicate": 1e99}'), ("points", '{"outcome": "depth"}'),
    ("play", '{"decisions": [[1, 2, 3]]}'), ("play", '{"decisions": [[9, 0, 0, 0]]}'), ("about", "[" * 100000),
])  # fmt: skip
def test_what_cannot_be_answered_is_told(small, ask, body):
    """Catches a crash of the server on a question that no page asks (the log of ``small`` stays empty)."""
    status, text, _ = asked(small, path=f"/{small.token}/ask/{ask}", body=body)
    assert status == 400
    assert "Traceback" not in text


def test_a_bad_setting_is_told_as_in_a_file(small):
    """Catches settings that are run unchecked."""
    body = json.dumps({"changes": {"policy.talent.coaching.per_100_teachers": 99, "policy.gaols.goals": 1}})
    status, text, _ = asked(small, path=f"/{small.token}/ask/explain", body=body)
    told = json.loads(text)["problem"]
    assert status == 422
    assert "found 99, expected a number from 0 to 20" in told
    assert "did you mean `goals`?" in told


def test_a_world_that_was_let_go_is_told(small):
    """Catches a page that would be answered with another page's world."""
    assert asked(small, path=f"/{small.token}/ask/to", body='{"tab": "nobody", "month": 3}')[0] == 410


ODD = [
    None, True, -1, 0, 1, 0.5, 10**9, 10**30, 1e308, "", "x", "9" * 5000, "a" * 10_000, [], [[]], [None],
    [[0, 0, 0, 0]] * 9,
    {}, {"x": {"y": 1}}, {"policy.mandate": 10**400}, {"years": 10**9}, {"": None}, "\x1b[31m", "../../etc/passwd",
    "<script>", "\ud800", [10**30], {"policy.talent.coaching.per_100_teachers": [1, 2]}, {"where": None},
    {"extends": "/etc/passwd"},
]  # fmt: skip
GOOD = {
    "changes": {}, "a": {}, "b": {}, "tab": "t", "question": 1, "practice": 0, "name": "n", "title": "T",
    "replicate": 0, "month": 1, "row": 0, "outcome": "depth", "decisions": [], "cell": "", "draw": 0,
    "kind": "adoption",
}  # fmt: skip
ASKS = ("about", "explain", "save", "begin", "to", "story", "select", "points", "compare", "chart", "memo", "play")


def odd_questions(served, ask, good, names, step):
    """Ask with every ``step``-th odd value in place of each good one; another part of them for the next name."""
    for n, name in enumerate(names):
        for odd in ODD[n % step :: step]:
            try:
                body = json.dumps({**good, name: odd})
            except ValueError:
                continue
            status, text, _ = asked(served, path=f"/{served.token}/ask/{ask}", body=body)
            assert status in (200, 400, 410, 422), (name, odd, status, text[:200])
            assert "root:" not in text


@pytest.mark.parametrize(("ask", "step"), [("begin", 4), ("story", 4),
                                           *((ask, 1) for ask in ASKS if ask not in ("begin", "story")),
                                           *(pytest.param(ask, 1, marks=pytest.mark.slow)
                                             for ask in ("begin", "story"))])  # fmt: skip
def test_odd_questions_never_break_the_server(small, ask, step):
    """Catches a question that ends in a traceback (500, and a line in the log, which stays empty), or in a file."""
    odd_questions(small, ask, GOOD, GOOD, step)


@pytest.mark.parametrize("body", ["[" * 900_000, '{"a":' * 150_000, "[" + "1," * 400_000 + "1]", "9" * 900_000,
                                  '"' + "\\u0000" * 150_000 + '"', "NaN", '{"changes": NaN}', "\x00",
                                  "{", ""])  # fmt: skip
def test_large_and_deep_questions_are_refused(small, body):
    assert asked(small, body=body)[0] in (200, 400)


def test_the_server_listens_on_this_machine_alone(small):
    """Catches a page that neighbours can reach, and a second door."""
    process = psutil.Process(small.process.pid)
    everyone = [process, *process.children(recursive=True)]
    sockets = [one for each in everyone for one in each.net_connections("inet")]
    listening = [one.laddr for one in sockets if one.status == psutil.CONN_LISTEN]
    assert [(one.ip, one.port) for one in listening] == [("127.0.0.1", small.port)]
