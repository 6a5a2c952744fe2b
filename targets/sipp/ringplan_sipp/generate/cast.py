"""Who plays in the scenarios of one tenant, and how a scenario is made from a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ringplan.countries import COUNTRIES
from ringplan.interpreter import (
    Call,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    Memory,
    Origin,
    Outcome,
    PhoneState,
    Transfer,
    World,
    route,
    transfer,
)
from ringplan.ir import DialPlan, Program, Tenant, User

from ..scenario import Scenario, Shape

_ANSWERED = 200
_BARRED = 403
_CANCELLED = 487


@dataclass(frozen=True, slots=True)
class Cast:
    """One tenant and the kind of scenarios that are being made for it; every choice is a function of these."""

    program: Program
    tenant: Tenant
    kind: str

    @property
    def users(self) -> tuple[User, ...]:
        """All users, sorted by id."""
        return tuple(node for node in self.tenant.nodes if isinstance(node, User))

    @property
    def plan(self) -> DialPlan:
        """How the tenant's users dial."""
        return self.tenant.dial_plan

    def caller(self, number: int) -> User:
        """A user to call from; counts round."""
        return self.users[number % len(self.users)]

    def phone(self, user: User, number: int = 0) -> FromPhone:
        """A phone of the user as the origin of a call; counts round."""
        return FromPhone(user.phones[number % len(user.phones)].id)

    def other(self, user: User) -> User:
        """Another user: the next by id; the user himself when he is alone."""
        users = self.users
        return users[(users.index(user) + 1) % len(users)]

    def to_user(self, user: User) -> Call | None:
        """A call that reaches the user: from a colleague, else by a trunk; None when nobody can call him."""
        if len(self.users) > 1:
            return Call(self.phone(self.other(user)), user.extension)
        if user.number is not None:
            return Call(FromTrunk(self.program.platform.trunks[0].id, self.outsider()), user.number)
        return None

    def named_users(self) -> Iterable[tuple[str, User]]:
        """Every user with its slug."""
        return ((user.id.rsplit("/", 1)[-1], user) for user in self.users)

    def outsider(self, offset: int = 0) -> str:
        """E.164 number of somebody with a mobile phone in the tenant's country who is a customer of nobody here."""
        plan = self.plan
        beginning = min(b for b, kind in COUNTRIES[plan.country].number_types.items() if kind == "mobile")
        significant = int(beginning.ljust(plan.national_length - 1, "0") + "1") + offset
        while self._owned(f"+{plan.calling_code}{significant}"):
            significant += 1
        return f"+{plan.calling_code}{significant}"

    def foreigner(self) -> str:
        """E.164 number of somebody in another country (Austria) who is a customer of nobody here."""
        number = 4366012345670
        while self._owned(f"+{number}"):
            number += 1
        return f"+{number}"

    def _owned(self, number: str) -> bool:
        return any(number in block for tenant in self.program.tenants for block in tenant.blocks)

    @property
    def unknown_extension(self) -> str:
        """Digits that are no extension, as many as extensions have."""
        taken = {entry.key for entry in self.tenant.extensions}
        length = max(map(len, taken), default=2)
        return next(text for text in (str(n).rjust(length, "9") for n in range(10**length)) if text not in taken)

    # -- calls to nodes

    def keys(self, node: str) -> tuple[str, ...]:
        """What is dialled inside to reach a node: its extension, else its number in full; empty: nothing."""
        extensions = [entry.key for entry in self.tenant.extensions if entry.node == node]
        return (*extensions, *(entry.key for entry in self.tenant.numbers if entry.node == node))

    def numbers(self, node: str) -> tuple[str, ...]:
        """E.164 numbers of a node."""
        return tuple(entry.key for entry in self.tenant.numbers if entry.node == node)

    def calls_to(self, node: str, besides: Iterable[str] = ()) -> Iterator[Call]:
        """Calls that enter the graph at a node: from users other than ``besides``, then from trunks, then the others.

        A user who may not call it comes last.
        """
        others = frozenset(besides)
        keys, numbers = self.keys(node), self.numbers(node)
        inside = [Call(self.phone(user), keys[0]) for user in self.users if user.id not in others] if keys else []
        outside = [
            Call(FromTrunk(trunk.id, self.outsider()), number)
            for number in numbers[:1]
            for trunk in self.program.platform.trunks
        ]
        left = [Call(self.phone(user), keys[0]) for user in self.users if user.id in others] if keys else []
        allowed = {call: route(self.program, call, World()).code != _BARRED for call in inside}
        yield from (call for call in inside if allowed[call])
        yield from outside
        yield from (call for call in inside if not allowed[call])
        yield from left

    def from_outside(
        self,
        number: str,
        world: World,
        *,
        caller: str | None = "",
        withheld: bool = False,
        diversions: int = 0,
        presses: tuple[str, ...] = (),
    ) -> Call | None:
        """A call to a number by a trunk that no part of the call leaves through: no party takes part twice.

        ``caller``: his number; None: unknown, empty: somebody's.
        """
        shown = self.outsider() if caller == "" else caller
        for trunk in reversed(self.program.platform.trunks):
            call = Call(FromTrunk(trunk.id, shown), number, withheld, diversions, presses)
            outcome = route(self.program, call, world)
            if all(trunk.id not in attempt.targets for attempt in outcome.attempts):
                return call
        return None

    # -- scenarios

    def scenario(
        self,
        name: str,
        call: Call,
        world: World | None = None,
        *,
        shape: Shape = Shape.TALK,
        transport: str = "udp",
        nat: bool = False,
        forged: tuple[tuple[str, str], ...] = (),
        refer_to: str = "",
    ) -> Scenario:
        """A scenario whose expected result is what the reference interpreter says."""
        settled, expected = self._settled(call, world or World(), shape)
        return Scenario(
            id=f"{self.tenant.id}/{self.kind}/{name}",
            kind=self.kind,
            tenant=self.tenant.id,
            call=call,
            world=settled,
            expected=expected,
            shape=shape,
            transport=transport,
            nat=nat,
            forged=forged,
            refer_to=refer_to,
            transfer=self._transfer(call, expected, shape, refer_to) if refer_to else None,
        )

    def sequence(self, name: str, steps: Sequence[tuple[Call, World]]) -> Scenario:
        """Calls one after the other, each in the world that the calls before it have left."""
        memory: dict[str, Memory] = {}
        played: list[Scenario] = []
        for index, (call, world) in enumerate(steps, start=1):
            last = index == len(steps)
            step = self.scenario(name if last else f"{name}#{index}", call, replace(world, memory=dict(memory)))
            memory |= step.expected.memory
            played.append(step)
        *before, main = played
        return replace(main, before=tuple(before))

    def meeting(self, name: str, first: Scenario, call: Call, world: World | None = None) -> Scenario:
        """A call that is made while another one is up."""
        wanted = replace(world or World(), memory=dict(first.expected.memory), engaged=engaged(first))
        return replace(self.scenario(name, call, wanted), meanwhile=(first,))

    def _transfer(self, call: Call, expected: Outcome, shape: Shape, text: str) -> Transfer | None:
        """What becomes of a REFER of the caller, or of who has answered."""
        caller = call.origin.phone if isinstance(call.origin, FromPhone) else ""
        phone = caller if shape is Shape.REFER else next(iter(expected.answered_by), "")
        owner = next((user for user in self.users if any(own.id == phone for own in user.phones)), None)
        return transfer(self.program, self.tenant, owner, text) if owner is not None else None

    def _settled(self, call: Call, world: World, shape: Shape) -> tuple[World, Outcome]:
        """The world in which at most one phone answers, so that the result does not depend on a race.

        Of several phones that would answer at the same moment only the first does; the others ring on. When the
        caller gives up (``CANCEL``) none answers.
        """
        outcome = route(self.program, call, world)
        ringing = outcome.attempts[-1].targets if outcome.attempts else ()
        remembered = _when_cancelled(world, outcome) if shape is Shape.CANCEL else None
        if outcome.attempts and outcome.attempts[-1].kind == "phones" and outcome.answered_by:
            kept = () if shape is Shape.CANCEL else outcome.answered_by[:1]
            silent = {p: PhoneState.SILENT for p in outcome.answered_by if p not in kept}
            world = replace(world, phones={**world.phones, **silent})
            outcome = route(self.program, call, world)
        if remembered is not None and ringing:
            ended = replace(outcome, code=_CANCELLED, reason="Request Terminated", answered_by=(), memory=remembered)
            outcome = replace(ended, attempts=outcome.attempts[:1])
        return world, outcome


