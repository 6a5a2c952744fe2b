"""What the exchange does with calls it does not end itself, and with those the attendant makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest
from tests.runtime.answering_office import (
    CLOSED,
    EMPLOYEE,
    FIELD,
    FIELD_NUMBER,
    MAIN,
    MAIN_NUMBER,
    Answering,
    ivr,
    program,
    say,
)
from tests.runtime.attendant import errands
from tests.runtime.fake_ksr import Address, Message
from tests.runtime.harness import ATTENDANT, Installation
from tests.runtime.office import phone

from ringplan.interpreter import PhoneState


def errand(kind: str, **fields: Any) -> Any:
    """An errand of the office."""
    return errands().Errand(getattr(errands(), kind), "acme", **fields)


def sent_to(story: Answering, party: str) -> list[Message]:
    """Every INVITE a party got."""
    return [branch.sent for _, branch in story.kamailio.sent if story.peers.party(branch.sent) == party]


class TestVisits:
    def test_a_menu_is_told_who_called_and_when(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        (visit,) = story.desk.visits
        assert visit == errand("VISIT", node=MAIN, caller="acme/users/eva", called="701", moment=visit.moment)
        assert visit.moment == int(float(str(story.kamailio.tables["clock"]["now"])))
        assert story.code(call) == 200
        assert list(story.lines) == ["eva"]  # she is in a call

    def test_the_caller_is_free_when_it_ends(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        assert story.play(story.within(call, "BYE", ATTENDANT)) == [200] or story.is_quiet()
        assert story.is_quiet()

    def test_the_exchange_has_no_relay_in_it(self, installation: Installation) -> None:
        story = Answering.open(installation, "1")
        call = story.call("eva", "701")
        story.run()
        assert story.code(call) == 200
        assert story.kamailio.media == {}
        assert all("through-the-relay" not in branch.sent.body for _, branch in story.kamailio.sent)

    def test_a_call_that_rang_before_keeps_its_relay(self, installation: Installation) -> None:
        forwards = program(ivr(keys={"1": "acme/users/boris"}))
        (tenant,) = forwards.tenants
        user = next(node for node in tenant.nodes if node.id == "acme/users/anna")
        nodes = tuple(replace(node, no_answer=MAIN) if node is user else node for node in tenant.nodes)  # type: ignore[arg-type]
        made = replace(forwards, tenants=(replace(tenant, nodes=nodes),))
        story = Answering.open(installation, phones={"anna": PhoneState.SILENT}, program=made)
        call = story.call("eva", "200")
        story.run()
        assert story.code(call) == 200
        assert story.desk.visits[0].diversions == (("acme/users/anna", "no-answer"),)
        assert story.kamailio.media == {call.call_id: "answered"}
        story.play(story.within(call, "BYE", ATTENDANT))
        assert story.is_quiet()

    def test_an_announcement_is_never_answered(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.from_outside("+420222333418", "+420777123456")
        story.run()
        assert story.code(call) == 480
        assert story.desk.heard == [say("closed")] * 2
        assert story.is_quiet()

    def test_a_rejection_speaks(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.from_outside("+420222333416", "+420777123456")
        story.run()
        (visit,) = story.desk.visits
        assert (visit.kind, visit.node) == (errands().TREAT, "acme/reject/unknown-number")
        assert visit.number == "+420777123456"
        assert story.code(call) == 404

    def test_a_hidden_caller_is_hidden_from_nobody_but_people(self, installation: Installation) -> None:
        story = Answering.open(installation, "1")
        story.from_outside(MAIN_NUMBER, "+420777123456", withheld=True)
        story.run()
        assert story.desk.visits[0].private
        (sent,) = sent_to(story, phone("anna"))
        assert "777123456" not in str(sent)
        assert sent.name_addr("From").uri == "sip:anonymous@anonymous.invalid"


class TestWithoutAttendant:
    @pytest.mark.parametrize(("dialled", "code"), [("701", 480), ("702", 480), ("799", 404), ("200", 200)])
    def test_calls_end_with_a_code(self, installation: Installation, dialled: str, code: int) -> None:
        story = Answering.open(installation)
        story.peers.attendant = None
        call = story.call("eva", dialled)
        story.run()
        assert story.code(call) == code
        assert code == 200 or (story.is_quiet() and story.kamailio.clock.now_ms < 6_000)

    def test_a_platform_that_has_none(self, installation: Installation) -> None:
        story = Answering.open(installation, program=program(attendant=None))
        calls = [story.call("eva", dialled) for dialled in ("701", "702", "799")]
        story.run()
        assert [story.code(call) for call in calls] == [480, 480, 404]

    def test_an_employee_goes_on_as_everybody_else(self, installation: Installation) -> None:
        story = Answering.open(installation)
        story.peers.attendant = None
        call = story.from_outside(FIELD_NUMBER, EMPLOYEE)
        story.run()
        assert story.code(call) == 200
        assert story.rung(call)[-1] == "boris"
        assert story.kamailio.media == {call.call_id: "answered"}


class TestCallback:
    def test_an_employee_is_refused(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.from_outside(FIELD_NUMBER, "602111222")
        story.run()
        assert story.code(call) == 486
        assert story.desk.visits[0].node == FIELD
        assert story.is_quiet()

    @pytest.mark.parametrize(
        ("caller", "withheld"), [("+420602111223", False), (EMPLOYEE, True), (None, False), ("602111222x", False)]
    )
    def test_nobody_else_is(self, installation: Installation, caller: str | None, withheld: bool) -> None:
        story = Answering.open(installation)
        call = story.from_outside(FIELD_NUMBER, caller, withheld)
        story.run()
        assert story.rung(call) == ["boris"]
        assert story.desk.visits == []

    def test_a_colleague_is_not(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "703")
        story.run()
        assert story.rung(call) == ["boris"]


class TestEnter:
    def test_a_transfer_is_a_diversion_of_the_menu(self, installation: Installation) -> None:
        story = Answering.open(installation, "3")
        story.from_outside(MAIN_NUMBER, "+420777123456")
        story.run()
        (sent,) = sent_to(story, "alpha")
        assert sent.ruri == "sip:+420602123456@127.0.30.20:5060"
        assert sent.get("P-Asserted-Identity") == f"<sip:{MAIN_NUMBER}@lab.example>"
        assert sent.name_addr("From").uri == "sip:+420777123456@lab.example"
        assert (sent.get("Diversion") or "").startswith(
            f"<sip:{MAIN_NUMBER}@lab.example>;reason=unconditional;counter=1"
        )

    @pytest.mark.parametrize(
        ("key", "user", "number"),
        [("2", "acme/users/anna", ""), ("3", "", "+420602123456")],
    )
    def test_the_attendant_learns_who_answered(
        self, installation: Installation, key: str, user: str, number: str
    ) -> None:
        story = Answering.open(installation, key)
        story.call("eva", "701")
        story.run()
        answer = next(
            reply for _, reply in story.kamailio.answers if reply.call_id == "attendant-1" and reply.code == 200
        )
        (text,) = answer.all("P-Ringplan-Errand")
        assert errands().read(story.desk.key, "attendant-1", text) == errand("ANSWERED", user=user, number=number)
        (others,) = [
            reply for _, reply in story.kamailio.answers if reply.call_id != "attendant-1" and reply.code == 200
        ]
        assert others.all("P-Ringplan-Errand") == []

    def test_the_caller_is_skipped_in_hunts(self, installation: Installation) -> None:
        story = Answering.open(installation, "2")
        story.call("anna", "701")
        story.run()
        assert story.desk.answered_by is not None
        assert "boris" in story.desk.answered_by

    def test_menus_within_menus_end_at_five_diversions(self, installation: Installation) -> None:
        story = Answering.open(installation, *"7777777777")
        call = story.call("eva", "701")
        story.run()
        assert story.code(call) == 200
        assert [len(visit.diversions) for visit in story.desk.visits] == [0, 1, 2, 3, 4, 5]
        assert story.desk.answered_by == MAIN

    def test_a_rejection_is_not_spoken_twice(self, installation: Installation) -> None:
        story = Answering.open(installation, "6")
        story.call("eva", "701")
        story.run()
        assert story.desk.heard == [say("greeting"), say("failed")]

    def test_an_announcement_is_heard_within_a_menu(self, installation: Installation) -> None:
        story = Answering.open(installation, "4")
        story.call("eva", "701")
        story.run()
        assert story.desk.heard == [say("greeting"), say("closed"), say("closed"), say("failed")]

    def test_nobody_is_called_back_out_of_a_menu(self, installation: Installation) -> None:
        story = Answering.open(installation, "5")
        story.from_outside(MAIN_NUMBER, EMPLOYEE)
        story.run()
        assert [visit.node for visit in story.desk.visits] == [MAIN]
        assert len(sent_to(story, phone("boris"))) == 1


class TestErrandsOfOurOwn:
    def final(self, story: Answering, asked: Any, **changed: Any) -> Message:
        """The answer to an errand."""
        call = story.desk.dial(asked, **changed)
        story.run()
        (answer,) = story.kamailio.final_answers(call)
        return answer

    def test_a_user_dials(self, installation: Installation) -> None:
        story = Answering.open(installation)
        assert self.final(story, errand("DIAL", user="acme/users/anna", dialled="0602123456")).code == 200
        (sent,) = sent_to(story, "alpha")
        assert sent.get("P-Asserted-Identity") == "<sip:+420222333410@lab.example>"
        assert "anna" not in story.lines  # she is not at her desk

    @pytest.mark.parametrize("number", ["112", "0112", "150", "urn:service:sos"])
    def test_emergency_calls_are_dialled_directly(self, installation: Installation, number: str) -> None:
        story = Answering.open(installation)
        answer = self.final(story, errand("DIAL", user="acme/users/anna", dialled=number))
        assert (answer.code, answer.reason) == (403, "Dial Emergency Numbers Directly")
        assert story.kamailio.sent == []
        assert story.is_quiet()

    def test_an_employee_is_called_from_the_number_he_called(self, installation: Installation) -> None:
        story = Answering.open(installation)
        assert self.final(story, errand("EMPLOYEE", node=FIELD, dialled=EMPLOYEE)).code == 200
        (sent,) = sent_to(story, "alpha")
        assert sent.ruri.startswith(f"sip:{EMPLOYEE}@")
        assert sent.get("P-Asserted-Identity") == f"<sip:{FIELD_NUMBER}@lab.example>"
        assert sent.name_addr("From").uri == f"sip:{FIELD_NUMBER}@lab.example"
        assert sent.get("Privacy") is None

    @pytest.mark.parametrize(
        ("node", "number"),
        [(FIELD, "+420900111222"), (FIELD, "112"), (MAIN, EMPLOYEE), ("", EMPLOYEE), ("acme/users/anna", EMPLOYEE)],
    )
    def test_nobody_else_is(self, installation: Installation, node: str, number: str) -> None:
        story = Answering.open(installation)
        assert self.final(story, errand("EMPLOYEE", node=node, dialled=number)).code == 403
        assert story.kamailio.sent == []

    def test_own_phones_show_what_will_be_dialled(self, installation: Installation) -> None:
        story = Answering.open(installation)
        answer = self.final(story, errand("OWN_PHONES", user="acme/users/eva", dialled="0602123456"))
        assert answer.code == 200
        (sent, other) = [*sent_to(story, phone("eva")), *sent_to(story, "acme/users/eva/phones/mobile")]
        assert sent.name_addr("From").uri == other.name_addr("From").uri == "sip:0602123456@acme.lab.example"
        assert list(story.lines) == ["eva"]

    @pytest.mark.parametrize(
        ("state", "code", "reason"),
        [
            (PhoneState.BUSY, 486, "Busy Here"),
            (PhoneState.DECLINES, 486, "Busy Here"),
            (PhoneState.SILENT, 480, "No Answer"),
            (PhoneState.GONE, 480, "Temporarily Unavailable"),
            (PhoneState.UNREGISTERED, 480, "Temporarily Unavailable"),
        ],
    )
    def test_own_phones_lead_nowhere_else(
        self, installation: Installation, state: PhoneState, code: int, reason: str
    ) -> None:
        story = Answering.open(installation, phones={"anna": state})
        answer = self.final(story, errand("OWN_PHONES", user="acme/users/anna", dialled="200"))
        assert (answer.code, answer.reason) == (code, reason)
        assert {story.peers.party(branch.sent) for _, branch in story.kamailio.sent} <= {phone("anna")}
        assert story.is_quiet()

    def test_a_transfer_is_screened_and_forwarded(self, installation: Installation) -> None:
        story = Answering.open(installation)
        asked = errand(
            "TRANSFER", user="acme/users/anna", dialled="sip:0602123456@acme.lab.example", number="+420777123456"
        )
        assert self.final(story, asked).code == 200
        (sent,) = sent_to(story, "alpha")
        assert sent.name_addr("From").uri == "sip:+420777123456@lab.example"
        assert sent.get("P-Asserted-Identity") == "<sip:+420222333410@lab.example>"
        assert ";reason=deflection" in (sent.get("Diversion") or "")

    @pytest.mark.parametrize(
        ("target", "code"),
        [("sip:112@acme.lab.example", 403), ("sip:799@acme.lab.example", 404), ("sip:x@elsewhere.example", 404)],
    )
    def test_a_transfer_is_not_believed(self, installation: Installation, target: str, code: int) -> None:
        story = Answering.open(installation)
        assert self.final(story, errand("TRANSFER", user="acme/users/anna", dialled=target)).code == code
        assert story.kamailio.sent == []

    def test_one_more_diversion_than_allowed(self, installation: Installation) -> None:
        story = Answering.open(installation)
        for count, code in ((5, 200), (6, 480)):
            diversions = (("acme/users/anna", "unconditional"),) * count
            answer = self.final(story, errand("ENTER", node="acme/users/boris", diversions=diversions))
            assert answer.code == code


class TestForgedErrands:
    VALID: ClassVar = {"node": "acme/users/boris", "number": "+420777123456"}

    def test_from_another_address_or_port(self, installation: Installation) -> None:
        story = Answering.open(installation)
        at = story.desk.address
        for source, code in (
            (at, 200),
            (Address("udp", at.host, 5060), 403),
            (Address("udp", "203.0.113.9", 5080), 403),
            (Address("udp", "10.1.0.1", 5080), 407),
        ):
            call = story.desk.dial(errand("ENTER", **self.VALID), source=source)
            story.run()
            (answer,) = story.kamailio.final_answers(call)
            assert answer.code in (code, 403), source
            assert (answer.code == 200) == (code == 200)

    def test_a_carrier_cannot_give_one(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.from_outside("+420222333404", "+420777123456")
        header = errands().header(story.desk.key, call.call_id, errand("ENTER", node="acme/users/boris"))
        call.headers.append(("P-Ringplan-Errand", header.partition(": ")[2].strip()))
        story.run()
        assert story.rung(call) == ["eva", "eva"]
        assert all(branch.sent.get("P-Ringplan-Errand") is None for _, branch in story.kamailio.sent)

    def test_in_another_call_or_twice_or_changed(self, installation: Installation) -> None:
        story = Answering.open(installation)
        desk, key = story.desk, story.desk.key
        text = errands().header(key, "first", errand("ENTER", **self.VALID)).partition(": ")[2].strip()
        other = errands().header(b"k" * 32, "first", errand("ENTER", **self.VALID)).partition(": ")[2].strip()
        name = errands().HEADER
        for call_id, headers in (
            ("second", [(name, text)]),
            ("first", [(name, text), (name, text)]),
            ("first", [(name, text[1:])]),
            ("first", [(name, other)]),
            ("first", [(name, "")]),
            ("first", []),
        ):
            message = desk.message(call_id, headers)
            story.kamailio.receive(message)
            story.run()
            (answer,) = story.kamailio.final_answers(message)
            assert (answer.code, answer.reason) == (403, "Forbidden")
        assert story.kamailio.sent == []

    @pytest.mark.parametrize("kind", ["VISIT", "TREAT"])
    def test_what_the_exchange_itself_says_is_nothing_to_do(self, installation: Installation, kind: str) -> None:
        story = Answering.open(installation)
        call = story.desk.dial(errand(kind, node="acme/users/boris"))
        story.run()
        (answer,) = story.kamailio.final_answers(call)
        assert answer.code == 403
        assert story.kamailio.sent == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"node": "acme/users/nobody"},
            {"node": "acme/users/boris", "caller": MAIN},
            {"node": "acme/users/boris", "diversions": (("acme/reject/busy", "no-answer"),)},
        ],
    )
    def test_names_that_are_gone(self, installation: Installation, fields: dict[str, Any]) -> None:
        story = Answering.open(installation)
        call = story.desk.dial(errand("ENTER", **fields))
        story.run()
        (answer,) = story.kamailio.final_answers(call)
        assert answer.code == 404
        assert story.errors() == []

    def test_floods_do_not_shut_the_attendant_out(self, installation: Installation) -> None:
        story = Answering.open(installation)
        story.kamailio.flooded = True
        call = story.desk.dial(errand("ENTER", **self.VALID))
        story.run()
        assert [answer.code for answer in story.kamailio.final_answers(call)] == [200]


class TestWithin:
    """Requests within calls of which the attendant is a party."""

    def refer(self, story: Answering, call: Message, party: str, target: str, by_caller: bool) -> Message:
        message = story.within(call, "REFER", party, by_caller)
        message.headers.append(("Refer-To", f"<sip:{target}@acme.lab.example>"))
        story.kamailio.receive(message)
        story.kamailio.clock.run()
        return message

    def test_a_phone_transfers_by_the_attendant(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        self.refer(story, call, ATTENDANT, "200", True)
        sent = sent_to(story, ATTENDANT)[-1]
        assert sent.method == "REFER"
        (text,) = sent.all("P-Ringplan-Errand")
        found = errands().read(story.desk.key, call.call_id, text)
        assert found == errand("TRANSFER", user="acme/users/eva", dialled="sip:200@acme.lab.example")

    def test_nobody_transfers_to_emergency_calls(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        refer = self.refer(story, call, ATTENDANT, "112", True)
        assert [answer.code for answer in story.kamailio.final_answers(refer)] == [403]

    def test_who_was_reached_transfers_under_his_own_name(self, installation: Installation) -> None:
        story = Answering.open(installation)
        asked = story.desk.dial(errand("ENTER", node="acme/users/boris", caller="acme/users/eva"))
        story.run()
        refer = story.within(asked, "REFER", phone("boris"), by_caller=False, tag="forged")
        refer.headers.append(("Refer-To", "<sip:200@acme.lab.example>"))
        refer.headers.append(("P-Ringplan-Errand", "forged"))
        story.kamailio.receive(refer)
        story.kamailio.clock.run()
        sent = sent_to(story, ATTENDANT)[-1]
        (text,) = sent.all("P-Ringplan-Errand")
        assert errands().read(story.desk.key, asked.call_id, text).user == "acme/users/boris"

    def test_the_attendant_transfers_nobody(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        refer = self.refer(story, call, ATTENDANT, "200", False)
        assert [answer.code for answer in story.kamailio.final_answers(refer)] == [403]

    @pytest.mark.parametrize("uri", ["sip:x@127.0.30.20", "sip:x@10.1.0.2:5060", "sip:x@127.0.30.9:5060"])
    def test_a_call_to_the_attendant_leads_nowhere_else(self, installation: Installation, uri: str) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        message = story.within(call, "INVITE", ATTENDANT)
        message.ruri = uri
        assert story.play(message) == [481]

    def test_a_call_to_a_phone_does_not_lead_to_the_attendant(self, installation: Installation) -> None:
        story = Answering.open(installation)
        for dialled, party in (("200", phone("anna")), ("0602123456", "alpha")):
            call = story.call("eva", dialled)
            story.run()
            message = story.within(call, "INFO", party)
            message.ruri = f"sip:x@{story.desk.address.host}:{story.desk.address.port}"
            assert story.play(message) == [481]

    def test_no_errand_comes_from_a_phone(self, installation: Installation) -> None:
        story = Answering.open(installation)
        call = story.call("eva", "701")
        story.run()
        message = story.within(call, "INFO", ATTENDANT)
        message.headers.append(("P-Ringplan-Errand", "forged"))
        story.play(message)
        assert sent_to(story, ATTENDANT)[-1].method == "INFO"
        assert sent_to(story, ATTENDANT)[-1].all("P-Ringplan-Errand") == []


def test_the_announcement_is_known() -> None:
    assert CLOSED in {node.id for node in program().tenants[0].nodes}
