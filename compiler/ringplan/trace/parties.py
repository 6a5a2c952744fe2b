"""Who is meant: names on the command line become phones, users, trunks and origins of the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringplan.diagnostics.text import shown
from ringplan.interpreter import FromCallback, FromClick, FromPhone, FromTrunk, Origin
from ringplan.interpreter.dialling import called_number, calling_number
from ringplan.ir import Announcement, Callback, HuntGroup, Ivr, Node, Phone, Program, Tenant, TimeRoute, User
from ringplan.naming import unknown

Called = User | HuntGroup | TimeRoute | Ivr | Announcement | Callback
"""What has a number or an extension."""

SECTIONS = ("users", "hunt_groups", "time_routes", "ivr", "announcements", "callback")
"""Where these stand in addresses."""


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


def clicking(program: Program, name: str) -> FromClick:
    """A user who clicks to dial; raises UnknownPartyError."""
    return FromClick(find_party(program, name).user.id)


def called_back(program: Program, callback: str, name: str) -> FromCallback:
    """The call by which a callback calls one of its employees back; raises UnknownPartyError."""
    tenant, node_id = find_node(program, callback, Callback, "callback")
    node = tenant.node(node_id)
    assert isinstance(node, Callback)
    number = calling_number(tenant.dial_plan, name.replace(" ", ""))
    known = [allowed for allowed, _ in node.allowed]
    if number not in known:
        raise UnknownPartyError(unknown(f"number that {callback} calls back", number, known))
    return FromCallback(node_id, number)


def find_party(program: Program, name: str) -> Party:
    """The user or phone meant by an address, an extension, or a number; raises UnknownPartyError."""
    if "/" in name:
        return _by_address(program, name)
    tenant, found = find_called(program, name)
    if not isinstance(found, User):
        raise UnknownPartyError(f"{shown(name)} is {found.id}, and not a user")
    return Party(tenant, found, found.phones)


def find_called(program: Program, name: str) -> tuple[Tenant, Called]:
    """The user, hunt group, menu … meant by an address, an extension, or a number; raises UnknownPartyError."""
    if "/" in name:
        return _called_by_address(program, name)
    tenant_name, separator, within = name.partition(":")
    if separator:
        tenant = find_tenant(program, tenant_name)
        return tenant, _by_key(tenant, within)
    if is_number(name):
        for tenant in program.tenants:
            for entry in tenant.numbers:
                if entry.key == called_number(name):
                    return tenant, _called(tenant.node(entry.node))
        raise UnknownPartyError(f"{name} is nobody's number")
    if len(program.tenants) == 1:
        return program.tenants[0], _by_key(program.tenants[0], name)
    raise UnknownPartyError(f"{shown(name)} could be in any tenant; write for example `{program.tenants[0].id}:{name}`")


def dialled(program: Program, caller: Origin, text: str) -> str:
    """What is dialled to reach ``text``: digits as they stand; for an address the extension or the number."""
    if ("/" not in text and ":" not in text) or text.startswith("urn:"):
        return text.replace(" ", "")
    owner, found = find_called(program, text)
    extension = None if isinstance(found, Callback) else found.extension
    if isinstance(caller, FromPhone) and caller.phone.split("/", 1)[0] == owner.id and extension is not None:
        return extension
    if found.number is None:
        raise UnknownPartyError(f"{found.id} has no {_lacking(caller, owner)}, so it cannot be called from there")
    if isinstance(caller, FromTrunk):
        return found.number
    tenant = find_tenant(program, caller.phone.split("/", 1)[0]) if isinstance(caller, FromPhone) else owner
    plan = tenant.dial_plan
    return f"{plan.outside_prefix}{plan.international_prefix}{found.number.removeprefix('+')}"


def _lacking(caller: Origin, owner: Tenant) -> str:
    within = isinstance(caller, FromPhone) and caller.phone.split("/", 1)[0] == owner.id
    return "extension and no number" if within else "public number"


def find_node(program: Program, address: str, kind: type[Node], what: str) -> tuple[Tenant, str]:
    """The tenant and id of a node of one kind; raises UnknownPartyError."""
    tenant = find_tenant(program, address.partition("/")[0])
    known = [node.id for node in tenant.nodes if isinstance(node, kind)]
    if address not in known:
        raise UnknownPartyError(unknown(what, address, known))
    return tenant, address


def _by_address(program: Program, name: str) -> Party:
    parts = name.split("/")
    tenant = find_tenant(program, parts[0])
    if len(parts) < 3 or parts[1] != "users":
        raise UnknownPartyError(f"{shown(name)} is not the address of a user, such as `{parts[0]}/users/…`")
    users = [user.id for user in _users(tenant)]
    wanted = "/".join(parts[:3])
    if wanted not in users:
        raise UnknownPartyError(unknown("user", wanted, users))
    user = tenant.node(wanted)
    assert isinstance(user, User)
    party = Party(tenant, user, user.phones)
    if len(parts) == 3:
        return party
    slug = parts[-1] if len(parts) == 5 and parts[3] == "phones" else "/".join(parts[3:])
    phones = {phone.id.rsplit("/", 1)[-1]: phone for phone in party.phones}
    if slug not in phones:
        raise UnknownPartyError(unknown(f"phone of {wanted}", slug, phones))
    return Party(tenant, party.user, (phones[slug],))


def _called_by_address(program: Program, name: str) -> tuple[Tenant, Called]:
    """A user, of whom a phone may be named, or something else that can be called."""
    parts = name.split("/")
    tenant = find_tenant(program, parts[0])
    if len(parts) < 3 or parts[1] not in SECTIONS:
        raise UnknownPartyError(f"{shown(name)} cannot be called; what can is written `{parts[0]}/users/…`")
    if parts[1] == "users":
        return tenant, _by_address(program, name).user
    known = {node.id: node for node in tenant.nodes if isinstance(node, Called) and not isinstance(node, User)}
    if name not in known:
        raise UnknownPartyError(unknown(parts[1].removesuffix("s").replace("_", " "), name, known))
    return tenant, known[name]


def _by_key(tenant: Tenant, key: str) -> Called:
    """By extension, number or name within a tenant."""
    keys = {entry.key: entry.node for entry in (*tenant.extensions, *tenant.numbers)}
    keys |= {user.id.rsplit("/", 1)[-1]: user.id for user in _users(tenant)}
    if key not in keys:
        raise UnknownPartyError(unknown(f"extension, number or user of {tenant.id}", key, keys))
    return _called(tenant.node(keys[key]))


def find_tenant(program: Program, name: str) -> Tenant:
    """The tenant with this name; raises UnknownPartyError."""
    tenants = {tenant.id: tenant for tenant in program.tenants}
    if name not in tenants:
        raise UnknownPartyError(unknown("tenant", name, tenants))
    return tenants[name]


def _users(tenant: Tenant) -> Iterator[User]:
    return (node for node in tenant.nodes if isinstance(node, User))


def _called(node: Node) -> Called:
    assert isinstance(node, Called)
    return node


def is_number(name: str) -> bool:
    """Whether a caller's name can only be a number outside, or that of a caller who withholds it."""
    return name == "anonymous" or name.startswith("+") or (name.isdigit() and len(name) > 8)
