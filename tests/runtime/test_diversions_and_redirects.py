"""What carriers and phones say of diversions and targets, however they write it."""

from __future__ import annotations

import importlib
import time
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.fake_ksr import Message
from tests.runtime.harness import Installation, load_runtime
from tests.runtime.office import Story, group, office, phone

from ringplan.interpreter import PhoneState


def runtime(name: str) -> ModuleType:
    """A module of the runtime."""
    return importlib.import_module(f"{load_runtime().__name__}.{name}")


class TestCarried:
    @pytest.mark.parametrize(
        ("diversion", "history", "count"),
        [
            ("", "", 0),
            ("<sip:1@a>;reason=unconditional", "", 1),
            ("<sip:1@a>;reason=unconditional;counter=3", "", 3),
            ("<sip:1@a>;counter=2;reason=no-answer, <sip:2@a>", "", 2),
            ("<sip:1@a>,<sip:2@a>,<sip:3@a>;Counter = 2", "", 3),
            ('"a, b;counter=9" <sip:1,2;counter=9@a>;reason=x', "", 1),
            ("sip:1@a;reason=x", "", 1),
            ("<sip:1@a>;counter=000000000000000000004", "", 4),
            ("<sip:1@a>;counter=-5", "", 1),
            ("<sip:1@a>;counter=99999999999999999999999999", "", 99),
            ("", "<sip:1@a>;index=1", 0),
            ("", "<sip:1@a>;index=1, <sip:2@a;cause=486>;index=1.1,<sip:3@a;CAUSE=302>;index=1.2", 2),
            ("<sip:1@a>", "<sip:1@a>;index=1,<sip:2@a?Reason=SIP%3Bcause%3D302>;index=1.1", 1),
            ("<" * 5_000, "", 1),
            ('"' * 5_000, "<" * 5_000, 1),
            ("," * 5_000, "", 99),
        ],
    )
    def test_is_read_with_care(self, diversion: str, history: str, count: int) -> None:
        begun = time.monotonic()
        assert runtime("diversions").carried(diversion, history) == count
        assert time.monotonic() - begun < 0.5

    @given(st.text(max_size=200), st.text(max_size=200))
    def test_nonsense_is_a_number_too(self, diversion: str, history: str) -> None:
        assert 0 <= runtime("diversions").carried(diversion, history) <= 99


class TestContacts:
    @pytest.mark.parametrize(
        ("contacts", "uri"),
        [
            ("", ""),
            ("<sip:1@a>", "sip:1@a"),
            ("sip:1@a;q=0.2", "sip:1@a"),
            ('"x, <sip:9@a>" <sip:1@a>;q=0.2,<sip:2@a>;q=0.7', "sip:2@a"),
            ("<sip:1@a>,<sip:2@a>", "sip:1@a"),
            ("<sip:1@a>;q=0.5,<sip:2@a>;expires=3;Q=1.0", "sip:2@a"),
            ("<sip:1@a;q=0.1>,<sip:2@a>;q=0.9", "sip:1@a;q=0.1"),
            ("<sip:1@a>;q=nonsense", "sip:1@a"),
            (" , ,<tel:112>", "tel:112"),
        ],
    )
    def test_the_best_one_is_taken(self, contacts: str, uri: str) -> None:
        assert runtime("redirects").best(contacts) == uri

    @given(st.text(max_size=300))
    def test_nonsense_leads_nowhere_in_particular(self, contacts: str) -> None:
        assert isinstance(runtime("redirects").best(contacts), str)

    def test_a_hostile_contact_costs_no_time(self) -> None:
        begun = time.monotonic()
        for contacts in ("<" * 1_000, '"' * 1_000, ";q=" * 330, "," * 1_000, "<a" * 500):
            runtime("redirects").best(contacts)
        assert time.monotonic() - begun < 0.5


class TestTransfer:
    """Whose REFER it is, is known by the side it comes from and by who answered."""

    def talk(self, installation: Installation) -> tuple[Story, Message]:
        story = Story.begin(installation, office(group()), {})
        call = story.call("eva", "200")
        story.run()
        return story, call

    def refer(self, story: Story, call: Message, by_caller: bool, target: str | None) -> list[int]:
        message = story.within(call, "REFER", phone("anna"), by_caller)
        message.headers += [("Refer-To", target)] if target is not None else []
        return story.play(message)

    @pytest.mark.parametrize("by_caller", [True, False])
    @pytest.mark.parametrize(
        ("target", "codes"),
        [
            ("<sip:201@acme.lab.example>", [200]),
            ("<sip:201@127.0.30.1>", [200]),
            ("sip:0602123456@acme.lab.example", [200]),
            ("<sip:201@acme.lab.example?Replaces=x%40y>", [200]),
            ("<sip:112@acme.lab.example>", [403]),
            ("<urn:service:sos>", [403]),
            ("<sip:999@acme.lab.example>", [404]),
            ("<sip:201@evil.example>", [404]),
            ("<sip:201@acme.lab.example;method=INVITE>", [403]),
            ("<sip:201@acme.lab.example?Replaces=x&Subject=y>", [403]),
            ("<sip:201@acme.lab.example?Route=%3Csip:evil%3E>", [403]),
            ("<sip:201@acme.lab.example>, <sip:112@acme.lab.example>", [403]),
            ("", [403]),
            (None, [403]),
        ],
    )
    def test_is_screened(
        self, installation: Installation, by_caller: bool, target: str | None, codes: list[int]
    ) -> None:
        story, call = self.talk(installation)
        assert self.refer(story, call, by_caller, target) == codes

    def test_of_a_call_nobody_knows_is_refused(self, installation: Installation) -> None:
        story, call = self.talk(installation)
        story.kamailio.tables["calls"].clear()
        assert self.refer(story, call, True, "<sip:201@acme.lab.example>") == [403]

    def test_before_the_answer_is_refused(self, installation: Installation) -> None:
        story = Story.begin(installation, office(group()), {phone("anna"): PhoneState.SILENT})
        call = story.call("eva", "200")
        codes: list[int] = []

        def refer() -> None:
            message = story.within(call, "REFER", phone("anna"))
            message.headers.append(("Refer-To", "<sip:201@acme.lab.example>"))
            story.kamailio.receive(message)
            codes.extend(answer.code for answer in story.kamailio.final_answers(message))

        story.kamailio.clock.later(1_000, refer)
        story.run()
        assert codes == [403]


class TestState:
    def test_is_the_same_after_it_was_written_and_read(self, installation: Installation) -> None:
        """Everything a call remembers, in the middle of a hunt that began after a diversion."""
        inner = group("circular", ("ctibor", "dana"), id="acme/hunt_groups/inner")
        outer = group("regular", ("anna", "boris"), no_answer=inner.id, advance=False)
        states = {phone(slug): PhoneState.SILENT for slug in ("anna", "boris", "ctibor", "dana")}
        story = Story.begin(installation, office(outer, inner), states)
        story.call("eva", "300")
        seen: list[tuple[str, str]] = []

        def look() -> None:
            (transaction,) = story.kamailio.transactions.values()
            text = transaction.variables["call"][-1]
            assert len(transaction.variables["call"]) == 1
            fields = text.split("\n")
            assert fields[0] == "3"
            hunt = runtime("state").Hunt.read(fields[14])
            seen.append((fields[10], hunt.group if hunt else ""))
            assert hunt.text() == fields[14]

        for at_ms in (1_000, 11_000):
            story.kamailio.clock.later(at_ms, look)
        story.run()
        assert seen == [("", outer.id), (f"{outer.id}:no-answer", inner.id)]
