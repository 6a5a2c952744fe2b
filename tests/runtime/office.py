"""An office for stories about hunt groups: members with one phone each, callers, and two trunks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote

from tests.runtime.fake_ksr import Kamailio, Message
from tests.runtime.harness import OWN, Installation, Peers, invite, play
from tests.runtime.small import program as small_program
from tests.runtime.small import user
from tests.strategies import NOWHERE

from ringplan.interpreter import Call, FromPhone, PhoneState, World
from ringplan.ir import Entry, HuntGroup, Member, Node, Outside, Program

MEMBERS = ("anna", "boris", "ctibor", "dana")
GROUP = "acme/hunt_groups/sales"
OUTSIDE = "acme/outside/+420602123456"


def phone(slug: str) -> str:
    """The phone of a user of the office."""
    return f"acme/users/{slug}/phones/desk"


def group(policy: str = "regular", members: tuple[str, ...] = MEMBERS, **changed: object) -> HuntGroup:
    """The group with extension 300; its edges end the call."""
    made = HuntGroup(
        id=GROUP,
        name="Sales",
        extension="300",
        number=None,
        external_number="+420222333410",
        policy=policy,
        members=tuple(Member(f"acme/users/{slug}", 0) for slug in members),
        turns=(),
        ring_ms=10_000,
        advance=True,
        overflow_ms=None,
        call_waiting=False,
        is_busy=False,
        busy="acme/reject/busy",
        no_answer="acme/reject/no-answer",
        unreachable="acme/reject/unreachable",
        overflow="acme/reject/closed",
        plan="acme/calling_plan",
        span=NOWHERE,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def office(*nodes: Node, phones: tuple[str, ...] = ("desk",)) -> Program:
    """Eva and Petr, the members with ``phones`` each, and ``nodes``, of which groups have extensions from 300 on."""
    base = small_program()
    tenant = base.tenants[0]
    members = [
        user(slug, slug.title(), f"20{at}", f"+42022233341{at}", phones if slug == "anna" else ("desk",))
        for at, slug in enumerate(MEMBERS)
    ]
    outside = Outside(OUTSIDE, "+420602123456", NOWHERE)
    groups = [node for node in nodes if isinstance(node, HuntGroup)]
    entries = [Entry(item.extension, item.id, NOWHERE) for item in members]
    entries += [Entry(f"30{at}", item.id, NOWHERE) for at, item in enumerate(groups)]
    found = {node.id: node for node in (*tenant.nodes, *members, outside, *nodes)}
    changed = replace(
        tenant,
        nodes=tuple(sorted(found.values(), key=lambda node: node.id)),
        extensions=tuple(sorted((*tenant.extensions, *entries), key=lambda entry: entry.key)),
    )
    return replace(base, tenants=(changed,))


@dataclass
class Story:
    """A running office, and the calls that are made in it."""

    program: Program
    peers: Peers
    kamailio: Kamailio
    calls: list[Message] = field(default_factory=list)

    @classmethod
    def begin(cls, installation: Installation, program: Program, phones: dict[str, PhoneState]) -> Story:
        """An office in which the phones behave so; others answer."""
        peers = Peers(program, World(phones))
        return cls(program, peers, installation.kamailio(program, peers))

    def call(self, caller: str, dialled: str, at_ms: int = 0) -> Message:
        """A call that is made a while after now; ``run`` makes it happen."""
        message = invite(self.program, Call(FromPhone(phone(caller)), dialled), self.peers, len(self.calls) + 1)
        self.calls.append(message)
        self.later(at_ms, message)
        return message

    def later(self, at_ms: int, message: Message) -> None:
        """A message that comes a while after now."""
        self.kamailio.clock.later(at_ms, lambda: self.kamailio.receive(message))

    def run(self) -> None:
        """Until nothing more happens."""
        self.kamailio.clock.run()

    def rung(self, call: Message) -> list[str]:
        """Whom a call rang, in order: users and trunks."""
        found = [self.peers.party(branch.sent) for _, branch in self.kamailio.sent if self.is_of(branch.sent, call)]
        return [party.partition("/phones/")[0].rpartition("/")[2] for party in found]

    @staticmethod
    def is_of(message: Message, call: Message) -> bool:
        """Whether a sent INVITE belongs to a call."""
        return message.call_id == call.call_id and message.method == "INVITE"

    def code(self, call: Message) -> int:
        """The final answer the caller got, and that it is one."""
        answers = self.kamailio.final_answers(call)
        assert len(answers) == 1, [answer.code for answer in answers]
        return answers[0].code

    @property
    def lines(self) -> dict[str, list[str]]:
        """Who is engaged, and by how many calls each."""
        table = self.kamailio.tables.get("lines", {})
        return {user.rpartition("/")[2]: str(value).split() for user, value in table.items()}

    def is_quiet(self) -> bool:
        """Whether nobody is engaged, no call is noted, and no relay holds one."""
        tables = self.kamailio.tables
        return not (tables.get("lines") or tables.get("calls") or self.kamailio.media)

    def within(self, call: Message, method: str, phone_id: str, by_caller: bool = True, tag: str = "") -> Message:
        """A request within a call that ``phone_id`` answered, of one side or the other."""
        sent = next(
            branch.sent
            for _, branch in self.kamailio.sent
            if self.is_of(branch.sent, call) and self.peers.party(branch.sent) == phone_id
        )
        to = f"{call.get('To')};tag={tag or quote(phone_id, safe='')}"
        ends = (call.get("From") or "", to) if by_caller else (to, call.get("From") or "")
        headers = [("From", ends[0]), ("To", ends[1]), ("Call-ID", call.call_id), ("CSeq", f"9 {method}")]
        headers += [("Max-Forwards", "70"), ("Route", sent.get("Record-Route") or "")]
        source = call.source if by_caller else sent.received_on
        target = sent.received_on if by_caller else call.source
        uri = f"sip:it@{target.host}:{target.port}"
        return Message(
            headers, source, OWN, method, uri, via_branch=f"z9{method}{by_caller:d}{len(self.kamailio.sent)}"
        )

    def play(self, message: Message) -> list[int]:
        """One message and everything that follows; the answers to it."""
        play(self.kamailio, message)
        return [answer.code for answer in self.kamailio.final_answers(message)]

    def cancel(self, call: Message) -> Message:
        """The CANCEL of a call."""
        kept = [(key, value) for key, value in call.headers if key in ("From", "To", "Call-ID", "Max-Forwards")]
        headers = [*kept, ("CSeq", "1 CANCEL")]
        return Message(headers, call.source, OWN, "CANCEL", call.ruri, via_branch=call.via_branch)

    def errors(self) -> list[str]:
        """What was logged as an error."""
        return [text for level, text in self.kamailio.log if level == "err"]
