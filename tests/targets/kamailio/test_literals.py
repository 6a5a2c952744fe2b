"""Text becomes data and nothing else."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan_kamailio.literals import Literal, NotALiteralError, check, module

HOSTILE = (
    "x'); __import__('os').system('id'); ('",
    'x"); __import__("os").system("id"); ("',
    "'''\"\"\"",
    "a\r\nb\nc\rd",
    "# comment",
    "\\",
    "\\'",
    "\x00\x07\x1b[31m",
    "\u2028\u2029\u202e",
    "\U0001f4de",
    "{{ x }} {% raw %} %s",
    "\n}\nimport os\n{",
    "a" * 100_000,
)

literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=8,
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def value_of(text: bytes, name: str) -> object:
    """What the module assigns to a name; fails when it holds anything but assignments after its docstring."""
    tree = ast.parse(text)
    found = {}
    for statement in tree.body[1:]:
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.targets[0], ast.Name)
        found[statement.targets[0].id] = ast.literal_eval(statement.value)
    return found[name]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    written = module(text, {"NAMES": {text: (text, 1)}, "ONE": text, "MANY": ((text,), (text, text))})
    assert value_of(written, "NAMES") == {text: (text, 1)}
    assert value_of(written, "ONE") == text
    assert value_of(written, "MANY") == ((text,), (text, text))


@given(st.dictionaries(texts, literals, max_size=5), literals)
def test_round_trip(records: dict[str, Literal], value: Literal) -> None:
    written = module("doc", {"RECORDS": records, "VALUE": value})
    assert value_of(written, "RECORDS") == records
    assert repr(value_of(written, "VALUE")) == repr(value)


def test_one_sorted_record_a_line() -> None:
    written = module("Doc.", {"USERS": {"b": (1, None), "a": ("x",)}, "BLOCKS": (("1", "2"), ("3", "4")), "NONE": {}})
    assert written.decode() == (
        '"Doc."\n\nUSERS = {\n    "a": ("x",),\n    "b": (1, None),\n}\n'
        '\nBLOCKS = (\n    ("1", "2"),\n    ("3", "4"),\n)\n\nNONE = {}\n'
    )


@given(st.dictionaries(texts, literals, max_size=8), st.randoms())
def test_order_of_the_input_does_not_matter(records: dict[str, Literal], random: object) -> None:
    items = list(records.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert module("d", {"A": records}) == module("d", {"A": dict(items)})


@pytest.mark.parametrize("value", [1.5, [1], {1, 2}, b"x", object(), ("a", [1])])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(NotALiteralError):
        module("doc", {"X": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("name", ["x y", "lower", "\u00c4", "A\nimport os", ""])
def test_names_are_ours(name: str) -> None:
    with pytest.raises(NotALiteralError):
        module("doc", {name: 1})


def test_lone_surrogate_is_refused() -> None:
    with pytest.raises(NotALiteralError):
        module("doc", {"X": "\ud800"})


@pytest.mark.parametrize(
    "text",
    [
        '"d"\nX = 2\n',
        '"d"\nX = True\n',
        '"d"\nX = 1\nY = 1\n',
        '"d"\nX = 1\nimport os\n',
        '"d"\nX = int(1)\n',
        '"d"\nX = f"{1}"\n',
        '"other"\nX = 1\n',
        "X = 1\n",
        '"d"\nX = (\n',
        '"d"\nX = 1\nX = 1\n',
    ],
)
def test_anything_else_is_noticed(text: str) -> None:
    check('"d"\nX = 1\n', "d", {"X": 1})
    with pytest.raises(NotALiteralError):
        check(text, "d", {"X": 1})
