"""Wrong targets and members: what they were meant to be, and whether that is certain."""

from __future__ import annotations

import pytest
from tests.frontend.test_load import GOOD, check, fixed, marked, only

from ringplan.diagnostics import Applicability

GROUPS = "hunt_groups:\n  sales: {name: S, extension: '160', members: [MEMBER]}\n  novak: {name: N, members: []}\n"


def target(text: str) -> str:
    """The good manifest with a forward to a target, and a hunt group `sales`."""
    groups = "hunt_groups:\n  sales: {name: S, members: [users/novak]}\n"
    return f"{GOOD}    forward: {{busy: {text}}}\n{groups}"


@pytest.mark.parametrize(
    "text",
    [
        "users/novak",
        "hunt_groups/sales",
        "reject/busy",
        "sip:jan.n@pbx.example.com",
        "1204",
        "0602 123 456",
        "+420 (602) 12-34-56",
    ],
)
def test_targets_of_the_right_form(text: str) -> None:
    assert check(target(text))[1] == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("novak", "users/novak"),
        ("sales", "hunt_groups/sales"),
        ("user/novak", "users/novak"),
        ("Users/Novak", "users/novak"),
        ("hunt-groups/sales", "hunt_groups/sales"),
        ("hunt_group/sales", "hunt_groups/sales"),
        ("sip:jan@PBX.Example.com", "sip:jan@pbx.example.com"),
        ("'tel:+420602123456'", "+420602123456"),
    ],
)
def test_what_is_certainly_meant_is_repaired(text: str, meant: str) -> None:
    fault = only(target(text))
    assert (fault.code, marked(target(text), fault)) == ("RP204", text)
    after = fixed(target(text), fault)
    assert after == target(meant)
    assert check(after)[1] == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("user/eva", "users/eva"),  # a section for certain, but there is no such user
        ("busy", "reject/busy"),
        ("closed", "reject/closed"),
        ("jan@pbx.example.com", "sip:jan@pbx.example.com"),
        ("sips:jan@pbx.example.com", "sip:jan@pbx.example.com"),
    ],
)
def test_what_is_perhaps_meant_is_offered(text: str, meant: str) -> None:
    (fix,) = only(target(text)).fixes
    assert (fix.edits[0].text, fix.applicability) == (meant, Applicability.MAYBE_INCORRECT)


@pytest.mark.parametrize(
    "text",
    ["reject/fast", "phones", "Jan Novák", "sip:jan@pbx", "users/", "groups/sales", "+420602123456 ext 3", "eva"],
)
def test_no_wild_guesses(text: str) -> None:
    fault = only(target(text))
    assert fault.message.startswith(f"`{text}` is not a target such as 0602123456, 1204, users/novakova")
    assert fault.fixes == ()


def test_a_name_of_two_sections_is_not_certain() -> None:
    text = GOOD + GROUPS.replace("MEMBER", "novak")
    fault = only(text)
    assert fault.message == "`novak` is not a member such as users/novakova or hunt_groups/night"
    assert marked(text, fault) == "novak"
    (fix,) = fault.fixes
    assert (fix.edits[0].text, fix.applicability) == ("users/novak", Applicability.MAYBE_INCORRECT)


@pytest.mark.parametrize("member", ["time_routes/main", "'1204'", "reject/busy", "sip:a@b.example"])
def test_what_can_be_no_member(member: str) -> None:
    assert only(GOOD + GROUPS.replace("MEMBER", member)).fixes == ()


def test_the_share_of_a_name_without_section() -> None:
    weighted = "policy: weighted, members: [users/novak], weights: {novak: 100}"
    text = f"{GOOD}hunt_groups:\n  sales: {{name: S, {weighted}}}\n"
    fault = only(text)
    assert (marked(text, fault), fault.help) == ("novak", "if that is meant, write `users/novak`")


@pytest.mark.parametrize(
    ("forward", "underlined", "message"),
    [
        ("no_answer: {rings: 0, to: 1}", "0", "`rings` must be from 1 to 20, not `0`"),
        ("no_answer: {rings: 21, to: 1}", "21", "`rings` must be from 1 to 20, not `21`"),
        ("no_answer: {after: 4s, to: 1}", "4s", "`after` must be from 5s to 180s, not `4s`"),
        ("no_answer: {rings: 4}", "no_answer", "`no_answer` has no `to`"),
        ("no_answer: users/novak", "users/novak", "`no_answer` must be a mapping of fields"),
        ("selective: [{from: [602*], to: phones}]", "602*", "`602*` is not the name of a number mask"),
        ("selective: [{from: vip, to: phones}]", "vip", "`from` must be a list"),
        ("selective: [{to: Phones}]", "Phones", "`Phones` is not a target such as phones, 0602123456"),
        ("selective: [{anonymous: 'yes', to: phones}]", "'yes'", "`yes` is not `true` or `false`"),
        ("allways: 1204", "allways", "`allways` is not a field of `forward`"),
    ],
)
def test_faults_of_forwarding(forward: str, underlined: str, message: str) -> None:
    text = f"{GOOD}    forward: {{{forward}}}\n"
    fault = only(text)
    assert fault.message.startswith(message)
    assert marked(text, fault) == underlined
