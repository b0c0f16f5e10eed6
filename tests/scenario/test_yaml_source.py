"""YAML's traps: none of them may change a value silently, build an object, or end in a traceback."""

import pytest

from simdiff.scenario.source import DEEPEST, LARGEST_FILE, read_source


def value_of(write, text):
    source = read_source(write(f"a: {text}\n"))
    assert source.problems == ()
    return source.root.plain()["a"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("y", "y"), ("true", True), ("True", True),
        ("FALSE", False), ("tRUE", "tRUE"), ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("1:30", "1:30"), ("190:20:30", "190:20:30"), ("012", 12), ("0o14", 12), ("0x1F", 31), ("0b11", "0b11"),
        ("1_000", "1_000"), ("-_", "-_"), ("+7", 7), ("-0", 0), ("1e3", 1000.0), (".5", 0.5), (".5e1", 5.0),
        ("1.", 1.0), ("-.5", -0.5), (".", "."), ("-", None), ("1.2.3", "1.2.3"), ("2024-01-01", "2024-01-01"),
        ("'012'", "012"), ('"1e3"', "1e3"), ("'null'", "null"), ("=", "="), ("<<", "<<"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_rules(write, text, value):
    if text == "-":
        value = [None]
        text = "\n - "
    read = value_of(write, text)
    assert read == value
    assert type(read) is type(value)


def test_keys_are_taken_as_text(write):
    source = read_source(write("1: x\nnull: y\nno: z\n<<: w\n"))
    assert source.root.plain() == {"1": "x", "null": "y", "no": "z", "<<": "w"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: found the key `a` again, expected it once (first on line 1)"),
        ("a: &x [1]\n", "1:4: found the anchor `&x`, expected none (use `extends:`)"),
        ("a: *x\n", "1:4: found the alias `*x`, expected the value itself (or use `extends:`)"),
        ("a: !!str 1\n", "1:4: found the tag `tag:yaml.org,2002:str`, expected a value without a tag"),
        ("a: !x [1]\n", "1:4: found the tag `!x`, expected a value without a tag"),
        ("a: ! b\n", "1:4: found the tag `!`, expected a value without a tag"),
        ("--- !x\na: 1\n", "1:5: found the tag `!x`, expected a value without a tag"),
        ("!x a: 1\n", "1:1: found the tag `!x`, expected a value without a tag"),
        ("a: !!python/object/apply:os.system [ls]\n",
         "1:4: found the tag `tag:yaml.org,2002:python/object/apply:os.system`, expected a value without a tag"),
        ("a: 1\n---\nb: 1\n", "2:1: found a second document (---), expected one document in a file"),
        ("%YAML 1.1\n---\na: 1\n", "2:1: found a directive (%), expected none"),
        ("- a\n- b\n", "1:1: the file holds no mapping, expected `key: value` lines"),
        ("word\n", "1:1: the file holds no mapping, expected `key: value` lines"),
        ("", "1:1: the file is empty, expected a mapping"),
        ("# only a comment\n", "1:1: the file is empty, expected a mapping"),
        ("---\n", "1:1: the file is empty, expected a mapping"),
        (b"a: \xff\n", "1:4: not UTF-8 text, expected a file saved as UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: not UTF-8 text, expected a file saved as UTF-8"),
        ("a: 1\nb: x\0y\n", "2:5: found the control character U+0000, expected plain text"),
        ("a:\n\tb: 1\n", "2:1: found a tab, expected spaces"),
        ("a: 1\n# x\x07\n", "2:4: found the control character U+0007, expected plain text"),
        ('a: "x\\0y"\n', "1:4: found the control character U+0000 in a text, expected plain text"),
        ('a: "\\ud800"\n', "1:4: found the control character U+D800 in a text, expected plain text"),
        ("a: .nan\n", "1:4: found .nan, expected a finite number"),
        ("a: -.inf\n", "1:4: found -.inf, expected a finite number"),
        ("a: 1e999\n", "1:4: found 1e999, expected a finite number"),
        (f"a: {'9' * 5000}\n", "1:4: number too long, expected at most 40 digits"),
        ("? [a]\n: 1\n", "1:3: found a key that is a list or mapping, expected a word"),
        (f"? {'k' * 300}\n: 1\n", "1:3: key too long, expected at most 200 characters"),
    ],
)  # fmt: skip
def test_traps_are_refused_at_their_place(write, text, said):
    assert [str(problem) for problem in read_source(write(text)).problems] == [f"a.yaml:{said}"]


def test_bom_and_windows_line_ends_are_tolerated(write):
    source = read_source(write(b"\xef\xbb\xbfa: 1\r\nb: two\r\n"))
    assert source.problems == ()
    assert source.root.plain() == {"a": 1, "b": "two"}
    assert source.root.value["b"].spot.line == 2


def test_size_has_a_cap(write):
    at_cap = "a: 1\n#" + "x" * (LARGEST_FILE - 6)
    assert read_source(write(at_cap)).problems == ()
    (problem,) = read_source(write(at_cap + "x")).problems
    assert str(problem) == "a.yaml:1:1: file too large, expected at most 1,000,000 bytes"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_nesting_has_a_cap(write, opening, closing):
    # The top mapping is the first level, so its value may nest one level less than the cap (with a scalar inside).
    fits = DEEPEST - 2
    assert read_source(write(f"a: {opening * fits}1{closing * fits}")).problems == ()
    for depth in (fits + 2, 50_000):
        (problem,) = read_source(write(f"a: {opening * depth}")).problems
        assert "nested too deeply" in str(problem)


def test_deep_indentation_and_keys_do_not_recurse(write):
    for text in ("- " * 50_000, "? " * 50_000, "".join(f"{' ' * i}a:\n" for i in range(700))):
        (problem,) = read_source(write(text)).problems
        assert "nested too deeply" in str(problem)


def test_an_alias_bomb_is_never_expanded(write):
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{m}, *{m}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True))
    said = [str(problem) for problem in read_source(write(bomb)).problems]
    assert len(said) == 9 + 16  # nine anchors, eight times two aliases
    assert said[0] == "a.yaml:1:4: found the anchor `&a`, expected none (use `extends:`)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "3:2: not readable as YAML: expected ',' or ']', but got ':'"),
        ("a: 1\nb: 2\nc: 'x\n", "4:1: not readable as YAML: found unexpected end of stream"),
        ("a: 1\nb: x: y\n", "2:5: not readable as YAML: mapping values are not allowed here"),
        ('a: "\\q"\n', "1:6: not readable as YAML: found unknown escape character 'q'"),
    ],
)  # fmt: skip
def test_what_is_not_yaml_says_where(write, text, said):
    """The words are the parser's; lines and columns count from 1."""
    assert [str(problem) for problem in read_source(write(text)).problems] == [f"a.yaml:{said}"]


def test_lengths_that_just_fit(write):
    """A key of 200 letters and a number of 40 digits; one more is too long."""
    for fits, longer in ((f"{'k' * 200}: 1\n", f"{'k' * 201}: 1\n"), (f"a: {'1' * 40}\n", f"a: {'1' * 41}\n")):
        assert read_source(write(fits)).problems == ()
        (problem,) = read_source(write(longer)).problems
        assert "too long" in str(problem)


def test_no_more_than_twenty_letters_are_told(write):
    said = [str(problem) for problem in read_source(write("a:\n" + "\tb\n" * 30)).problems]
    assert said == [f"a.yaml:{line}:1: found a tab, expected spaces" for line in range(2, 22)]


def test_all_problems_of_form_come_at_once(write):
    said = [str(problem) for problem in read_source(write("a: !x 1\na: 2\nb: *c\nd: .inf\n")).problems]
    assert [line.split(":")[1] for line in said] == ["1", "2", "3", "4"]
