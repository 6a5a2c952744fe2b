"""The reference interpreter: walks the routing graph for one call and says what must happen.

It is the meaning of the language. ``trace`` prints it, the generated scenarios expect it, and the runtime must
agree with it. It is written to be read, not to be fast.
"""

from __future__ import annotations

from ringplan.ir import Entry, Program, Reject, Tenant, Trunk, User

from .call import Call, FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState, World
from .dialling import Emergency, NotFound, OffNet, OnNet, analyse, called_number, calling_number
from .outcome import ANONYMOUS, Attempt, Outcome, Presented, Step

_PASSED_ON = {
    TrunkState.BUSY: (486, "Busy Here", "busy"),
    TrunkState.DECLINES: (603, "Decline", "declined"),
    TrunkState.UNKNOWN: (404, "Not Found", "failed"),
}
"""Answers about the called party; another trunk would say the same, so they go to the caller."""


def route(program: Program, call: Call, world: World) -> Outcome:
    """What happens to ``call`` when phones and trunks are as ``world`` says."""
    match call.origin:
        case FromPhone(phone):
            return _Walk(program, call, world).from_phone(phone)
        case FromTrunk(trunk, number):
            return _Walk(program, call, world).from_trunk(trunk, number)
        case FromStranger(domain):
            return _stranger(program, domain)


def _stranger(program: Program, domain: str) -> Outcome:
    """Nobody calls without an account: challenge in a known domain, refuse otherwise."""
    for tenant in program.tenants:
        if tenant.domain == domain:
            step = Step(tenant.id, "no valid credentials: challenge", tenant.span)
            return Outcome(tenant.id, (step,), (), 407, "Proxy Authentication Required")
    return Outcome(None, (Step("platform", f"unknown domain {domain}: refused"),), (), 403, "Forbidden")


class _Walk:
    """One walk through the graph; collects steps and attempts."""

    def __init__(self, program: Program, call: Call, world: World) -> None:
        self.program, self.call, self.world = program, call, world
        self.steps: list[Step] = []
        self.attempts: list[Attempt] = []
        self.tenant: Tenant | None = None

    # -- where the call comes from

    def from_phone(self, phone_id: str) -> Outcome:
        tenant, caller = _phone_owner(self.program, phone_id)
        self.tenant = tenant
        self._step(caller.id, f"call from phone {phone_id.rsplit('/', 1)[-1]} to {self.call.dialled}", caller)
        destination, dialled = analyse(tenant, caller, self.call.dialled)
        if dialled != self.call.dialled:
            self._step(caller.id, f"speed dial {self.call.dialled} stands for {dialled}", caller)
        match destination:
            case Emergency(number):
                self._step(f"{tenant.id}/dialing", f"emergency call to {number}", tenant)
                return self._emergency(caller, number)
            case OnNet(key, node):
                self._step(node, f"{key} is {node}", tenant.node(node))
                return self._enter(tenant, node, _internal(caller, self.call.withheld), caller)
            case OffNet(number):
                self._step(f"{tenant.id}/dialing", f"call out to {number}", tenant)
                return self._call_out(tenant, caller, number)
            case NotFound(name, why):
                self._step(f"{tenant.id}/dialing", why, tenant)
                return self._reject(tenant, f"{tenant.id}/reject/{name}")

    def from_trunk(self, trunk_id: str, number: str | None) -> Outcome:
        self._step(f"trunks/{trunk_id}", f"call in to {self.call.dialled}")
        found = _owner(self.program, self.call.dialled)
        if found is None:
            self._step("platform", f"{self.call.dialled} is not a number of any tenant")
            return self._end(404, "Not Found")
        self.tenant, entry = found
        tenant = found[0]
        if entry is None:
            self._step(f"{tenant.id}/numbers", f"{self.call.dialled} is owned but not assigned", tenant)
            return self._reject(tenant, f"{tenant.id}/reject/unknown-number")
        self._step(entry.node, f"{entry.key} is {entry.node}", entry)
        return self._enter(tenant, entry.node, _external(tenant, number, self.call.withheld), None)

    # -- nodes

    def _enter(self, tenant: Tenant, node_id: str, presented: Presented, caller: User | None) -> Outcome:
        node = tenant.node(node_id)
        if isinstance(node, Reject):
            return self._reject(tenant, node_id)
        if node is caller:
            self._step(node.id, "a user who calls himself is busy", node)
            return self._enter(tenant, node.busy, presented, caller)
        return self._ring(tenant, node, presented, caller)

    def _ring(self, tenant: Tenant, user: User, presented: Presented, caller: User | None) -> Outcome:
        states = {phone.id: self.world.phone(phone.id) for phone in user.phones}
        registered = tuple(sorted(p for p, state in states.items() if state is not PhoneState.UNREGISTERED))
        if not registered:
            self._step(user.id, "no phone is registered", user)
            return self._enter(tenant, user.unreachable, presented, caller)
        result, edge = _ring_result(user, set(states.values()))
        self.attempts.append(Attempt("phones", registered, None, presented, result))
        self._step(user.id, f"rings {', '.join(p.rsplit('/', 1)[-1] for p in registered)}: {result}", user)
        if edge is not None:
            return self._enter(tenant, edge, presented, caller)
        return self._end(200, "OK", tuple(p for p in registered if states[p] is PhoneState.ANSWERS))

    def _reject(self, tenant: Tenant, node_id: str) -> Outcome:
        node = tenant.node(node_id)
        assert isinstance(node, Reject)
        self._step(node.id, f"ends with {node.code} {node.reason}", node)
        return self._end(node.code, node.reason)

    # -- trunks

    def _call_out(self, tenant: Tenant, caller: User, number: str) -> Outcome:
        for trunk in (_trunk(self.program, trunk_id) for trunk_id in tenant.trunks):
            state = self.world.trunk(trunk.id)
            presented = _to_trunk(caller.identity.external_number, caller, trunk, self.call.withheld)
            if state is TrunkState.ANSWERS:
                return self._answered_by(trunk, number, presented)
            if state in _PASSED_ON:
                code, reason, result = _PASSED_ON[state]
                self._try(trunk, number, presented, result)
                return self._end(code, reason)
            self._try(trunk, number, presented, "failed")
        return self._reject(tenant, f"{tenant.id}/reject/no-trunk")

    def _emergency(self, caller: User, number: str) -> Outcome:
        """Every trunk in turn, whatever it says, until one answers; before any plan, licence or limit."""
        for trunk in self.program.platform.trunks:
            asserted = caller.identity.emergency_number
            shown = _written(asserted, trunk) if asserted else None
            presented = Presented(shown, asserted=shown) if shown else ANONYMOUS
            if self.world.trunk(trunk.id) is TrunkState.ANSWERS:
                return self._answered_by(trunk, number, presented, emergency=True)
            self._try(trunk, number, presented, "failed")
        return self._end(503, "No Trunk Available", emergency=True)

    def _answered_by(self, trunk: Trunk, number: str, presented: Presented, emergency: bool = False) -> Outcome:
        self._try(trunk, number, presented, "answered")
        return self._end(200, "OK", (trunk.id,), emergency)

    def _try(self, trunk: Trunk, number: str, presented: Presented, result: str) -> None:
        self.attempts.append(Attempt("trunk", (trunk.id,), _written(number, trunk), presented, result))
        self._step(f"trunks/{trunk.id}", f"{result}, presenting {presented.number}", trunk)

    # -- bookkeeping

    def _step(self, address: str, text: str, at: Entry | User | Reject | Tenant | Trunk | None = None) -> None:
        self.steps.append(Step(address, text, at.span if at is not None else None))

    def _end(self, code: int, reason: str, answered_by: tuple[str, ...] = (), emergency: bool = False) -> Outcome:
        tenant = self.tenant.id if self.tenant else None
        return Outcome(tenant, tuple(self.steps), tuple(self.attempts), code, reason, answered_by, emergency)


