"""The algebra of number masks against brute force over short strings."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan.patterns import (
    MAX_LENGTH,
    Pattern,
    intersection,
    is_empty,
    is_subset,
    literal_prefix,
    matches,
    outside,
    parse,
    specificity,
    witness,
)

ALPHABET = "129"
STRINGS = ["".join(text) for length in range(7) for text in product(ALPHABET, repeat=length)]
"""Longer by two than any pattern below, so that whatever happens at ends is seen."""

steps = st.sampled_from([*ALPHABET, "?", "[12]", "[1-8]", "[29]", "[1,9]"])
patterns = st.builds(
    lambda beginning, end: parse("".join(beginning) + end), st.lists(steps, max_size=4), st.sampled_from(["", "*"])
)


def language(pattern: Pattern) -> set[str]:
    """Brute force."""
    return {text for text in STRINGS if matches(pattern, text)}


@given(patterns, patterns)
def test_intersection_is_what_both_match(one: Pattern, other: Pattern) -> None:
    both = intersection(one, other)
    assert (language(both) if both else set()) == language(one) & language(other)
    assert both is None or (matches(one, witness(both)) and matches(other, witness(both)))


@given(patterns, patterns)
def test_subset(one: Pattern, other: Pattern) -> None:
    # Of [1-8] and ? the alphabet shows only part; the algebra knows all ten digits.
    if is_subset(one, other):
        assert language(one) <= language(other)
    else:
        text = outside(one, [other])
        assert text is not None
        assert matches(one, text)
        assert not matches(other, text)


@given(patterns, st.lists(patterns, max_size=5))
def test_outside_finds_a_string_exactly_when_there_is_one(one: Pattern, others: list[Pattern]) -> None:
    found = outside(one, others)
    left = language(one).difference(*map(language, others))
    if found is None:
        assert not left
    else:
        assert matches(one, found)
        assert not any(matches(other, found) for other in others)


@given(patterns)
def test_writing_and_reading_again_changes_nothing(pattern: Pattern) -> None:
    assert parse(str(pattern)) == pattern
    assert matches(pattern, witness(pattern))
    assert witness(pattern).startswith(literal_prefix(pattern))
    assert not is_empty(pattern)


@pytest.mark.parametrize(
    ("mask", "yes", "no"),
    [
        ("555*", ("555", "5551", "555000000000"), ("55", "554", "5545", "", "+555", "555a", "555*")),
        ("222??33*", ("2220033", "22299331"), ("222033", "2220034")),
        ("[2-57]1", ("21", "51", "71"), ("61", "11", "2", "211")),
        ("[2-5,7]1", ("21", "51", "71"), ("61", ",1")),
        ("*", ("", "0", "112"), ("*", "sip", "1 2")),
        ("1188", ("1188",), ("118", "11880")),
        ("???", ("112", "000"), ("11", "1122", "\u0661\u0661\u0662")),
    ],
)
def test_what_masks_match(mask: str, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert [text for text in yes if not matches(parse(mask), text)] == []
    assert [text for text in no if matches(parse(mask), text)] == []


@pytest.mark.parametrize(
    "wrong",
    ["6*02", "**", "[]", "[5-2]", "[1", "1]", "[a]", "+1", "1 2", "x", "[1-]", "[,1]", "\u0661", "1\n", "1" * 161],
)
def test_what_is_no_pattern(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"not a pattern|ends before"):
        parse(wrong)


def test_the_longest_pattern_is_read() -> None:
    assert len(parse("1" * MAX_LENGTH).steps) == MAX_LENGTH


def test_the_more_specific_comes_first() -> None:
    order = ["9001", "90[01]1*", "90[0-4]", "90[0-4]*", "90??", "90?", "90?*", "90", "90*", "9[0-4]?", "9*", "?", "*"]
    backwards = order[::-1]
    assert sorted(backwards, key=lambda text: specificity(parse(text))) == order


def test_a_class_of_one_or_of_all_digits_is_what_it_means() -> None:
    assert specificity(parse("[9]0*")) == specificity(parse("90*"))
    assert str(parse("[0-9][9]")) == "?9"
    assert str(parse("[7,2345,9]")) == "[2-579]"
