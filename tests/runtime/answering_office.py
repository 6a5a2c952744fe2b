"""The office of `office.py` with an attendant: a menu, an announcement, a callback, and rejections that speak."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.runtime.attendant import Attendant
from tests.runtime.fake_ksr import Kamailio, Message
from tests.runtime.harness import Installation, Peers, invite
from tests.runtime.office import Story, group, office, phone
from tests.strategies import NOWHERE

from ringplan.interpreter import Call, FromTrunk, PhoneState, World
from ringplan.ir import (
    Action,
    Announcement,
    Callback,
    Entry,
    HangUp,
    Ivr,
    Menu,
    Node,
    Program,
    Prompt,
    Reject,
    Retry,
    Transfer,
)
from ringplan.ir import Attendant as Address

MAIN, CLOSED, FIELD = "acme/ivr/main", "acme/announcements/closed", "acme/callback/field"
MAIN_NUMBER, CLOSED_NUMBER, FIELD_NUMBER = "+420222333417", "+420222333418", "+420222333419"
EMPLOYEE = "+420602111222"
"""The mobile of Anna, who is called back."""
HANG_UP = HangUp(None)
ADDRESS = Address("127.0.30.9", 5080, 5081, 2, NOWHERE)


def say(text: str) -> str:
    """The id of a prompt: sixteen digits that begin with the text's letters."""
    return f"acme/prompts/{text.encode().hex():0<16.16}"


SAID = ("accept", "ask", "closed", "directly", "failed", "greeting", "shut", "sorry", "unknown")


def _prompt(text: str) -> Prompt:
    return Prompt(say(text), "en", text, None, say(text)[-16:], NOWHERE)


def menu(keys: dict[str, Action], failed: Action = HANG_UP) -> Menu:
    """A menu that gives up at once."""
    nothing = Retry(0, None, HANG_UP)
    lost = Retry(0, say("failed"), failed)
    return Menu(say("greeting"), tuple(sorted(keys.items())), False, True, 10_000, 3_000, nothing, nothing, lost)


def ivr(node_id: str = MAIN, keys: dict[str, str] | None = None, **changed: object) -> Ivr:
    """An IVR whose keys lead to nodes."""
    actions: dict[str, Action] = {key: Transfer(to, None) for key, to in (keys or {}).items()}
    made = Ivr(
        id=node_id,
        name="Main",
        extension=None,
        number=None,
        external_number=MAIN_NUMBER,
        language="en",
        holidays=None,
        hours=None,
        open=menu(actions),
        closed=None,
        holiday=None,
        max_ms=600_000,
        plan="acme/calling_plan",
        span=NOWHERE,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


KEYS = {
    "1": "acme/users/anna",
    "2": "acme/hunt_groups/sales",
    "3": "acme/outside/+420602123456",
    "4": CLOSED,
    "5": FIELD,
    "6": "acme/reject/closed",
    "7": MAIN,
}
CALLBACK = Callback(
    id=FIELD,
    name="Field",
    number=FIELD_NUMBER,
    allowed=((EMPLOYEE, "acme/users/anna"),),
    otherwise="acme/users/boris",
    delay_ms=3_000,
    interval_ms=60_000,
    accept=say("accept"),
    ask=say("ask"),
    directly=say("directly"),
    failed=say("sorry"),
    record=False,
    announced=None,
    keep_days=30,
    plan="acme/calling_plan",
    span=NOWHERE,
)


def program(*nodes: Node, attendant: Address | None = ADDRESS) -> Program:
    """The office; ``nodes`` stand for those of the same id. The menu is 701, the announcement 702, the callback 703."""
    answering: list[Node] = [
        ivr(keys=KEYS),
        Announcement(CLOSED, "Closed", None, None, say("closed"), 2, 480, "Closed", NOWHERE),
        CALLBACK,
        Reject("acme/reject/closed", 480, "Closed", NOWHERE, say("shut")),
        Reject("acme/reject/unknown-number", 404, "Not Found", NOWHERE, say("unknown")),
    ]
    base = office(group(), *answering, *nodes)
    (tenant,) = base.tenants
    entries = [(MAIN_NUMBER, "701", MAIN), (CLOSED_NUMBER, "702", CLOSED), (FIELD_NUMBER, "703", FIELD)]
    numbers = [*tenant.numbers, *(Entry(number, node, NOWHERE) for number, _, node in entries)]
    extensions = [*tenant.extensions, *(Entry(extension, node, NOWHERE) for _, extension, node in entries)]
    changed = replace(
        tenant,
        numbers=tuple(sorted(numbers, key=lambda entry: entry.key)),
        extensions=tuple(sorted(extensions, key=lambda entry: entry.key)),
        prompts=tuple(sorted((_prompt(text) for text in SAID), key=lambda prompt: prompt.id)),
    )
    return Program(replace(base.platform, attendant=attendant), (changed,))


@dataclass
class Answering(Story):
    """The office while it runs, with its attendant."""

    attendant: Attendant | None = None

    @classmethod
    def open(
        cls,
        installation: Installation,
        *presses: str,
        phones: dict[str, PhoneState] | None = None,
        program: Program | None = None,
    ) -> Answering:
        """``presses``: the key for each menu; ``phones``: what they do, by user; others answer."""
        made = program or PROGRAM
        states = {phone(slug): state for slug, state in (phones or {}).items()}
        peers = Peers(made, World(states))
        kamailio: Kamailio = installation.kamailio(made, peers)
        found = cls(made, peers, kamailio)
        if made.platform.attendant is not None:
            found.attendant = Attendant(made, kamailio, presses)
        return found

    @property
    def desk(self) -> Attendant:
        """The attendant, which must be there."""
        assert self.attendant is not None
        return self.attendant

    def from_outside(self, number: str, caller: str | None = None, withheld: bool = False) -> Message:
        """A call that comes from a trunk."""
        call = Call(FromTrunk("alpha", caller), number, withheld)
        message = invite(self.program, call, self.peers, len(self.calls) + 1)
        self.calls.append(message)
        self.later(0, message)
        return message


PROGRAM = program()
