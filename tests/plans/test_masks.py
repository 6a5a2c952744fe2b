"""Faults of masks and plans: what is reported, where, with which number; and what is not."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plans.manifests import USERS, load, reported
from tests.plans.strategies import masks as written_masks
from tests.strategies import NOWHERE

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Diagnostic, Sink
from ringplan.diagnostics.model import Applicability
from ringplan.dialable import lowered
from ringplan.frontend.load import load_tenant
from ringplan.ir import CALL_TYPES, CallTable, MaskRule
from ringplan.passes.dial_strings import DialStrings
from ringplan.passes.lower import lower
from ringplan.passes.mask_conflicts import Barred, Shadowed, Tie, findings
from ringplan.patterns import matches, parse, specificity
from ringplan_schema.calling_plan import NumberMask

PLAN = "calling_plan: {outgoing: {masks: {a: allow, b: deny}}}\n"


def codes(found: list[Diagnostic]) -> list[str]:
    return [one.code for one in found]


def only(found: list[Diagnostic], code: str) -> Diagnostic:
    assert codes(found) == [code], [(one.code, one.message) for one in found]
    return found[0]


def test_what_is_right_is_not_reported(tmp_path: Path) -> None:
    text = """\
number_masks: {premium: [+42090*, '976*'], partner: [+421905*, 222??33*], own: [1188]}
calling_plan:
  outgoing: {masks: {partner: allow, premium: deny}}
  forwarding: {masks: {premium: deny, own: allow}}
