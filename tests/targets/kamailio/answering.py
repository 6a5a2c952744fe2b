"""An exchange with its attendant and a media relay, real ones; what is called within it, and who may not be reached."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.targets.kamailio.attendant.place import AttendantStack, place_tenant, prompt
from tests.targets.kamailio.program import SPAN, user
from tests.targets.kamailio.sip_client import Endpoint

from ringplan.ir import CALL_TYPES, Callback, CallTable, Entry, Node, Plan, Program, Reject, Tenant
from ringplan_kamailio import site

MENU, CLOSED, CALLBACK = "1800", "1801", "+420222333440"
EMPLOYEE = "+420602111222"
HOSTS = {"ann-desk": 10, "bob-desk": 11, "cyr-desk": 13, "eve-desk": 16, "alfa": 30, "beta": 31, "stranger": 98}
"""Last part of everybody's address."""


def tenant() -> Tenant:
    """The attendant's tenant with extensions, a callback for Eve, who may not call premium numbers, and a rejection
    that speaks."""
    base = place_tenant()
    barred = CallTable((), tuple((kind, kind not in ("premium", "international")) for kind in CALL_TYPES))
    eve = replace(user("novak", "eve", "1205", "+420222333405"), plan="novak/users/eve/calling_plan")
    callback = Callback(
        id="novak/callback/field",
        name="Field",
        number=CALLBACK,
        allowed=((EMPLOYEE, eve.id),),
        otherwise="novak/users/bob",
        delay_ms=2_000,
        interval_ms=4_000,
        accept=prompt("hello"),
        ask=prompt("greeting"),
        directly=prompt("closed"),
        failed=prompt("sorry"),
        record=False,
        announced=None,
        keep_days=30,
        plan="novak/calling_plan",
        span=SPAN,
    )
    speaking = Reject("novak/reject/unknown-number", 404, "Not Found", SPAN, prompt("sorry"))
    changed: dict[str, Node] = {node.id: node for node in (*base.nodes, eve, callback, speaking)}
    extensions = [(MENU, "novak/ivr/main"), (CLOSED, "novak/announcements/closed"), ("1205", eve.id)]
    numbers = [(CALLBACK, callback.id), ("+420222333405", eve.id), ("+420222333441", "novak/ivr/main")]
    return replace(
        base,
        nodes=tuple(changed[key] for key in sorted(changed)),
        extensions=_entries(base.extensions, extensions),
        numbers=_entries(base.numbers, numbers),
        plans=(*base.plans, Plan("novak/users/eve/calling_plan", barred, barred, SPAN)),
    )


def _entries(before: tuple[Entry, ...], new: list[tuple[str, str]]) -> tuple[Entry, ...]:
    found = [*before, *(Entry(key, node, SPAN) for key, node in new)]
    return tuple(sorted(found, key=lambda entry: entry.key))


class AnsweringStack(AttendantStack):
    """All three of them."""

    def __init__(self, lane: int, folder: Path) -> None:
        super().__init__(lane, folder)
        self.program = Program(self.program.platform, (tenant(),))
        self.exchange_log = folder / "exchange.log"

    def __enter__(self) -> AnsweringStack:
        super().__enter__()
        return self

    def start_attendant(self) -> None:
        command = site.command(self.bundle, self.site)
        self._start(command, self.exchange_log, os.environ | site.environment(self.bundle, self.site))
        self.start_attendant_alone()

    def start_attendant_alone(self) -> None:
        """The attendant, beside an exchange that is there."""
        super().start_attendant()

    def exchange_table(self, name: str) -> dict[str, object]:
        """An htable of the exchange."""
        slots = site.rpc(self.site, "htable.dump", name)
        assert isinstance(slots, list)
        return {item["name"]: item["value"] for slot in slots for item in slot["slot"]}

    def party(self, name: str, port: int = 5060) -> Endpoint:
        """A phone, a trunk or a stranger."""
        net = f"127.0.{self.lane}"
        return Endpoint(f"{net}.{HOSTS[name]}", (f"{net}.1", 5060), port=port, user=name, password=f"pw of {name}")
