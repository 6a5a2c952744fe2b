"""Which answered calls are generated: every key, every menu at its time, and everybody who is or is not called back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ringplan.interpreter import FromCallback, FromClick, FromPhone, FromTrunk, PhoneState, route
from ringplan.ir import Callback, Ivr, Program, Reject, Transfer, User
from ringplan.program import load_program
from ringplan_sipp.generate import scenarios
from ringplan_sipp.generate.cast import Cast, is_playable
from ringplan_sipp.generate.menus import menu_at
from ringplan_sipp.scenario import Scenario

MAIN, FIELD = "desk/ivr/main", "desk/callback/field"


@pytest.fixture(scope="module")
def desk() -> Program:
    loaded = load_program(Path(__file__).parent / "answered")
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.fixture(scope="module")
def generated(desk: Program) -> tuple[Scenario, ...]:
    return scenarios(desk)


@pytest.fixture(scope="module")
def main(desk: Program) -> Ivr:
    node = desk.tenants[0].node(MAIN)
    assert isinstance(node, Ivr)
    return node


@pytest.fixture(scope="module")
def field(desk: Program) -> Callback:
    node = desk.tenants[0].node(FIELD)
    assert isinstance(node, Callback)
    return node


def of(generated: tuple[Scenario, ...], kind: str, slug: str = "") -> list[Scenario]:
    """The scenarios of a kind, about one node."""
    found = [one for one in generated if one.id.startswith(f"desk/{kind}/{slug}")]
    assert found
    assert {one.kind for one in found} == {kind}
    return found


def test_ids_are_unique_and_everything_can_be_played(generated: tuple[Scenario, ...]) -> None:
    assert max(Counter(one.id for one in generated).values()) == 1
    assert all(is_playable(one) for one in generated)


def test_expectations_are_the_interpreters(desk: Program, generated: tuple[Scenario, ...]) -> None:
    answered = [one for one in generated if one.expected.heard or one.expected.waits]
    assert len(answered) >= 40
    assert all(one.expected == route(desk, one.call, one.world) for one in answered)


class TestMenus:
    def test_every_key_of_the_menu_is_pressed(self, generated: tuple[Scenario, ...], main: Ivr) -> None:
        pressed = {one.call.presses[0] for one in of(generated, "menu-path", "main/open-")}
        assert pressed == {key for key, _ in main.open.keys}

    def test_keys_of_the_menu_below_are_pressed_through_the_one_above(self, generated: tuple[Scenario, ...]) -> None:
        below = {one.call.presses[:2] for one in of(generated, "menu-path", "main/open-2-")}
        assert below == {("2", "1"), ("2", "*")}

    def test_calls_come_from_inside_and_from_outside(self, generated: tuple[Scenario, ...]) -> None:
        origins = {type(one.call.origin) for one in of(generated, "menu-path", "main/open-")}
        assert origins == {FromPhone, FromTrunk}

    @pytest.mark.parametrize("name", ["open", "closed", "holiday"])
    def test_every_menu_is_called_at_its_time(
        self, desk: Program, generated: tuple[Scenario, ...], main: Ivr, name: str
    ) -> None:
        cast = Cast(desk, desk.tenants[0], "menu-silence")
        (one,) = [one for one in of(generated, "menu-silence", "main/") if one.id.endswith(f"/{name}")]
        assert menu_at(cast, main, one.world.now) is getattr(main, name)
        assert one.call.presses == ()
        assert one.expected.heard[0] == getattr(main, name).greeting

    def test_invalid_keys_mean_nothing_and_are_pressed_once_too_often(
        self, generated: tuple[Scenario, ...], main: Ivr
    ) -> None:
        (always,) = [one for one in of(generated, "menu-invalid", "main/open-") if one.id.endswith("always")]
        (once,) = [one for one in of(generated, "menu-invalid", "main/open-") if one.id.endswith("once")]
        assert len(set(always.call.presses)) == 1
        assert len(always.call.presses) == main.open.invalid.times + 1
        assert always.call.presses[0] not in dict(main.open.keys)
        assert always.expected.heard.count(str(main.open.invalid.prompt)) == main.open.invalid.times + 1
        assert once.call.presses == (always.call.presses[0], "#")

    def test_nobody_takes_a_transfer(self, generated: tuple[Scenario, ...], main: Ivr) -> None:
        (one,) = of(generated, "menu-failed", "main/open-")
        assert set(one.world.phones.values()) == {PhoneState.BUSY}
        assert isinstance(dict(main.open.keys)[one.call.presses[0]], Transfer)
        assert one.expected.heard.count(str(main.open.failed.prompt)) == main.open.failed.times + 1

    def test_tones_press_the_key_of_a_transfer(self, generated: tuple[Scenario, ...], main: Ivr) -> None:
        found = of(generated, "menu-in-band")
        assert all(one.in_band and one.expected.code == 200 for one in found)
        assert isinstance(dict(main.open.keys)[found[0].call.presses[0]], Transfer)
        assert not any(one.in_band for one in generated if one.kind != "menu-in-band")


class TestUnanswered:
    def test_announcements_are_called_from_inside_and_outside(self, generated: tuple[Scenario, ...]) -> None:
        found = of(generated, "announcement")
        assert {type(one.call.origin) for one in found} == {FromPhone, FromTrunk}
        assert all(one.expected.code == 480 and len(one.expected.heard) == 2 for one in found)

    def test_every_rejection_with_a_prompt_is_heard_once(self, generated: tuple[Scenario, ...]) -> None:
        found = {one.id.split("/")[2].rpartition("-")[0]: one for one in of(generated, "treatment")}
        assert set(found) == {"barred", "busy", "unknown-number"}
        assert all(len(one.expected.heard) == 1 and one.expected.code >= 400 for one in found.values())

    def test_a_tenant_without_users_has_none(self, desk: Program) -> None:
        rejections = tuple(node for node in desk.tenants[0].nodes if isinstance(node, Reject))
        tenant = replace(desk.tenants[0], nodes=rejections, extensions=(), numbers=())
        kinds = {one.kind for one in scenarios(Program(desk.platform, (tenant,)))}
        assert not kinds & {"menu-path", "announcement", "treatment", "callback", "click"}


class TestCallbacks:
    def test_every_employee_is_called_back_and_connected(
        self, generated: tuple[Scenario, ...], field: Callback
    ) -> None:
        found = [one for one in of(generated, "callback") if one.id.endswith("-connected")]
        origins = {one.call.origin for one in found}
        assert origins == {FromCallback(FIELD, number) for number, _ in field.allowed}
        assert all(one.call.presses[0] == "1" and one.expected.code == 200 for one in found)

    def test_each_begins_with_the_call_that_is_refused(self, generated: tuple[Scenario, ...]) -> None:
        for one in of(generated, "callback"):
            (first,) = one.before
            assert isinstance(first.call.origin, FromTrunk)
            assert isinstance(one.call.origin, FromCallback)
            assert first.call.origin.number == one.call.origin.number
            assert (first.expected.code, first.expected.called_back) == (486, (FIELD, one.call.origin.number))
            used = {target for attempt in one.expected.attempts for target in attempt.targets}
            assert first.call.origin.trunk not in used

    def test_an_employee_who_tries_as_often_as_he_may(self, generated: tuple[Scenario, ...], field: Callback) -> None:
        (one,) = [one for one in of(generated, "callback") if one.id.endswith("-tries")]
        assert one.expected.heard.count(str(field.ask)) == one.expected.heard.count(str(field.failed)) == 3

    def test_everybody_else_goes_on(self, generated: tuple[Scenario, ...], field: Callback) -> None:
        found = of(generated, "callback-others")
        assert {one.id.rpartition("/")[2] for one in found} == {"stranger", "no-number", "withheld"}
        assert all(one.expected.called_back is None for one in found)
        assert {one.expected.answered_by for one in found} == {(f"{field.otherwise}/phones/desk",)}


class TestClicks:
    def test_only_who_has_a_token_clicks(self, desk: Program, generated: tuple[Scenario, ...]) -> None:
        having = {node.id for node in desk.tenants[0].nodes if isinstance(node, User) and node.click_secret is not None}
        found = of(generated, "click")
        assert {one.call.origin for one in found} == {FromClick(user) for user in having}
        assert {one.id.rpartition("/")[2] for one in found} == {
            "busy",
            "colleague",
            "outside",
            "own-phone-busy",
            "premium",
        }

    @pytest.mark.parametrize("gone", ["attendant", "port"])
    def test_without_a_port_for_clicks_there_are_none(self, desk: Program, gone: str) -> None:
        attendant = desk.platform.attendant
        assert attendant is not None
        changed = None if gone == "attendant" else replace(attendant, clicks_port=None)
        program = replace(desk, platform=replace(desk.platform, attendant=changed))
        assert not [one for one in scenarios(program) if one.kind == "click"]