"""
    assert reported(tmp_path, text) == []


@pytest.mark.parametrize(("direction", "line"), [("outgoing", 9), ("forwarding", 9)])
def test_an_undefined_mask(tmp_path: Path, direction: str, line: int) -> None:
    text = "number_masks: {premium: [976*]}\n"
    text += f"departments:\n  d: {{calling_plan: {{{direction}: {{masks: {{premum: deny, premium: deny}}}}}}}}\n"
    found = only(reported(tmp_path, text), "RP421")
    assert (found.primary.span.line, found.message) == (line, "number mask `premum` is not defined")
    assert found.fixes[0].edits[0].text == "premium"


def test_a_mask_no_forwarding_entry_may_name(tmp_path: Path) -> None:
    users = USERS.replace("extension:", "forward: {selective: [{from: [boss, bos], to: phones}]}, extension:")
    found = only(reported(tmp_path, "number_masks: {boss: [976*]}\n", users=users), "RP421")
    assert found.message == "number mask `bos` is not defined"


def test_a_mask_nobody_uses(tmp_path: Path) -> None:
    found = only(reported(tmp_path, "number_masks: {premium: [976*]}\n"), "RP427")
    assert found.message == "number mask `premium` is used nowhere"


@pytest.mark.parametrize(
    ("country", "mask", "meant", "sure"),
    [
        ("CZ", "0602*", "602*", True),
        ("CZ", "090*", "90*", True),
        ("CZ", "01188", "1188", True),
        ("CZ", "000421*", "00421*", True),
        ("CZ", "00420602*", "602*", True),
        ("CZ", "000420602*", "602*", True),
        ("CZ", "420602123456", "+420602123456", False),
        ("CZ", "+00421905*", "+421905*", True),
        ("CZ", "2223334041", "+2223334041", False),
        ("CZ", "6021234567890123456789", None, False),
        ("CZ", "+0*", None, False),
        ("CZ", "+42060212345", None, False),
        ("SK", "905*", "0905*", False),
        ("SK", "00421905*", "0905*", True),
    ],
)
def test_a_mask_that_matches_nothing(tmp_path: Path, country: str, mask: str, meant: str | None, sure: bool) -> None:
    text = f"number_masks: {{m: [{mask}]}}\ncalling_plan: {{outgoing: {{masks: {{m: deny}}}}}}\n"
    found = only(reported(tmp_path, text, country), "RP424")
    assert found.message == f"no number that can be dialled matches `{mask}`"
    assert (found.primary.span.line, found.primary.span.column) == (7, 20)
    assert [fix.edits[0].text for fix in found.fixes] == ([meant] if meant else [])
    assert [fix.applicability is Applicability.MACHINE_APPLICABLE for fix in found.fixes] == ([sure] if meant else [])


@pytest.mark.parametrize(
    ("country", "mask"),
    [("SK", "0905*"), ("SK", "00905*"), ("CZ", "00*"), ("CZ", "0*"), ("CZ", "602*"), ("CZ", "9012"), ("CZ", "11881?")],
)
def test_a_mask_that_matches_something(tmp_path: Path, country: str, mask: str) -> None:
    text = f"number_masks: {{m: [{mask}]}}\ncalling_plan: {{outgoing: {{masks: {{m: allow}}}}}}\n"
    assert reported(tmp_path, text, country) == []


def test_with_another_outside_prefix(tmp_path: Path) -> None:
    text = 'dialing: {outside_prefix: "9"}\nnumber_masks: {m: [9602??????, 9602*]}\n'
    text += "calling_plan: {outgoing: {masks: {m: allow}}}\n"
    found = only(reported(tmp_path, text), "RP424")
    assert found.fixes[0].edits[0].text == "602??????"


def test_a_pattern_twice(tmp_path: Path) -> None:
    text = "number_masks: {a: [00421905*, 976*, +421905*]}\ncalling_plan: {outgoing: {masks: {a: allow}}}\n"
    found = only(reported(tmp_path, text), "RP425")
    assert found.message == "`+421905*` is in mask `a` twice"
    assert found.secondary[0].span.column == 20


@pytest.mark.parametrize(("mask", "numbers"), [("11?", "`112`"), ("15[05]", "`150` and `155`"), ("112", "`112`")])
def test_a_mask_that_matches_emergency_numbers(tmp_path: Path, mask: str, numbers: str) -> None:
    text = f'number_masks: {{m: ["{mask}"]}}\ncalling_plan: {{outgoing: {{masks: {{m: deny}}}}}}\n'
    found = only(reported(tmp_path, text), "RP426")
    assert found.message == f"`{mask}` matches {numbers}, but emergency calls are never screened"


def test_a_mask_that_bars_colleagues(tmp_path: Path) -> None:
    text = "number_masks: {m: [90*]}\ncalling_plan: {outgoing: {masks: {m: deny}}}\n"
    found = only(reported(tmp_path, text), "RP428")
    assert found.message == "mask `m` bars the call to 9012 within the exchange"


@pytest.mark.parametrize(
    "plan",
    ["{masks: {m: allow}}", "{internal: deny, masks: {m: deny}}", "{masks: {m: deny, colleagues: allow}}"],
)
def test_colleagues_who_may_be_called(tmp_path: Path, plan: str) -> None:
    text = "number_masks: {m: [90*], colleagues: [90??]}\n"
    text += f"calling_plan: {{outgoing: {plan}, forwarding: {{masks: {{colleagues: allow}}}}}}\n"
    assert reported(tmp_path, text) == []


def test_a_tie_with_a_number(tmp_path: Path) -> None:
    text = "number_masks: {a: [222??33*], b: ['222?3?3*']}\n" + PLAN
    found = only(reported(tmp_path, text), "RP422")
    number = found.message.rpartition(" ")[2]
    assert len(number) == 9
    assert all(matches(parse(mask), number) for mask in ("222??33*", "222?3?3*"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("222??33*", "2222?33*"),  # more digits
        ("22233[1-4]*", "22233?*"),  # a class
        ("2223*", "2224*"),  # no number of both
        ("602123456??????????*", "602123456?????????[0-9]*"),  # no number that can be dialled
        ("1[1-5]2", "1?2"),
    ],
)
def test_no_tie(tmp_path: Path, one: str, other: str) -> None:
    found = reported(tmp_path, f'number_masks: {{a: ["{one}"], b: ["{other}"]}}\n{PLAN}')
    assert "RP422" not in codes(found)


def test_no_tie_where_a_third_mask_decides(tmp_path: Path) -> None:
    text = "number_masks: {a: ['2221??3*'], b: ['222?1?3*'], c: [22211*]}\n"
    only(reported(tmp_path, text + PLAN.replace("b: deny", "b: deny, c: allow")), "RP422")  # `c` has fewer `?`
    text = text.replace("22211*", "22211?3*")
    assert reported(tmp_path, text + PLAN.replace("b: deny", "b: deny, c: allow")) == []


def test_a_mask_hidden_behind_others(tmp_path: Path) -> None:
    text = "number_masks: {a: [2224*], b: ['2224[0-4]*', '2224[5-9]*']}\n" + PLAN
    found = only(reported(tmp_path, text), "RP423")
    assert found.message == "mask `a` decides no call"
    assert reported(tmp_path, text.replace("[5-9]", "[6-9]")) == []


def test_of_equal_masks_the_one_that_allows_is_hidden(tmp_path: Path) -> None:
    found = only(reported(tmp_path, "number_masks: {a: [976*], b: [976*]}\n" + PLAN), "RP423")
    assert found.message == "mask `a` decides no call"


def test_many_users_with_the_same_plan_are_each_told(tmp_path: Path) -> None:
    users = "users:\n" + "".join(
        f"  u{at}: {{name: U, extension: 22{at:02}, phones: {{d: {{secret: novak/u{at}}}}}, "
        "calling_plan: {outgoing: {masks: {a: allow, b: deny}}}}\n"
        for at in range(3)
    )
    found = reported(tmp_path, "number_masks: {a: [976*], b: [976*]}\n", users=users)
    assert codes(found) == ["RP423"] * 3
    assert len({one.primary.span for one in found}) == 3


# -- exactness


def strings(tmp_path: Path) -> DialStrings:
    loaded = load(tmp_path, "")
    return DialStrings.of(lower(loaded.manifest, loaded.spans, None), COUNTRIES["CZ"])


SAMPLE = [
    *("".join(digits) for digits in product("0126", repeat=3)),
    *("1" + "".join(digits) for digits in product("0126", repeat=3)),
    *("".join(digits).ljust(9, "0") for digits in product("1269", "0126", "0126", "0126", "05")),
    *("00" + "".join(digits).ljust(11, "0") for digits in product("126", "0126", "0126")),
    "9012",
]


def is_screened(text: str) -> bool:
    """Whether a call can have this string and is screened."""
    facts = COUNTRIES["CZ"]
    national = len(text) == 9 and text[0] != "0"
    abroad = text.startswith("00") and 9 <= len(text) <= 17 and text[2] != "0" and not text.startswith("00420")
    short = text.startswith("1") and 3 <= len(text) <= 6
    return (national or abroad or short or text == "9012") and text not in facts.emergency


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(written_masks(), st.booleans()), min_size=1, max_size=5))
def test_findings_are_exact(tmp_path: Path, written: list[tuple[str, bool]]) -> None:
    rules = [
        MaskRule(str(pattern), allowed, f"novak/number_masks/{'abcde'[at]}", NOWHERE)
        for at, (text, allowed) in enumerate(written)
        for pattern in lowered(COUNTRIES["CZ"], text)
    ]
    rules.sort(key=lambda rule: (specificity(parse(rule.pattern)), rule.allowed, rule.mask, rule.pattern))
    table = CallTable(tuple(rules), tuple((name, True) for name in CALL_TYPES))
    found = list(findings(table, strings(tmp_path)))
    shadowed = {one.mask for one in found if isinstance(one, Shadowed)}
    ties = {(one.deny.mask, one.allow.mask) for one in found if isinstance(one, Tie)}
    for one in found:
        number = one.number
        matching = [rule for rule in rules if matches(parse(rule.pattern), number)]
        assert isinstance(one, Barred) or is_screened(number)
        match one:
            case Shadowed(mask, _, by):
                assert mask in {rule.mask for rule in matching}
                assert by in matching
            case Tie(_, deny, allow):
                assert matching[0].pattern == deny.pattern or not matching[0].allowed
                assert specificity(parse(matching[0].pattern)) == specificity(parse(deny.pattern))
                assert specificity(parse(deny.pattern)) == specificity(parse(allow.pattern))
                assert {deny, allow} <= set(matching)
            case Barred(_, by):
                assert matching[0] == by
    for text in filter(is_screened, SAMPLE):
        matching = [rule for rule in rules if matches(parse(rule.pattern), text)]
        if not matching:
            continue
        assert matching[0].mask not in shadowed
        best = specificity(parse(matching[0].pattern))
        equal = [rule for rule in matching if specificity(parse(rule.pattern)) == best]
        for deny, allow in product(equal, equal):
            if not deny.allowed and allow.allowed and not shadowed & {deny.mask, allow.mask}:
                assert (deny.mask, allow.mask) in ties


# -- the form of a mask


@pytest.mark.parametrize(
    ("mask", "repaired", "sure"),
    [
        ('"602 123*"', "602123*", True),
        ('"602-[1-3]*"', "602[1-3]*", True),
        ('"602**"', "602*", True),
        ("602*33", "602*", False),
        ('"602XXX"', "602???", False),
        ('"[5-2]1"', None, False),
        ('"[a-c]"', None, False),
        ('"+"', None, False),
        ('""', None, False),
        ("premium", None, False),
    ],
)
def test_a_mask_of_the_wrong_form(tmp_path: Path, mask: str, repaired: str | None, sure: bool) -> None:
    head = "tenant: novak\nname: N\ncountry: CZ\ntime_zone: Europe/Prague\nlicensed_users: 1\n"
    (tmp_path / "tenant.yaml").write_text(f"{head}number_masks: {{m: [{mask}]}}\n", encoding="utf-8")
    sink = Sink()
    assert load_tenant(tmp_path, tmp_path, sink) is None
    found = only(list(sink.sorted()), "RP204")
    assert [fix.edits[0].text for fix in found.fixes] == ([repaired] if repaired else [])
    assert [fix.applicability is Applicability.MACHINE_APPLICABLE for fix in found.fixes] == (
        [sure] if repaired else []
    )


def test_the_longest_mask(tmp_path: Path) -> None:
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(NumberMask)
    assert adapter.validate_python("?" * 160)
    with pytest.raises(ValidationError):
        adapter.validate_python("?" * 161)


@given(written_masks())
def test_every_mask_of_the_manifest_is_a_pattern(mask: str) -> None:
    from pydantic import TypeAdapter

    assert TypeAdapter(NumberMask).validate_python(mask) == mask
    assert lowered(COUNTRIES["CZ"], mask) or mask.startswith("+")
