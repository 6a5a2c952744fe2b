"""Random masks, plans and numbers, aimed at each other."""

from __future__ import annotations

from hypothesis import strategies as st
from tests.strategies import NOWHERE

from ringplan.countries import COUNTRIES
from ringplan.dialable import lowered
from ringplan.ir import CALL_TYPES, CallTable, MaskRule, Plan
from ringplan.patterns import parse, specificity

BEGINNINGS = (
    "",
    "6",
    "60",
    "602",
    "0602",
    "90",
    "9",
    "0",
    "00",
    "00421",
    "00420",
    "1",
    "11",
    "12",
    "+420",
    "+421",
    "+",
)
steps = st.sampled_from([*"0126", "?", "?", "[0-4]", "[16]", "[2-57]"])


@st.composite
def masks(draw: st.DrawFn) -> str:
    """A mask as it is written; most match numbers of the strategy below."""
    text = draw(st.sampled_from(BEGINNINGS)) + "".join(draw(st.lists(steps, max_size=4)))
    text += draw(st.sampled_from(("", "*", "*", "??????")))
    return text if text.strip("+") else text + "*"


@st.composite
def tables(draw: st.DrawFn, country: str) -> CallTable:
    """A table whose masks are in their order of precedence."""
    rules = []
    for name in "abcd"[: draw(st.integers(0, 4))]:
        allowed = draw(st.booleans())
        for text in draw(st.lists(masks(), min_size=1, max_size=3)):
            for pattern in lowered(COUNTRIES[country], text):
                rules.append(MaskRule(str(pattern), allowed, f"novak/number_masks/{name}", NOWHERE))
    rules.sort(key=lambda rule: (specificity(parse(rule.pattern)), rule.allowed, rule.mask, rule.pattern))
    return CallTable(tuple(rules), tuple((name, draw(st.booleans())) for name in CALL_TYPES))


def plans(country: str) -> st.SearchStrategy[Plan]:
    """A whole plan."""
    return st.builds(Plan, st.just("novak/calling_plan"), tables(country), tables(country), st.just(NOWHERE))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """E.164 numbers, short codes, extensions; some of a length no country has."""
    kind = draw(st.sampled_from(("own", "own", "abroad", "short", "extension", "odd")))
    digits = st.text("0126", min_size=0, max_size=9)
    lengths = st.sampled_from((9, 9, 9, 9, 8, 10))
    match kind:
        case "own":
            beginning = draw(st.sampled_from(("6", "60", "602", "90", "9", "22", "800", "840", "7", "1")))
            return (
                "+" + draw(st.sampled_from(("420", "421"))) + (beginning + draw(digits)).ljust(10, "1")[: draw(lengths)]
            )
        case "abroad":
            return "+" + draw(st.sampled_from(("4930", "1202", "42", "7", "9"))) + draw(digits).ljust(8, "2")
        case "short":
            return "1" + draw(st.text("0126", min_size=2, max_size=5))
        case "extension":
            return draw(st.text("0126", min_size=2, max_size=6))
        case _:
            return "+" + draw(st.text("0124", min_size=1, max_size=14))
