"""What the proofs say of menus: every key that leads to something that is lost, with the keys that show it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.proofs.small import MOBILE, T, callback, ivr, menu, outside, plan, platform, schedule, tenant, trunk, user
from tests.strategies import NOWHERE

from ringplan.interpreter import route
from ringplan.ir import (
    Action,
    Callback,
    DialExtension,
    DialName,
    HangUp,
    Ivr,
    Node,
    Program,
    Prompt,
    Retry,
    Return,
    Submenu,
    Tenant,
    Transfer,
)
from ringplan.proofs import EngineError, prove
from ringplan.proofs.result import Counterexample

PLATFORM = platform(trunk())
BARRED = f"outside/{MOBILE}"
PLANS = (plan("calling_plan"), plan("strict", "mobile"))


def to(target: str) -> Transfer:
    return Transfer(f"{T}/{target}", None)


def found_in(
    *nodes: Node, plans: tuple[object, ...] = PLANS, trunks: tuple[str, ...] = ("carrier",)
) -> list[Counterexample]:
    """Every fault of a tenant with these nodes, and a user with a phone."""
    one = tenant((user("a", 0), outside(MOBILE), *nodes), (schedule("day", (8, 17)),), PLANS, trunks)
    found = [c for proof in prove(one, PLATFORM) for c in proof.counterexamples]
    for each in found:
        if each.witness is not None:
            route(Program(PLATFORM, (one,)), each.witness.call, each.witness.world)
    return list({each.code + each.message: each for each in found}.values())


def main(keys: dict[str, Action] | None = None, **more: object) -> Ivr:
    """An IVR that may transfer nobody to mobile telephones."""
    fields = {name: more.pop(name) for name in ("closed", "hours", "holiday", "holidays") if name in more}
    return ivr("main", menu(keys, **more), number="+420222333430", plan=f"{T}/strict", **fields)


def presses(found: list[Counterexample]) -> tuple[str, ...] | None:
    """The keys of the one fault there is."""
    (one,) = found
    assert one.code == "RP610"
    assert one.message.startswith("ivr/")
    return one.witness.call.presses if one.witness is not None else None


def test_a_sound_menu_is_sound() -> None:
    assert found_in(main({"1": to("users/a"), "2": Submenu(f"{T}/ivr/main"), "3": Return()})) == []


def test_a_key_must_not_lead_where_the_plan_forbids() -> None:
    found = found_in(main({"1": to("users/a"), "2": to(BARRED)}))
    assert presses(found) == ("2",)
    assert found[0].message == f"ivr/main forwards to {MOBILE}, which its calling plan bars"
    assert found[0].witness is not None
    assert found[0].witness.command.endswith("--to +420222333430 --press 2")


def test_the_plan_is_that_of_the_menu_in_which_the_key_is() -> None:
    below = ivr("below", menu({"7": to(BARRED)}), plan=f"{T}/strict")
    assert presses(found_in(main({"1": Submenu(below.id)}), below)) == ("1", "7")
    assert found_in(main({"1": Submenu(below.id)}), replace(below, plan=f"{T}/calling_plan")) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"no_input": Retry(0, None, to(BARRED))}, ("",)),
        ({"no_input": Retry(2, None, to(BARRED))}, ("", "", "")),
        ({"invalid": Retry(1, None, to(BARRED))}, ("0", "0")),
        ({"failed": Retry(1, None, to(BARRED))}, None),
    ],
)
def test_what_follows_by_itself_is_looked_at(policy: dict[str, Retry], expected: tuple[str, ...] | None) -> None:
    assert presses(found_in(main({"1": to("users/a")}, **policy))) == expected


def test_a_failed_transfer_is_nothing_where_nothing_is_transferred() -> None:
    assert found_in(main({"1": HangUp(None)}, failed=Retry(0, None, to(BARRED)))) == []


def test_a_menu_is_looked_at_in_its_own_time() -> None:
    closed = {"closed": menu({"2": to(BARRED)}), "hours": f"{T}/schedules/day"}
    (one,) = found_in(main({"1": to("users/a")}, **closed))
    assert one.witness is not None
    assert one.witness.world.now.hour not in range(7, 17)
    assert "in 1 of 2 time slices" in one.notes[1]


def test_behind_a_menu_it_goes_on() -> None:
    lost = user("b", 1, extension="", number=None, busy=f"{T}/{BARRED}", plan=f"{T}/strict")
    (one,) = found_in(ivr("main", menu({"4": to("users/b")}), extension="1300"), replace(lost, extension="1999"))
    assert one.message.startswith("users/b forwards to")


def test_a_call_that_is_forwarded_to_a_menu_is_followed() -> None:
    hidden = ivr("hidden", menu({"3": to(BARRED)}), plan=f"{T}/strict")
    first = user("b", 1, no_answer=hidden.id)
    assert presses(found_in(first, hidden)) == ("3",)


@pytest.mark.parametrize(
    "action",
    [DialExtension(None, None), DialExtension(None, "x", ("1211",)), DialName(None, (("2", f"{T}/users/b", "p"),), ())],
)
def test_extensions_and_names_are_followed(action: Action) -> None:
    # Five forwards from b on: too many only after the menu.
    chain = [
        user(name, at, busy=f"{T}/users/{then}")
        for at, (name, then) in enumerate(zip("bcdef", "cdefg", strict=True), 1)
    ]
    last = user("g", 6)
    prompt = Prompt("p", "en", "B", None, "0", NOWHERE)
    one = tenant((user("a", 0), *chain, last, ivr("main", menu({"0": action}), extension="1300")))
    found = [c for proof in prove(replace(one, prompts=(prompt,)), PLATFORM) for c in proof.counterexamples]
    assert {each.code for each in found} == {"RP613"}
    assert all(each.witness is not None and each.witness.call.dialled == "1300" for each in found)


def test_going_round_by_keys_is_no_fault_and_without_them_is() -> None:
    first = user("b", 1, no_answer=f"{T}/ivr/main")
    assert found_in(main({"1": to("users/b"), "2": to("ivr/main")}), first) == []
    ring = (user("b", 1, no_answer=f"{T}/users/c"), user("c", 2, no_answer=f"{T}/users/b"))
    assert {one.code for one in found_in(main({"1": to("users/b")}), *ring)} == {"RP612"}


def test_a_menu_needs_a_trunk_for_what_it_transfers_outside() -> None:
    found = found_in(ivr("main", menu({"1": to(BARRED)}), number="+420222333430"), trunks=())
    assert [one.code for one in found] == ["RP611"]


def test_a_callback_is_followed_for_those_it_does_not_call_back() -> None:
    prompts = tuple(
        Prompt(f"{T}/prompts/{n}", "en", n, None, n, NOWHERE) for n in ("accept", "ask", "directly", "failed")
    )
    bad = user("b", 1, busy=f"{T}/{BARRED}", plan=f"{T}/strict")
    back = callback("k", {"+420777111222": "users/a"}, "users/b")
    one = replace(tenant((user("a", 0), bad, back, outside(MOBILE)), plans=PLANS), prompts=prompts)
    (found,) = {c.message: c for proof in prove(one, PLATFORM) for c in proof.counterexamples}.values()
    assert found.message.startswith("users/b forwards")
    with pytest.raises(EngineError, match="otherwise"):
        prove(_with(one, replace(back, otherwise=f"{T}/{BARRED}")), PLATFORM)


def _with(one: Tenant, node: Callback) -> Tenant:
    return replace(one, nodes=tuple(node if other.id == node.id else other for other in one.nodes))
