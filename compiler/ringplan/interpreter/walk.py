"""The walk through the routing graph: from the node a call enters to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ringplan.diagnostics import Span
from ringplan.ir import (
    MAX_DIVERSIONS,
    Announcement,
    Callback,
    Forwarder,
    HuntGroup,
    Ivr,
    Outside,
    Program,
    Reject,
    SipUri,
    Tenant,
    TimeRoute,
    Trunk,
    User,
)

from . import calling_back, hunting, menus
from .call import Call, FromPhone, FromTrunk, Memory, PhoneState, TrunkState, World
from .caller import Caller
from .dialling import OffNet, OnNet
from .outcome import ANONYMOUS, Attempt, Diversion, Outcome, Presented, Step, Waiting
from .presenting import diverted, written
from .redirecting import screen_target, target_of
from .schedules import is_open
from .screening import matches

_EDGES = {"user-busy": "busy", "no-answer": "no_answer", "unavailable": "unreachable"}
"""The edges that are taken for a reason; of others there are several."""
_PASSED_ON = {
    TrunkState.BUSY: (486, "Busy Here", "busy"),
    TrunkState.DECLINES: (603, "Decline", "declined"),
    TrunkState.UNKNOWN: (404, "Not Found", "failed"),
}
"""Answers about the called party; another trunk would say the same, so they go to the caller."""


class Located(Protocol):
    """Something of the graph that stands somewhere in a manifest."""

    @property
    def span(self) -> Span: ...


class Walk:
    """One walk; collects steps and attempts."""

    def __init__(self, program: Program, tenant: Tenant | None, call: Call, world: World) -> None:
        self.program, self.call, self.world = program, call, world
        self._tenant = tenant
        self._caller: Caller | None = None
        self._steps: list[Step] = []
        self._attempts: list[Attempt] = []
        self._diversions: list[Diversion] = []
        self._memory: dict[str, Memory] = {}
        self._heard: list[str] = []
        self._waits: list[Waiting] = []
        self._presses = iter(call.presses)
        self._may_treat = isinstance(call.origin, FromPhone | FromTrunk)

    @property
    def tenant(self) -> Tenant:
        """The tenant whose graph is walked."""
        assert self._tenant is not None
        return self._tenant

    @property
    def caller(self) -> Caller:
        """Who calls."""
        assert self._caller is not None
        return self._caller

    @property
    def is_forwarded(self) -> bool:
        """Whether somebody of the tenant has forwarded the call."""
        return bool(self._diversions)

    # -- nodes

    def enter(self, node_id: str, caller: Caller) -> Outcome:
        """The call reaches its first node."""
        self._caller = caller
        return self.go_on(node_id)

    def go_on(self, node_id: str) -> Outcome:
        """The call reaches a node."""
        match self.tenant.node(node_id):
            case Reject() as node:
                return self._reject(node)
            case TimeRoute() as node:
                return self._by_time(node)
            case HuntGroup() as node:
                return self._hunt(node)
            case Outside() as node:
                return self._forward_out(node.number, None)
            case SipUri() as node:
                return self._forward_out(None, node)
            case Ivr() as node:
                return menus.answer(self, node)
            case Announcement() as node:
                return self._announce(node)
            case Callback() as node:
                return calling_back.called(self, node)
            case User() as node:
                return self._user(node)

    def reject(self, name: str) -> Outcome:
        """The deliberate end with this name."""
        node = self.tenant.node(f"{self.tenant.id}/reject/{name}")
        assert isinstance(node, Reject)
        return self._reject(node)

    def _reject(self, node: Reject) -> Outcome:
        if self._may_treat:
            self.hear(node.id, node.prompt)
        self.step(node.id, f"ends with {node.code} {node.reason}", node)
        return self.end(node.code, node.reason)

    def _announce(self, node: Announcement) -> Outcome:
        for _ in range(node.times):
            self.hear(node.id, node.prompt)
        self.step(node.id, f"ends with {node.code} {node.reason}", node)
        return self.end(node.code, node.reason)

    def _divert(self, node: Forwarder, reason: str, target: str, edge: str = "") -> Outcome:
        """The call goes on at ``target``; that is a diversion unless it ends there.

        ``edge``: the edge that is taken, where the reason does not say which.
        """
        if isinstance(self.tenant.node(target), Reject | Announcement):
            return self.go_on(target)
        if self.call.diversions + len(self._diversions) >= MAX_DIVERSIONS:
            self.step(node.id, f"would be forwarded more than {MAX_DIVERSIONS} times", node)
            return self.reject("diversions")
        place = self.tenant.edge_span(node, edge or _EDGES.get(reason, ""))
        self._steps.append(Step(node.id, f"forwards ({reason}) to {target}", place))
        self._diversions.append(_diversion(node, reason))
        return self.go_on(target)

    # -- answered calls

    def transfer(self, ivr: Ivr, target: str) -> Outcome:
        """A menu connects its call with ``target``; a code other than 200: nobody took it, and the menu goes on."""
        return self.connect(lambda: self._divert(ivr, "unconditional", target))

    def connect(self, go: Callable[[], Outcome]) -> Outcome:
        """An answered call is connected with somebody: there, a rejection is only its code.

        When nobody takes it the call is where it was, and has not been forwarded.
        """
        diversions, may_treat, self._may_treat = tuple(self._diversions), self._may_treat, False
        outcome = go()
        self._may_treat = may_treat
        if outcome.code != 200:
            self._diversions = list(diversions)
        return outcome

    def pressed(self) -> str:
        """What the caller presses now; empty: nothing. `waited` has to be told of it."""
        return next(self._presses, "")

    def waited(self, keys: str, ms: int, *, barge_in: bool) -> None:
        """Note that the call waited, and ``keys`` were `pressed`."""
        self._waits.append(Waiting(len(self._heard), ms, barge_in, keys))

    def hear(self, address: str, prompt: str | None) -> None:
        """The caller hears a prompt, if there is one."""
        if prompt is not None:
            self._heard.append(prompt)
            played = self.tenant.prompt(prompt)
            self.step(address, f"plays {played.words}", played)

    def ring_own(self, user: User, presented: Presented) -> str:
        """Rings the phones of the user for whom the call is made, whatever he forwards; how that ends."""
        self._caller = Caller(None, None, None, withheld=False, presented=presented)
        return self._ring_phones(user)[0]

    # -- time routes

    def _by_time(self, node: TimeRoute) -> Outcome:
        for index, (schedule, target) in enumerate(node.rules):
            if self.is_open(schedule):
                self.step(schedule, f"open at {self.local_time}", self.tenant.schedule(schedule))
                return self._divert(node, "time-of-day", target, f"rules/{index}")
        self.step(node.id, f"no schedule is open at {self.local_time}", node)
        return self._divert(node, "time-of-day", node.otherwise, "otherwise")

    def is_open(self, schedule: str) -> bool:
        """Whether a schedule is open when the call begins."""
        return is_open(self.tenant, schedule, self.world.now, self.world.switches)

    @property
    def local_time(self) -> str:
        """When the call begins, on the tenant's wall clock."""
        from zoneinfo import ZoneInfo

        return f"{self.world.now.astimezone(ZoneInfo(self.tenant.time_zone)):%a %Y-%m-%d %H:%M}"

    # -- users

    def _user(self, user: User) -> Outcome:
        target = self._forwarded(user)
        if target is not None:
            return self._divert(user, "unconditional", target)
        if user is self.caller.user:
            self.step(user.id, "a user who calls himself is busy", user)
            return self._divert(user, "user-busy", user.busy)
        return self._ring(user)

    def _forwarded(self, user: User) -> str | None:
        """Where the user's rules send the call; None: the phones ring."""
        for rule in user.rules:
            if rule.when is not None and not self.is_open(rule.when):
                continue
            if rule.callers and not self._is_among(rule.callers, rule.anonymous):
                continue
            self.step(user.id, "a forwarding entry applies" if rule.to else "an entry says: do not forward", rule)
            return rule.to
        return None

    def _is_among(self, patterns: tuple[str, ...], anonymous: bool) -> bool:
        """Whether the caller is one of these; who withholds his number, or has none, matches no pattern."""
        caller = self.caller
        if caller.withheld or caller.canonical is None:
            return anonymous
        return any(matches(pattern, caller.canonical) for pattern in patterns)

    def _ring(self, user: User) -> Outcome:
        result, phones = self._ring_phones(user)
        match result:
            case "answered":
                return self.end(200, "OK", phones)
            case "no-answer":
                return self._divert(user, "no-answer", user.no_answer)
            case "unreachable":
                return self._divert(user, "unavailable", user.unreachable)
            case "redirected":
                return self._redirected(user, phones[0])
            case _:
                return self._divert(user, "user-busy", user.busy)

    def _ring_phones(self, user: User) -> tuple[str, tuple[str, ...]]:
        """How ringing the phones ends, and which of them answer or redirect."""
        states = {phone.id: self.world.phone(phone.id) for phone in user.phones}
        registered = tuple(sorted(p for p, state in states.items() if state is not PhoneState.UNREGISTERED))
        if not registered:
            self.step(user.id, "no phone is registered", user)
            return "unreachable", ()
        result = _user_result(set(states.values()))
        self._attempt_phones(registered, result, user.ring_ms)
        self.step(user.id, f"rings {_slugs(registered)}: {result}", user)
        acting = PhoneState.REDIRECTS if result == "redirected" else PhoneState.ANSWERS
        return result, tuple(phone for phone in registered if states[phone] is acting)

    def _redirected(self, user: User, phone: str) -> Outcome:
        """A phone sent the call elsewhere (302): followed if its owner may forward there, else he declined."""
        text = self.world.redirects.get(phone, "")
        target = target_of(self.program, self.tenant, user, text)
        verdict = screen_target(self.tenant, user.plan, target)
        self.step(user.id, f"redirected to {text or 'nowhere'}: {verdict.why}", user)
        if not verdict.allowed:
            return self._divert(user, "user-busy", user.busy)
        if self.call.diversions + len(self._diversions) >= MAX_DIVERSIONS:
            self.step(user.id, f"would be forwarded more than {MAX_DIVERSIONS} times", user)
            return self.reject("diversions")
        self._diversions.append(_diversion(user, "deflection"))
        match target:
            case OnNet(_, node):
                return self.go_on(node)
            case OffNet(number):
                return self._send_forwarded(number, None)
            case SipUri():
                return self._send_forwarded(None, target)
            case _:
                raise AssertionError(target)  # the verdict allows neither emergency calls nor what is not found

    # -- hunt groups

    def _hunt(self, group: HuntGroup) -> Outcome:
        if self.world.switches.get(group.id, group.is_busy):
            self.step(group.id, "the group is switched to busy", group)
            return self._divert(group, "user-busy", group.busy)
        turns = hunting.turns(self.tenant, group, self._remembered())
        self._memory = hunting.begun(self.tenant, group, self._remembered())
        elapsed, rung, seen, stay_with = 0, set[str](), set[str](), dict[str, str]()
        for turn in turns:
            if hunting.is_over(turn, stay_with):
                continue
            candidates = self._free(turn, rung, seen)
            if not candidates:
                continue
            left = turn.ring_ms if group.overflow_ms is None else min(turn.ring_ms, group.overflow_ms - elapsed)
            states = self._states(candidates)
            result = self._ring_turn(group, candidates, states, left)
            if result == "answered":
                return self._answered(candidates, states)
            rung |= {candidate.user for candidate in candidates}
            seen.add("busy" if result == "declined" else result)
            if result == "no-answer":
                stay_with.update(turn.stays_with)
            elapsed += hunting.duration_ms(result, states, left)
            if group.overflow_ms is not None and elapsed >= group.overflow_ms:
                self.step(group.id, f"nobody answered within {group.overflow_ms / 1000:g} s", group)
                return self._divert(group, "no-answer", group.overflow, "overflow")
        return self._nobody(group, seen)

    def _remembered(self) -> dict[str, Memory]:
        return {**self.world.memory, **self._memory}

    def _free(self, turn: hunting.Turn, rung: set[str], seen: set[str]) -> tuple[hunting.Candidate, ...]:
        """Whom this turn can ring; ``seen`` learns that others are busy."""
        found: list[hunting.Candidate] = []
        for candidate in turn.candidates:
            user = self.tenant.node(candidate.user)
            assert isinstance(user, User)
            if candidate.user in rung | {other.user for other in found}:
                continue
            if user is self.caller.user:
                self.step(user.id, "skipped: he is the caller", user)
            elif self._is_busy(candidate):
                seen.add("busy")
                self.step(user.id, "skipped: busy", user)
            elif all(self.world.phone(phone.id) is PhoneState.UNREGISTERED for phone in user.phones):
                self.step(user.id, "skipped: no phone is registered", user)
            else:
                found.append(candidate)
        return tuple(found)

    def _is_busy(self, candidate: hunting.Candidate) -> bool:
        """In a call without call waiting, or in an inner group that is switched to busy."""
        groups = [self.tenant.node(group) for group, _ in candidate.path]
        *_, innermost = groups
        assert isinstance(innermost, HuntGroup)
        if candidate.user in self.world.engaged and not innermost.call_waiting:
            return True
        inner = (g for g in groups[1:] if isinstance(g, HuntGroup))
        return any(self.world.switches.get(g.id, g.is_busy) for g in inner)

    def _states(self, candidates: tuple[hunting.Candidate, ...]) -> dict[str, PhoneState]:
        """States of all registered phones of some users."""
        users = (self.tenant.node(candidate.user) for candidate in candidates)
        states = {p.id: self.world.phone(p.id) for user in users if isinstance(user, User) for p in user.phones}
        return {phone: state for phone, state in sorted(states.items()) if state is not PhoneState.UNREGISTERED}

    def _ring_turn(
        self,
        group: HuntGroup,
        candidates: tuple[hunting.Candidate, ...],
        states: dict[str, PhoneState],
        ring_ms: int,
    ) -> str:
        result = hunting.ring_result(len(candidates), states)
        for candidate in candidates:
            self._memory.update(hunting.rung(self.tenant, candidate.path, self._remembered()))
        self._attempt_phones(tuple(states), result, ring_ms)
        names = ", ".join(candidate.user for candidate in candidates)
        self.step(group.id, f"rings {names} for {ring_ms / 1000:g} s: {result}", group)
        return result

    def _answered(self, candidates: tuple[hunting.Candidate, ...], states: dict[str, PhoneState]) -> Outcome:
        """The first phone to answer decides whose call it is; with several that is the first by id."""
        phones = tuple(phone for phone, state in states.items() if state is PhoneState.ANSWERS)
        owner = phones[0].partition("/phones/")[0]
        path = next(candidate.path for candidate in candidates if candidate.user == owner)
        self._memory.update(hunting.answered(self.tenant, path, self._remembered()))
        return self.end(200, "OK", phones)

    def _nobody(self, group: HuntGroup, seen: set[str]) -> Outcome:
        """All members have been tried: somebody who rang outweighs a busy one, that one one who is gone."""
        if "no-answer" in seen:
            return self._divert(group, "no-answer", group.no_answer)
        if "busy" in seen:
            self.step(group.id, "all members are busy", group)
            return self._divert(group, "user-busy", group.busy)
        self.step(group.id, "no member can be reached", group)
        return self._divert(group, "unavailable", group.unreachable)

    # -- calls that leave the exchange

    def _forward_out(self, number: str | None, uri: SipUri | None) -> Outcome:
        """A forwarded call reaches a target outside; the plan of who forwards it last must allow that."""
        owner = self.tenant.node(self._diversions[-1].node)
        assert isinstance(owner, User | HuntGroup | TimeRoute | Ivr)
        verdict = screen_target(self.tenant, owner.plan, uri or OffNet(number or ""))
        self.step(owner.plan, verdict.why, self.tenant.plan(owner.plan))
        return self._send_forwarded(number, uri) if verdict.allowed else self.reject("barred")

    def _send_forwarded(self, number: str | None, uri: SipUri | None) -> Outcome:
        last, caller = self._diversions[-1], self.caller
        return self._leave(number, uri, lambda trunk: diverted(caller.number, caller.withheld, last, trunk))

    def call_out(self, number: str, presented: Callable[[Trunk], Presented]) -> Outcome:
        """A call that was not forwarded leaves the exchange; ``presented``: who a trunk is told that calls."""
        return self._leave(number, None, presented)

    def _leave(self, number: str | None, uri: SipUri | None, presented: Callable[[Trunk], Presented]) -> Outcome:
        for trunk in trunks_for(self.program, self.tenant, uri):
            ended = self._try(trunk, number, uri, presented(trunk))
            if ended is not None:
                return ended
        return self.reject("no-trunk")

    def _try(self, trunk: Trunk, number: str | None, uri: SipUri | None, presented: Presented) -> Outcome | None:
        """One trunk; None: the next one is to be tried."""
        state = self.world.trunk(trunk.id)
        if state is TrunkState.ANSWERS:
            self._attempt_trunk(trunk, number, uri, presented, "answered")
            return self.end(200, "OK", (trunk.id,))
        if state in _PASSED_ON:
            code, reason, result = _PASSED_ON[state]
            self._attempt_trunk(trunk, number, uri, presented, result)
            return self.end(code, reason)
        self._attempt_trunk(trunk, number, uri, presented, "failed")
        return None

    def emergency(self, caller: User, number: str) -> Outcome:
        """Every trunk in turn, whatever it says, until one answers; before any plan, licence or limit."""
        for trunk in self.program.platform.trunks:
            if not trunk.numbers:
                continue
            asserted = caller.identity.emergency_number
            shown = written(asserted, trunk) if asserted else None
            presented = Presented(shown, asserted=shown) if shown else ANONYMOUS
            answers = self.world.trunk(trunk.id) is TrunkState.ANSWERS
            self._attempt_trunk(trunk, number, None, presented, "answered" if answers else "failed")
            if answers:
                return self.end(200, "OK", (trunk.id,), emergency=True)
        return self.end(503, "No Trunk Available", emergency=True)

    # -- bookkeeping

    def _attempt_phones(self, phones: tuple[str, ...], result: str, ring_ms: int) -> None:
        presented, diversions = self.caller.presented, tuple(self._diversions)
        self._attempts.append(
            Attempt("phones", phones, None, presented, result, diversions=diversions, ring_ms=ring_ms)
        )

    def _attempt_trunk(
        self, trunk: Trunk, number: str | None, uri: SipUri | None, presented: Presented, result: str
    ) -> None:
        user = uri.user if uri else written(number or "", trunk)
        host, diversions = uri.host if uri else None, tuple(self._diversions)
        self._attempts.append(Attempt("trunk", (trunk.id,), user, presented, result, host, diversions))
        self.step(f"trunks/{trunk.id}", f"{result}, presenting {presented.number}", trunk)

    def step(self, address: str, text: str, at: Located | None = None) -> None:
        """Note what decided."""
        self._steps.append(Step(address, text, at.span if at is not None else None))

    def end(self, code: int, reason: str, answered_by: tuple[str, ...] = (), emergency: bool = False) -> Outcome:
        """The call is over, or answered."""
        tenant = self._tenant.id if self._tenant else None
        steps, attempts = tuple(self._steps), tuple(self._attempts)
        heard, waits = tuple(self._heard), tuple(self._waits)
        return Outcome(tenant, steps, attempts, code, reason, answered_by, emergency, dict(self._memory), heard, waits)


