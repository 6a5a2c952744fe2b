"""Who is meant: names on the command line become phones, users, trunks and origins of the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringplan.diagnostics.text import shown
from ringplan.interpreter import FromPhone, FromTrunk, Origin, PhoneState, TrunkState, World
from ringplan.interpreter.dialling import called_number
from ringplan.ir import Phone, Program, Tenant, User
from ringplan.naming import unknown


class UnknownPartyError(LookupError):
    """Nobody is called like this; the message says who is."""


@dataclass(frozen=True, slots=True)
class Party:
    """A user with the phones that were meant."""

    tenant: Tenant
    user: User
    phones: tuple[Phone, ...]


def tenant_of(name: str) -> str | None:
    """The tenant an address begins with, without asking whether it exists; None: the name has no tenant in it."""
    if name.startswith("urn:"):
        return None
    for separator in (":", "/"):
        tenant, found, _ = name.partition(separator)
        if found and tenant:
            return tenant
    return None


def origin(program: Program, name: str, trunk: str | None) -> Origin:
    """Where a call comes from: a user's first phone, or a trunk when the number is nobody's here."""
    if trunk is None:
        try:
            return FromPhone(find_party(program, name).phones[0].id)
        except UnknownPartyError:
            if tenant_of(name) is not None or not is_number(name):
                raise
    trunks = [one.id for one in program.platform.trunks]
    if trunk is not None and trunk not in trunks:
        raise UnknownPartyError(unknown("trunk", trunk, trunks))
    number = None if name == "anonymous" else name
    return FromTrunk(trunk or trunks[0], number)


def find_party(program: Program, name: str) -> Party:
    """The user or phone meant by an address, an extension, or a number; raises UnknownPartyError."""
    if "/" in name:
        return _by_address(program, name)
    tenant_name, separator, within = name.partition(":")
    if separator:
        return _by_key(_tenant(program, tenant_name), within)
    if is_number(name):
        for tenant in program.tenants:
            for entry in tenant.numbers:
                if entry.key == called_number(name):
                    return _party(tenant, entry.node)
        raise UnknownPartyError(f"{name} is not the number of any user")
    if len(program.tenants) == 1:
        return _by_key(program.tenants[0], name)
    raise UnknownPartyError(f"{shown(name)} could be in any tenant; write for example `{program.tenants[0].id}:{name}`")


def dialled(program: Program, caller: Origin, text: str) -> str:
    """What is dialled to reach ``text``: digits as they stand; for a user's address the extension or the number."""
    if ("/" not in text and ":" not in text) or text.startswith("urn:"):
        return text.replace(" ", "")
    party = find_party(program, text)
    if isinstance(caller, FromPhone) and caller.phone.split("/", 1)[0] == party.tenant.id:
        return party.user.extension
    if party.user.number is None:
        raise UnknownPartyError(f"{party.user.id} has no public number, so it cannot be called from outside")
    if isinstance(caller, FromTrunk):
        return party.user.number
    tenant = program.tenant(caller.phone.split("/", 1)[0]) if isinstance(caller, FromPhone) else party.tenant
    plan = tenant.dial_plan
    return f"{plan.outside_prefix}{plan.international_prefix}{party.user.number.removeprefix('+')}"


def world(
    program: Program, phones: Iterable[tuple[PhoneState, str]], trunks: Iterable[tuple[TrunkState, str]]
) -> World:
    """The state of everything that was named."""
    known = [trunk.id for trunk in program.platform.trunks]
    phone_states = {phone.id: state for state, name in phones for phone in find_party(program, name).phones}
    trunk_states = {}
    for state, name in trunks:
        trunk = name.removeprefix("trunks/")
        if trunk not in known:
            raise UnknownPartyError(unknown("trunk", trunk, known))
        trunk_states[trunk] = state
    return World(phone_states, trunk_states)


def _by_address(program: Program, name: str) -> Party:
    parts = name.split("/")
    tenant = _tenant(program, parts[0])
    if len(parts) < 3 or parts[1] != "users":
        raise UnknownPartyError(f"{shown(name)} is not the address of a user, such as `{parts[0]}/users/…`")
    users = [user.id for user in _users(tenant)]
    wanted = "/".join(parts[:3])
    if wanted not in users:
        raise UnknownPartyError(unknown("user", wanted, users))
    party = _party(tenant, wanted)
    if len(parts) == 3:
        return party
    slug = parts[-1] if len(parts) == 5 and parts[3] == "phones" else "/".join(parts[3:])
    phones = {phone.id.rsplit("/", 1)[-1]: phone for phone in party.phones}
    if slug not in phones:
        raise UnknownPartyError(unknown(f"phone of {wanted}", slug, phones))
    return Party(tenant, party.user, (phones[slug],))


def _by_key(tenant: Tenant, key: str) -> Party:
    """A user by extension, number or name within a tenant."""
    keys = {entry.key: entry.node for entry in (*tenant.extensions, *tenant.numbers)}
    keys |= {user.id.rsplit("/", 1)[-1]: user.id for user in _users(tenant)}
    if key not in keys:
        raise UnknownPartyError(unknown(f"extension, number or user of {tenant.id}", key, keys))
    return _party(tenant, keys[key])


def _tenant(program: Program, name: str) -> Tenant:
    tenants = {tenant.id: tenant for tenant in program.tenants}
    if name not in tenants:
        raise UnknownPartyError(unknown("tenant", name, tenants))
    return tenants[name]


def _users(tenant: Tenant) -> Iterator[User]:
    return (node for node in tenant.nodes if isinstance(node, User))


def _party(tenant: Tenant, node_id: str) -> Party:
    user = tenant.node(node_id)
    assert isinstance(user, User)
    return Party(tenant, user, user.phones)


def is_number(name: str) -> bool:
    """Whether a caller's name can only be a number outside, or that of a caller who withholds it."""
    return name == "anonymous" or name.startswith("+") or (name.isdigit() and len(name) > 8)
