"""The state of the world as the command line gives it: phones, trunks, the time, switches, and what groups remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringplan.diagnostics.text import shown
from ringplan.interpreter import (
    ORDINARY_MOMENT,
    FromCallback,
    FromClick,
    FromPhone,
    Memory,
    Origin,
    PhoneState,
    TrunkState,
    World,
)
from ringplan.interpreter.dialling import called_number
from ringplan.ir import HuntGroup, Program, Tenant
from ringplan.naming import unknown

from .parties import UnknownPartyError, find_node, find_party, find_tenant


class WordError(LookupError):
    """An option is not written as it must be; the message says how."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the command line says of the world, as it is written there."""

    phones: tuple[tuple[PhoneState, str], ...] = ()
    trunks: tuple[tuple[TrunkState, str], ...] = ()
    at: str | None = None
    redirects: tuple[str, ...] = ()
    """``PHONE=TARGET``."""
    engaged: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    """``ADDRESS=on`` or ``ADDRESS=off``."""
    remembered: tuple[str, ...] = ()
    """``GROUP=last:MEMBER``, ``GROUP=turn:NUMBER`` or ``GROUP=answered:MEMBER,MEMBER``."""
    called_back: tuple[str, ...] = ()
    """Numbers that are being called back."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that is named, so that the tenants it belongs to are loaded."""
        pairs = (*self.redirects, *self.switches, *self.remembered)
        return (*(name for _, name in self.phones), *self.engaged, *(pair.partition("=")[0] for pair in pairs))


def world(program: Program, words: Words, local: Tenant | None) -> World:
    """The state of everything that was named; ``local``: whose clock ``at`` is read on.

    Raises UnknownPartyError or WordError.
    """
    redirects = dict(_redirect(program, pair) for pair in words.redirects)
    phones = {phone.id: state for state, name in words.phones for phone in find_party(program, name).phones}
    return World(
        phones=phones | dict.fromkeys(redirects, PhoneState.REDIRECTS),
        trunks=dict(_trunk(program, state, name) for state, name in words.trunks),
        now=moment(words.at, local.time_zone if local else None) if words.at is not None else ORDINARY_MOMENT,
        redirects=redirects,
        engaged=frozenset(find_party(program, name).user.id for name in words.engaged),
        memory=_memory(program, words.remembered),
        switches=dict(_switch(program, pair) for pair in words.switches),
        called_back=frozenset(map(_number, words.called_back)),
    )


def _number(text: str) -> str:
    """A number in E.164, or as it stands."""
    return called_number(text.replace(" ", "")) or text


def local_tenant(program: Program, caller: Origin, dialled: str) -> Tenant | None:
    """The tenant whose exchange decides about a call, and whose clock it looks at; None: nobody's."""
    match caller:
        case FromPhone(address) | FromCallback(address) | FromClick(address):
            return find_tenant(program, address.partition("/")[0])
    number = called_number(dialled)
    for tenant in program.tenants:
        if number is not None and any(number in block for block in tenant.blocks):
            return tenant
    return None


def moment(text: str, zone: str | None) -> datetime:
    """``2026-12-23 17:00`` on the clock of a zone; an offset or a zone may follow. Raises WordError."""
    written, name = text.strip(), zone or "UTC"
    parts = written.rsplit(" ", 1)
    if len(parts) == 2 and parts[1][0:1].isalpha():
        written, name = parts[0], parts[1]
    try:
        found = datetime.fromisoformat(written)
        where = ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise WordError(f"there is no time zone {shown(name)}") from None
    except ValueError:
        raise WordError(f"{shown(text)} is not a time such as `2026-12-23 17:00`") from None
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    moment_there = found.replace(tzinfo=where).astimezone(UTC)
    if moment_there.astimezone(where).replace(tzinfo=None) != found:
        raise WordError(f"{shown(text)} does not exist: the clock in {name} is put forward then")
    return moment_there


def _pair(text: str, example: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name or not value:
        raise WordError(f"{shown(text)} is not written like `{example}`")
    return name, value


def _trunk(program: Program, state: TrunkState, name: str) -> tuple[str, TrunkState]:
    known = [trunk.id for trunk in program.platform.trunks]
    trunk = name.removeprefix("trunks/")
    if trunk not in known:
        raise UnknownPartyError(unknown("trunk", trunk, known))
    return trunk, state


def _redirect(program: Program, text: str) -> tuple[str, str]:
    name, target = _pair(text, "novak/users/novakova/phones/desk=1205")
    return find_party(program, name).phones[0].id, target


def _switch(program: Program, text: str) -> tuple[str, bool]:
    """A schedule switched open or closed, or a hunt group busy or not."""
    address, value = _pair(text, "novak/schedules/open=off")
    if value not in ("on", "off"):
        raise WordError(f"{shown(value)} is neither `on` nor `off`")
    tenant = find_tenant(program, address.partition("/")[0])
    known = [node.id for node in tenant.nodes if isinstance(node, HuntGroup)]
    known += [schedule.id for schedule in tenant.schedules]
    if address not in known:
        raise UnknownPartyError(unknown("schedule or hunt group", address, known))
    return address, value == "on"


def _memory(program: Program, pairs: tuple[str, ...]) -> Mapping[str, Memory]:
    found: dict[str, Memory] = {}
    for pair in pairs:
        address, text = _pair(pair, "novak/hunt_groups/sales=last:users/novakova")
        tenant, group_id = find_node(program, address, HuntGroup, "hunt group")
        group = tenant.node(group_id)
        assert isinstance(group, HuntGroup)
        found[group_id] = _remembered(group, found.get(group_id, Memory()), text)
    return found


def _remembered(group: HuntGroup, memory: Memory, text: str) -> Memory:
    what, _, value = text.partition(":")
    match what:
        case "last":
            return replace(memory, last=_member(group, value))
        case "answered":
            return replace(memory, answered=tuple(_member(group, name) for name in value.split(",")))
        case "turn" if value.isdecimal():
            return replace(memory, turn=int(value))
        case _:
            raise WordError(f"{shown(text)} is not `last:users/…`, `turn:…` or `answered:users/…,users/…`")


def _member(group: HuntGroup, name: str) -> str:
    tenant = group.id.partition("/")[0]
    known = [member.node for member in group.members]
    wanted = name if name in known else f"{tenant}/{name}"
    if wanted not in known:
        raise UnknownPartyError(unknown(f"member of {group.id}", name, known))
    return wanted