def trunks_for(program: Program, tenant: Tenant, uri: SipUri | None) -> tuple[Trunk, ...]:
    """The trunks a call may leave through, in the order in which they are tried."""
    wanted = (uri.trunk,) if uri is not None else tenant.trunks
    known = {trunk.id: trunk for trunk in program.platform.trunks}
    return tuple(known[trunk] for trunk in wanted)


def _diversion(node: Forwarder, reason: str) -> Diversion:
    if isinstance(node, User):
        return Diversion(node.id, reason, node.identity.external_number, node.identity.withheld)
    return Diversion(node.id, reason, node.external_number, private=False)


def _user_result(states: set[PhoneState]) -> str:
    """How ringing all phones of a user ends.

    A decline or a redirection is a person's decision and ends the ringing of all phones at once; a busy phone does
    not.
    """
    if PhoneState.DECLINES in states:
        return "declined"
    if PhoneState.REDIRECTS in states:
        return "redirected"
    if PhoneState.ANSWERS in states:
        return "answered"
    if PhoneState.SILENT in states:
        return "no-answer"
    return "busy" if PhoneState.BUSY in states else "unreachable"


def _slugs(phones: tuple[str, ...]) -> str:
    return ", ".join(phone.rsplit("/", 1)[-1] for phone in phones)