def _ring_result(user: User, states: set[PhoneState]) -> tuple[str, str | None]:
    """How ringing all phones of a user ends, and the edge to follow (None: answered).

    A decline is a person's decision and ends the ringing of all phones at once; a busy phone does not.
    """
    if PhoneState.DECLINES in states:
        return "declined", user.busy
    if PhoneState.ANSWERS in states:
        return "answered", None
    if PhoneState.SILENT in states:
        return "no-answer", user.no_answer
    if PhoneState.BUSY in states:
        return "busy", user.busy
    return "unreachable", user.unreachable


def _internal(caller: User, withheld: bool) -> Presented:
    """Caller identity on a call to a user of the same tenant: extension and name."""
    if withheld or caller.identity.withheld:
        return ANONYMOUS
    return Presented(caller.identity.internal_number, name=caller.identity.internal_name)


def _external(tenant: Tenant, number: str | None, withheld: bool) -> Presented:
    """Caller identity of a call from a trunk: the number only, in E.164 where it can be read (S0:579-587)."""
    if withheld or not number:
        return ANONYMOUS
    return Presented(calling_number(tenant.dial_plan, number))


def _to_trunk(number: str | None, caller: User, trunk: Trunk, withheld: bool) -> Presented:
    """Caller identity on a call out: the presented number, asserted even when withheld (RFC 3325)."""
    if number is None:
        return ANONYMOUS
    written = _written(number, trunk)
    if withheld or caller.identity.withheld:
        return Presented("anonymous", "Anonymous", asserted=written, private=True)
    return Presented(written, asserted=written)


def _written(number: str, trunk: Trunk) -> str:
    """A number as the trunk wants it; short codes and emergency numbers have no plus to remove."""
    return number if trunk.plus else number.removeprefix("+")


def _trunk(program: Program, trunk_id: str) -> Trunk:
    return next(trunk for trunk in program.platform.trunks if trunk.id == trunk_id)


def _phone_owner(program: Program, phone_id: str) -> tuple[Tenant, User]:
    tenant = program.tenant(phone_id.split("/", 1)[0])
    for node in tenant.nodes:
        if isinstance(node, User) and any(phone.id == phone_id for phone in node.phones):
            return tenant, node
    raise KeyError(phone_id)


def _owner(program: Program, dialled: str) -> tuple[Tenant, Entry | None] | None:
    """The tenant that owns a number a carrier asks for, and its entry if it is assigned."""
    number = called_number(dialled)
    if number is None:
        return None
    for tenant in program.tenants:
        if any(number in block for block in tenant.blocks):
            entries = (entry for entry in tenant.numbers if entry.key == number)
            return tenant, next(entries, None)
    return None
