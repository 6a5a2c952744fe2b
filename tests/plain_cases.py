"""Random calls and worlds for a program, drawn from a plain random generator.

The same pools as in ``strategies``, a dozen times as fast: what hypothesis needs for every choice costs more than the
call itself. Programs still come from hypothesis, which shrinks them when a case fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from tests.strategies import JUNK, OUTSIDE, Case, interesting, notations, numbers_of, phones_of, users_of
from tests.strategies_services import BOUNDARIES, PARTNER, SECONDS, switchable

from ringplan.interpreter import Call, FromPhone, FromTrunk, Memory, PhoneState, TrunkState, World
from ringplan.ir import HuntGroup, Program, Tenant

State = TypeVar("State", PhoneState, TrunkState)

PROGRAM_SHARE = 0.6
"""Of the calls, to what the tenant has: users, hunt groups, time routes."""


class Cases:
    """The pools of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._phones, self._trunks = phones_of(program), [trunk.id for trunk in program.platform.trunks]
        self._users = [user.id for tenant in program.tenants for user in users_of(tenant)]
        self._switches = [address for tenant in program.tenants for address in switchable(tenant)]
        self._keys = {tenant.id: _keys(tenant) for tenant in program.tenants}
        self._near = {tenant.id: interesting(program, tenant.dial_plan) for tenant in program.tenants}
        self._owned = [number for tenant in program.tenants for number in numbers_of(tenant)]
        self._entries = [entry.key for tenant in program.tenants for entry in tenant.numbers] or self._owned
        plan = program.tenants[0].dial_plan
        self._callers = [None, *(form for number in OUTSIDE for form in notations(number, plan)), "1188", "unavailable"]

    def case(self, random: Random) -> Case:
        """One call in one state of the world."""
        by_trunk = self._owned and random.random() < 0.3
        return Case(self._call_in(random) if by_trunk else self._call(random), self._world(random))

    def _call(self, random: Random) -> Call:
        phone = random.choice(self._phones)
        return Call(FromPhone(phone), self.dialled(random, phone.partition("/")[0]), random.random() < 0.25)

    def dialled(self, random: Random, tenant: str) -> str:
        """What a user of a tenant may dial."""
        if random.random() < PROGRAM_SHARE:
            return random.choice(self._keys[tenant])
        return random.choice(JUNK) if random.random() < 0.1 else random.choice(self._near[tenant])

    def _call_in(self, random: Random) -> Call:
        number = random.choice(self._entries if random.random() < 0.9 else [*self._owned, *OUTSIDE, "112"])
        form = random.choice(("", "+", "00")) if number.startswith("+") else ""
        origin = FromTrunk(random.choice(self._trunks), random.choice(self._callers))
        counts = (0, 0, 0, 0, 1, 2, 3, 4, 5, 9)
        return Call(origin, form + number.removeprefix("+"), random.random() < 0.25, random.choice(counts))

    def _world(self, random: Random) -> World:
        return World(
            phones=_states(random, self._phones, tuple(PhoneState)),
            trunks=_states(random, self._trunks, tuple(TrunkState)),
            now=random.choice(BOUNDARIES) + timedelta(seconds=random.choice(SECONDS)),
            redirects={phone: self._redirect(random, phone) for phone in self._phones if random.random() < 0.7},
            engaged=frozenset(_some(random, self._users, 2)),
            memory={
                group.id: _memory(random, tenant.id, group)
                for tenant in self._program.tenants
                for group in tenant.nodes
                if isinstance(group, HuntGroup) and random.random() < 0.7
            },
            switches={address: random.random() < 0.5 for address in _some(random, self._switches, 2)},
        )

    def _redirect(self, random: Random, phone: str) -> str:
        if random.random() < 0.7:
            return self.dialled(random, phone.partition("/")[0])
        return random.choice((f"sip:bob@{PARTNER}", "sip:eve@evil.example", "tel:+420602123456", "", "112", *JUNK))


def _keys(tenant: Tenant) -> list[str]:
    """What can be dialled within a tenant, services twice as often."""
    keys = [entry.key for entry in tenant.extensions]
    return [*keys, *(entry.key for entry in tenant.extensions if "/users/" not in entry.node)]


def _some(random: Random, found: Sequence[str], most: int) -> list[str]:
    return random.sample(found, min(len(found), random.randint(0, most)))


def _states(random: Random, parties: Sequence[str], states: Sequence[State]) -> Mapping[str, State]:
    """One state for all, or none in particular, and exceptions from it."""
    every = random.choice(states if random.random() < 0.8 else states[:1])
    return {
        **dict.fromkeys(parties, every),
        **{party: random.choice(states) for party in _some(random, parties, 3)},
    }


def _memory(random: Random, tenant: str, group: HuntGroup) -> Memory:
    members = [member.node for member in group.members]
    match group.policy:
        case "circular":
            return Memory(last=random.choice((None, f"{tenant}/users/gone", *members)))
        case "weighted":
            return Memory(turn=random.choice((0, 1, 7, 2_000_000_000)))
        case "uniform":
            return Memory(answered=tuple(_some(random, members, len(members))))
        case _:
            return Memory()
