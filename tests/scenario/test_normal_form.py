"""The normal form of files: the same values and comments, set out in one way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simdiff.scenario import ScenarioError, load_scenario, shipped_experiments, shipped_scenarios
from simdiff.scenario.normal import normal_form

SHIPPED = [*shipped_scenarios().values(), *shipped_experiments().values()]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_shipped_files_are_in_normal_form(path: Path) -> None:
    """Catches a shipped file that `simdiff fmt` would change."""
    assert normal_form(path) == path.read_text(encoding="utf-8")


def untidy(text: str) -> str:
    """The same file with Windows' line ends, a byte order mark, and spaces after colons and at the ends of lines."""
    lines, folded = [], None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        folded = None if folded is not None and line.strip() and indent <= folded else folded
        if folded is None and "#" not in line and ">-" not in line:
            line = re.sub(r"^( *(?:- )?[\w-]+:) ", r"\1   ", line) + "  "
        folded = indent if ">-" in line else folded
        lines.append(line)
    return "\ufeff" + "\r\n".join(lines)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_meaning_stays_whatever_the_form(name: str, write: Callable[..., Path]) -> None:
    """Catches a value or a comment that changes with the form, and a form that is not the same the second time."""
    path = shipped_scenarios()[name]
    for base in path.parent.glob("*.yaml"):
        write(base.read_bytes(), base.name)
    file = write(untidy(path.read_text(encoding="utf-8")), path.name)
    before, text = load_scenario(file), file.read_text(encoding="utf-8")
    new = normal_form(file)
    assert new != text
    file.write_text(new, encoding="utf-8", newline="")
    assert load_scenario(file).text == before.text == load_scenario(path).text
    assert normal_form(file) == new
    assert new.count("#") == path.read_text(encoding="utf-8").count("#")


def test_the_form_itself(write: Callable[..., Path]) -> None:
    """Catches a change of the form: indents, lists, nulls, quotes, comments, flow style where it fits and where not."""
    long = ", ".join(f"word{n}" for n in range(20))
    text = f"""# head
a:   1   # beside
b:
    - x
    - 'y'   # second
c: {{d: 012, e:   [1.50, "two"]}}
f: ~
g: [{long}]

# tail of g
h: >-
  folded
  text
"""
    words = "\n".join(f"  - word{n}" for n in range(20))
    assert (
        normal_form(write(text))
        == f"""# head
a: 1     # beside
b:
  - x
  - 'y'     # second
c: {{d: 012, e: [1.50, "two"]}}
f: null
g:
{words}

# tail of g
h: >-
  folded
  text
"""
    )


@pytest.mark.parametrize("text", ["a: [1", "a: 1\na: 2\n", "a: &x 1\n", "", "a: !x 1\n", "- 1\n"])
def test_what_cannot_be_read_is_refused(write: Callable[..., Path], text: str) -> None:
    """Catches a formatter that repairs, and so changes, what it does not understand."""
    with pytest.raises(ScenarioError):
        normal_form(write(text))


def test_comments_inside_brackets_are_never_lost(write: Callable[..., Path]) -> None:
    """Catches a comment that is lost silently."""
    file = write("a: [1,  # one\n  2]  # two\nb: {c: 1,  # three\n  d: 2}\n")
    before = file.read_bytes()
    with pytest.raises(ScenarioError, match="a comment would be lost or change"):
        normal_form(file)
    assert file.read_bytes() == before