def _when_cancelled(world: World, outcome: Outcome) -> dict[str, Memory]:
    """What hunt groups remember of a call that somebody would have answered, had the caller not given up."""
    return {
        group: replace(memory, answered=world.remembered(group).answered) for group, memory in outcome.memory.items()
    }


def engaged(scenario: Scenario) -> frozenset[str]:
    """Users who are in a call while it is up: who called, and who talks or is being rung."""
    origin, expected = scenario.call.origin, scenario.expected
    rung = expected.attempts[0].targets if expected.attempts else ()
    busy = expected.answered_by if expected.code == _ANSWERED else rung
    phones = (*busy, origin.phone) if isinstance(origin, FromPhone) else busy
    return frozenset(phone.partition("/phones/")[0] for phone in phones if "/phones/" in phone)


def is_playable(scenario: Scenario) -> bool:
    """Whether nobody would have to take part twice.

    A phone that has called somebody can be called again in the meantime, and be busy, decline or ring, but not answer.
    """
    calls = (*scenario.meanwhile, scenario)
    callers = [_origin(call) for call in calls]
    called = [{target for attempt in call.expected.attempts for target in attempt.targets} for call in calls]
    if len(set(callers)) < len(callers) or any(caller in own for caller, own in zip(callers, called, strict=True)):
        return False
    earlier: set[str] = set().union(*called[:-1])
    answers = set(scenario.expected.answered_by)
    return (
        not earlier & called[-1]
        and callers[-1] not in earlier
        and not answers & set(callers)
        and all(not own & set(callers) for own in called[:-1])
        and all(is_playable(step) for step in scenario.before)
    )


def _origin(scenario: Scenario) -> str:
    """Who calls; of a call the exchange begins, its name: whom it calls first takes part once."""
    origin = scenario.call.origin
    return origin.phone if isinstance(origin, FromPhone) else origin_name(origin)


def notations(plan: DialPlan, number: str) -> dict[str, str]:
    """The ways in which a user can dial an E.164 number: as in the country, with prefix, international, ``+``."""
    digits = number.removeprefix("+")
    forms = {"international": plan.outside_prefix + plan.international_prefix + digits, "plus": number}
    if digits.startswith(plan.calling_code):
        national = plan.national_prefix + digits.removeprefix(plan.calling_code)
        return {"bare": national, "national": plan.outside_prefix + national, **forms}
    return forms


def origin_name(origin: Origin) -> str:
    """Short name of the caller for an id: the account's slugs, or the trunk."""
    match origin:
        case FromPhone(phone):
            _, _, user, _, slug = phone.split("/")
            return f"{user}-{slug}"
        case FromTrunk(trunk):
            return trunk
        case FromStranger(domain):
            return domain
        case FromCallback(node, number):
            return f"{node.rpartition('/')[2]}-{number}"
        case FromClick(user):
            return user.rpartition("/")[2]
