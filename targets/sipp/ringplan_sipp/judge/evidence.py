"""One scenario's messages, seen by party instead of by address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ringplan.interpreter import Attempt, FromCallback, FromClick, FromPhone
from ringplan.ir import Program, Tenant, User

from ..parties import Parties
from ..scenario import Observed, Scenario
from ..sip import Sip, parse


@dataclass(frozen=True, slots=True)
class Leg:
    """One branch of an attempt, and the INVITE that opened it."""

    turn: int
    """Position of the attempt among those that are expected."""
    attempt: Attempt
    party: str
    invite: Sip


class Evidence:
    """What is known about one scenario that was played. Everything is derived; nothing is changed."""

    def __init__(self, scenario: Scenario, observed: Observed, program: Program) -> None:
        self.scenario, self.observed, self.program = scenario, observed, program
        self.parties = Parties(observed)

    def party(self, endpoint: str) -> str | None:
        """The phone or trunk at ``address:port``; None: the exchange, a relay or a stranger."""
        return self.parties.at(endpoint)

    def is_caller(self, endpoint: str) -> bool:
        """Whether the calling party is at ``address:port``."""
        return self.parties.is_caller(endpoint)

    @cached_property
    def messages(self) -> tuple[Sip, ...]:
        """All messages in order of time."""
        return tuple(parse(message) for message in self.observed.messages)

    @cached_property
    def called(self) -> tuple[tuple[str, Sip], ...]:
        """First copy of every INVITE that begins a call at a party, with the party that got it."""
        found: dict[tuple[str, str], tuple[str, Sip]] = {}
        for sip in self.messages:
            party = self.party(sip.destination)
            if sip.is_initial_invite and party is not None and self.party(sip.source) is None:
                found.setdefault((party, sip.branch), (party, sip))
        return tuple(found.values())

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """Expected branches that were opened; the n-th INVITE of a party belongs to the n-th attempt that names it."""
        waiting: dict[str, list[Sip]] = {}
        for party, sip in self.called:
            waiting.setdefault(party, []).append(sip)
        found: list[Leg] = []
        for turn, attempt in enumerate(self.attempts):
            for target in attempt.targets:
                if invites := waiting.get(target):
                    found.append(Leg(turn, attempt, target, invites.pop(0)))
        return tuple(found)

    def ended(self, leg: Leg) -> float | None:
        """When the branch was taken away (CANCEL), or its party gave a final answer; None: neither."""
        times = [
            sip.time
            for sip in self.messages
            if (sip.method == "CANCEL" and sip.branch == leg.invite.branch and self.party(sip.destination) == leg.party)
            or (
                sip.code >= 200
                and sip.cseq == leg.invite.cseq
                and sip.branch == leg.invite.branch
                and self.party(sip.source) == leg.party
            )
        ]
        return min(times, default=None)

    def cancelled(self, leg: Leg) -> float | None:
        """When the branch was taken away (CANCEL); None: it was not."""
        return next(
            (
                sip.time
                for sip in self.received(leg.party)
                if sip.method == "CANCEL" and sip.branch == leg.invite.branch
            ),
            None,
        )

    def received(self, party: str) -> Iterator[Sip]:
        """Messages a called party got from the exchange that belong to a call to it."""
        calls = {sip.call_id for called, sip in self.called if called == party}
        return (
            sip
            for sip in self.messages
            if sip.call_id in calls and self.party(sip.destination) == party and self.party(sip.source) != party
        )

    @cached_property
    def caller_received(self) -> tuple[Sip, ...]:
        """Messages the caller got."""
        return tuple(sip for sip in self.messages if self.is_caller(sip.destination))

    @cached_property
    def caller_invites(self) -> tuple[Sip, ...]:
        """INVITEs with which the caller began the call, in order (the second carries the credentials)."""
        return tuple(sip for sip in self.messages if sip.is_initial_invite and self.is_caller(sip.source))

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """What the exchange should have tried, in order."""
        return self.scenario.expected.attempts

    @property
    def is_answered(self) -> bool:
        """Whether the call should have been answered."""
        return self.scenario.expected.code == 200

    @property
    def answering(self) -> str | None:
        """The party that should have answered."""
        return next(iter(self.scenario.expected.answered_by), None)

    @property
    def exchange_answers(self) -> bool:
        """Whether nobody but the exchange itself should have answered."""
        targets = {target for attempt in self.attempts for target in attempt.targets}
        return self.answering is not None and self.answering not in targets

    @property
    def exchange_calls(self) -> bool:
        """Whether the exchange began the call: it calls back, or somebody clicked."""
        return isinstance(self.scenario.call.origin, FromCallback | FromClick)

    @property
    def tenant(self) -> Tenant:
        """The tenant the scenario belongs to."""
        return self.program.tenant(self.scenario.tenant)

    @property
    def calling_user(self) -> User | None:
        """The user who calls; None for trunks and strangers."""
        origin = self.scenario.call.origin
        return self.user_of(origin.phone) if isinstance(origin, FromPhone) else None

    @property
    def withholds(self) -> bool:
        """Whether the caller does not want to be known, on this call or ever."""
        user = self.calling_user
        return self.scenario.call.withheld or (user is not None and user.identity.withheld)

    def user_of(self, phone: str) -> User | None:
        """The user who owns a phone, of any tenant."""
        owner = phone.partition("/phones/")[0]
        nodes = (node for tenant in self.program.tenants for node in tenant.nodes)
        return next((node for node in nodes if isinstance(node, User) and node.id == owner), None)


def listed(names: tuple[str, ...] | list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; ``nobody`` for none."""
    if not names:
        return "nobody"
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last
