"""Hunt groups and more than one call: who is free, who is engaged, and what every call leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from tests.runtime.harness import Installation, answer_of, load_runtime
from tests.runtime.office import GROUP, MEMBERS, OUTSIDE, Story, group, office, phone
from tests.strategies import NOWHERE

from ringplan.interpreter import PhoneState
from ringplan.ir import HuntGroup, Member, Schedule, TimeRoute

SILENT = {phone(slug): PhoneState.SILENT for slug in MEMBERS}
POLICIES = ("circular", "regular", "uniform", "weighted")


def of_policy(policy: str) -> HuntGroup:
    """The group with a policy; weighted ones give every member the same."""
    return group(policy, turns=(0, 1, 2, 3) if policy == "weighted" else ())


@pytest.mark.parametrize("policy", POLICIES)
def test_calls_at_the_same_moment_ring_different_phones(installation: Installation, policy: str) -> None:
    story = Story.begin(installation, office(of_policy(policy)), SILENT)
    calls = [story.call("eva", "300"), story.call("petr", "300", 1), story.call("eva", "300", 2)]
    firsts: list[str] = []
    story.kamailio.clock.later(5_000, lambda: firsts.extend(story.rung(call)[-1] for call in calls))
    story.run()
    assert len(set(firsts)) == 3
    assert {story.code(call) for call in calls} == {480}
    assert story.is_quiet()


def test_a_phone_never_rings_for_two_calls_at_once(installation: Installation) -> None:
    """However long they hunt: at every moment each phone rings for one call at most."""
    story = Story.begin(installation, office(of_policy("circular")), SILENT)
    for at in range(6):
        story.call("eva" if at % 2 else "petr", "300", at * 3_333)
    seen = 0

    def look() -> None:
        nonlocal seen
        ringing = [
            story.peers.party(branch.sent)
            for _, branch in story.kamailio.sent
            if branch.last_code < 200 and not branch.cancel_sent
        ]
        assert len(ringing) == len(set(ringing))
        seen += len(ringing)

    for at_ms in range(100, 60_000, 250):
        story.kamailio.clock.later(at_ms, look)
    story.run()
    assert seen > 200
    assert story.is_quiet()


def test_when_all_members_ring_the_next_caller_meets_a_busy_group(installation: Installation) -> None:
    story = Story.begin(installation, office(group(members=("anna",))), SILENT)
    first, second = story.call("eva", "300"), story.call("petr", "300", 100)
    story.run()
    assert (story.code(first), story.rung(first)) == (480, ["anna"])
    assert (story.code(second), story.rung(second)) == (486, [])
    assert story.is_quiet()


class TestEngaged:
    def test_members_who_call_or_were_called_directly_are_skipped(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), {})
        direct, dialled_out = story.call("eva", "201"), story.call("dana", "0602123456")
        story.run()
        assert (story.rung(direct), story.rung(dialled_out)) == (["boris"], ["alpha"])
        assert set(story.lines) == {"eva", "boris", "dana"}
        call = story.call("petr", "300")
        story.peers.world = replace(story.peers.world, phones=SILENT)
        story.run()
        assert story.rung(call) == ["anna", "ctibor"]

    def test_call_waiting_rings_them_all_the_same(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group(call_waiting=True, members=("boris",))), {})
        story.call("eva", "201")
        story.run()
        call = story.call("petr", "300")
        story.run()
        assert (story.code(call), story.rung(call)) == (200, ["boris"])
        assert len(story.lines["boris"]) == 2
        story.play(story.within(call, "BYE", phone("boris")))
        assert len(story.lines["boris"]) == 1

    def test_a_direct_call_is_not_refused(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), {})
        calls = [story.call("eva", "201"), story.call("petr", "201")]
        story.run()
        assert [story.code(call) for call in calls] == [200, 200]

    def test_the_caller_is_no_member_of_his_own_hunt(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), SILENT)
        call = story.call("anna", "300")
        story.run()
        assert story.rung(call) == ["boris", "ctibor", "dana"]

    def test_a_call_whose_bye_was_lost_blocks_for_four_hours_and_no_longer(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group(members=("anna",))), {})
        story.call("eva", "300")
        story.run()
        story.kamailio.clock.now_ms += 4 * 3_600_000 - 1_000_000
        early = story.call("petr", "300")
        story.run()
        story.kamailio.clock.now_ms += 1_001_000
        late = story.call("petr", "300")
        story.run()
        assert (story.code(early), story.code(late)) == (486, 200)


class TestEnding:
    @pytest.mark.parametrize("by_caller", [True, False])
    def test_a_bye_of_either_side_frees_both(self, installation: Installation, by_caller: bool) -> None:
        story = Story.begin(installation, office(group()), {})
        call = story.call("eva", "300")
        story.run()
        assert set(story.lines) == {"eva", "anna"}
        story.play(story.within(call, "BYE", phone("anna"), by_caller))
        assert story.is_quiet()

    def test_crossing_byes(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), {})
        call = story.call("eva", "300")
        story.run()
        for by_caller in (True, False):
            story.play(story.within(call, "BYE", phone("anna"), by_caller))
        assert story.is_quiet()
        assert story.errors() == []

    def test_the_bye_of_a_second_answer_ends_nothing(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group("simultaneous")), {})
        story.peers.stubborn = {phone("boris")}
        call = story.call("eva", "300")
        story.run()
        answers = [answer.code for answer in story.kamailio.final_answers(call)]
        assert answers == [200, 200]
        story.play(story.within(call, "BYE", phone("boris")))
        assert set(story.lines) == {"eva", "anna"}
        assert story.kamailio.media == {call.call_id: "answered"}
        story.play(story.within(call, "BYE", phone("anna")))
        assert story.is_quiet()

    @pytest.mark.parametrize("at_ms", [0, 5, 500, 9_990, 10_009, 10_010, 10_011, 10_030, 15_000, 20_020, 29_000])
    def test_a_caller_may_give_up_at_any_moment(self, installation: Installation, at_ms: int) -> None:
        """In every turn, between two, and while the number outside is tried to which the group overflows."""
        sales = group(members=("anna", "boris"), no_answer=OUTSIDE)
        story = Story.begin(installation, office(sales), SILENT)
        call = story.call("eva", "300")
        story.later(at_ms, story.cancel(call))
        story.run()
        assert story.code(call) == (200 if at_ms > 20_600 else 487)
        if story.code(call) == 200:
            assert story.rung(call)[-1] == "alpha"
            story.play(story.within(call, "BYE", "alpha"))
        assert story.is_quiet()
        assert story.errors() == []

    def test_who_answers_after_his_turn_has_the_call(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group("uniform", members=("anna", "boris"))), SILENT)
        call = story.call("eva", "300")
        story.kamailio.clock.later(10_500, lambda: answer_late(story, phone("anna")))
        story.peers.stubborn = {phone("anna")}
        story.run()
        assert story.rung(call) == ["anna", "boris"]
        assert story.code(call) == 200
        assert set(story.lines) == {"eva", "anna"}
        assert f"tick:{GROUP}:acme/users/anna" in story.kamailio.tables["hunts"]
        assert [story.peers.party(branch.sent) for branch in story.kamailio.cancelled] == [
            phone("anna"),
            phone("boris"),
        ]
        story.play(story.within(call, "BYE", phone("anna")))
        assert story.is_quiet()

    @pytest.mark.parametrize("state", PhoneState)
    def test_however_a_call_ends_nobody_stays_engaged(self, installation: Installation, state: PhoneState) -> None:
        sales = group(members=("anna", "boris"), no_answer="acme/users/dana", busy="acme/users/dana")
        story = Story.begin(installation, office(sales), dict.fromkeys(SILENT, state))
        call = story.call("eva", "300")
        story.run()
        if story.code(call) == 200:
            story.play(story.within(call, "BYE", phone("anna")))
        assert story.is_quiet()

    def test_nor_when_the_runtime_fails_half_way(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), SILENT)
        call = story.call("eva", "300")
        core = story.kamailio.handler._core  # type: ignore[attr-defined]
        kept = core.directory

        class Broken:
            def tenant(self, tenant: str) -> None:
                raise OSError("the disk is gone")

        def spoil() -> None:
            core.directory = Broken()

        story.kamailio.clock.later(1_000, spoil)
        try:
            story.run()
        finally:
            core.directory = kept
        assert story.code(call) == 500
        assert "the disk is gone" in story.errors()[0]
        assert story.is_quiet()


def answer_late(story: Story, phone_id: str) -> None:
    """A phone answers an INVITE that was cancelled, its answer having been under way."""
    sent = next(branch.sent for _, branch in story.kamailio.sent if story.peers.party(branch.sent) == phone_id)
    story.kamailio.received_reply(sent, answer_of(sent, phone_id, 200, "OK", "<sip:it@192.0.2.9:5060>"))


class TestOrder:
    def called(self, story: Story, count: int) -> list[str]:
        """Who answers calls that are made one after the other."""
        found = []
        for _ in range(count):
            call = story.call("eva", "300")
            story.run()
            found.append(story.rung(call)[0])
            story.play(story.within(call, "BYE", phone(story.rung(call)[-1])))
        return found

    def test_circular_goes_on_after_who_was_rung_last(self, installation: Installation) -> None:
        story = Story.begin(installation, office(of_policy("circular")), {phone("boris"): PhoneState.DECLINES})
        assert self.called(story, 5) == ["anna", "boris", "dana", "anna", "boris"]

    def test_weighted_gives_everybody_his_share(self, installation: Installation) -> None:
        sales = group("weighted", turns=(0, 1, 0, 2, 0, 1, 0, 3, 0, 1))
        sales = replace(sales, members=tuple(Member(member.node, 25) for member in sales.members))
        story = Story.begin(installation, office(sales), {})
        found = self.called(story, 20)
        assert [found.count(slug) for slug in MEMBERS] == [10, 6, 2, 2]

    def test_uniform_asks_who_is_idle_longest_and_direct_calls_change_nothing(self, installation: Installation) -> None:
        story = Story.begin(installation, office(of_policy("uniform")), {})
        assert self.called(story, 4) == list(MEMBERS)
        direct = story.call("petr", "200")
        story.run()
        story.play(story.within(direct, "BYE", phone("anna")))
        assert self.called(story, 5) == [*MEMBERS, "anna"]

    def test_uniform_counts_a_call_at_its_end_too(self, installation: Installation) -> None:
        story = Story.begin(installation, office(of_policy("uniform")), {})
        long = story.call("petr", "300")
        story.run()
        assert self.called(story, 2) == ["boris", "ctibor"]
        story.play(story.within(long, "BYE", phone("anna")))
        assert self.called(story, 4) == ["dana", "boris", "ctibor", "anna"]


def test_the_time_is_that_of_the_invite_however_long_the_hunt(installation: Installation) -> None:
    office_hours = Schedule(
        "acme/schedules/open", ((2 * 1440 + 8 * 60, 2 * 1440 + 17 * 60),), (), (), None, None, NOWHERE
    )
    route = TimeRoute(
        id="acme/time_routes/main",
        extension=None,
        number=None,
        external_number=None,
        rules=((office_hours.id, "acme/users/dana"),),
        otherwise="acme/reject/closed",
        plan="acme/calling_plan",
        span=NOWHERE,
    )
    program = office(group(members=("anna",), no_answer=route.id), route)
    program = replace(program, tenants=(replace(program.tenants[0], schedules=(office_hours,)),))
    codes = {}
    for late_s in (0, 10):
        story = Story.begin(installation, program, {phone("anna"): PhoneState.SILENT})
        begun = datetime(2026, 3, 4, 15, 59, 55, tzinfo=UTC).timestamp() + late_s
        story.kamailio.tables["clock"]["now"] = str(begun)
        call = story.call("eva", "300")
        set_clock = partial(story.kamailio.tables["clock"].__setitem__, "now", str(begun + 3_600))
        story.kamailio.clock.later(5_000, set_clock)
        story.run()
        codes[late_s] = (story.code(call), story.rung(call))
    assert codes == {0: (200, ["anna", "dana"]), 10: (480, ["anna"])}


class TestReload:
    def test_in_the_middle_of_a_hunt(self, installation: Installation) -> None:
        story = Story.begin(installation, office(of_policy("circular")), SILENT)
        call = story.call("eva", "300")
        exchange = story.kamailio.handler._core._folder  # type: ignore[attr-defined]

        def reload() -> None:
            story.kamailio.handler = load_runtime().start(exchange)

        story.kamailio.clock.later(15_000, reload)
        story.run()
        assert story.rung(call) == list(MEMBERS)
        assert story.is_quiet()

    def test_a_call_of_the_generation_before_ends_decently(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), SILENT)
        call = story.call("eva", "200")

        def make_old() -> None:
            (transaction,) = story.kamailio.transactions.values()
            fields = transaction.variables["call"][-1].split("\n")
            fields[0], fields[7] = "2", fields[7][:3]
            transaction.variables["call"] = ["\n".join(fields[:-1])]

        story.kamailio.clock.later(1_000, make_old)
        story.run()
        assert story.code(call) == 480
        assert story.errors() == []


class TestLimits:
    def test_a_hunt_leaves_branches_to_what_follows(self, installation: Installation) -> None:
        """Kamailio opens 30 branches in a call, of which eight are not for hunts."""
        phones = (*(f"p{at}" for at in range(6)), "desk")
        second = group(members=("anna", "boris", "ctibor", "dana"), id="acme/hunt_groups/second", overflow=OUTSIDE)
        first = group(members=("anna", "boris", "ctibor", "dana"), no_answer="acme/hunt_groups/third")
        third = replace(first, id="acme/hunt_groups/third", no_answer=second.id)
        story = Story.begin(installation, office(first, third, second, phones=phones), silent(phones))
        call = story.call("eva", "300")
        story.run()
        rung = story.rung(call)
        assert (rung.count("anna"), rung.count("boris"), rung[-1]) == (14, 2, "alpha")
        assert story.code(call) == 200
        story.play(story.within(call, "BYE", "alpha"))
        assert story.is_quiet()

    def test_no_more_than_sixteen_phones_ring_at_once(self, installation: Installation) -> None:
        phones = (*(f"p{at}" for at in range(14)), "desk")
        story = Story.begin(installation, office(group("simultaneous"), phones=phones), {})
        call = story.call("eva", "300")
        story.run()
        assert len(story.rung(call)) == 16
        assert story.code(call) == 200


def silent(phones: tuple[str, ...]) -> dict[str, PhoneState]:
    """Every phone rings and nobody answers."""
    return SILENT | {f"acme/users/anna/phones/{name}": PhoneState.SILENT for name in phones}


def test_nothing_of_a_call_that_was_refused_at_once_stays(installation: Installation) -> None:
    story = Story.begin(installation, office(group(is_busy=True)), {})
    call = story.call("eva", "300")
    story.run()
    assert (story.code(call), story.rung(call)) == (486, [])
    assert story.is_quiet()
