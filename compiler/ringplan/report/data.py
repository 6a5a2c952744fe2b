"""What the pages of one tenant show, as plain data: the directory of numbers, services of users, who leads where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringplan import ir

from .directory import Directory
from .flow import condition
from .menus import targets
from .wording import counted, seconds, treatment


@dataclass(frozen=True, slots=True)
class Link:
    """A name, and where its page is."""

    name: str
    page: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a service does: ``busy → Recepce``."""

    label: str
    to: Link | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A number or extension and where calls to it go; or numbers in a row that are free."""

    key: str
    last: str | None
    """Of free numbers the last one; None: it is one number."""
    to: Link | None
    """None: the number is free."""
    kind: str
    also: str
    """The other keys of the same node."""


@dataclass(frozen=True, slots=True)
class Services:
    """One line of the service overview."""

    user: Link
    extension: str
    number: str
    unit: str
    phones: tuple[str, ...]
    forwarding: tuple[Line, ...]
    groups: tuple[Link, ...]
    speed_dials: int
    shows: str
    """What called parties outside see."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """A hunt group in the list of all."""

    group: Link
    keys: str
    policy: str
    members: tuple[Link, ...]


def link(names: Directory, node_id: str) -> Link:
    """A node's name and page."""
    return Link(names.name(node_id), names.page(node_id))


# -- numbers


def numbers(names: Directory) -> tuple[Assigned, ...]:
    """Every number the tenant owns: who has it, or that it is free."""
    taken = {entry.key: entry for entry in names.tenant.numbers}
    found: list[Assigned] = []
    for block in names.tenant.blocks:
        inside = sorted(key for key in taken if key in block)
        following = block.first
        for key in (*inside, None):
            end = _before(key) if key is not None else block.last
            if following <= end and len(following) == len(end):
                last = numbers_end(names, following, end)
                found.append(Assigned(names.number(following), last, None, "free", ""))
            if key is not None:
                found.append(_assigned(names, taken[key]))
                following = _after(key)
    outside = (entry for key, entry in taken.items() if not any(key in block for block in names.tenant.blocks))
    return (*found, *(_assigned(names, entry) for entry in outside))


def extensions(names: Directory) -> tuple[Assigned, ...]:
    """Every extension and who has it."""
    return tuple(_assigned(names, entry) for entry in names.tenant.extensions)


def _assigned(names: Directory, entry: ir.Entry) -> Assigned:
    key = names.number(entry.key) if entry.key.startswith("+") else entry.key
    also = ", ".join(other for other in names.keys(entry.node) if other != key)
    return Assigned(key, None, link(names, entry.node), names.kind(entry.node), also)


def numbers_end(names: Directory, first: str, last: str) -> str | None:
    """How the last number of some in a row is written after the first one; None: they are the same."""
    one, other = names.number(first).split("\u00a0"), names.number(last).split("\u00a0")
    if one == other:
        return None
    return other[-1] if one[:-1] == other[:-1] else "\u00a0".join(other)


def _before(number: str) -> str:
    return _moved(number, -1)


def _after(number: str) -> str:
    return _moved(number, 1)


def _moved(number: str, by: int) -> str:
    digits = number.removeprefix("+")
    return f"+{int(digits) + by:0{len(digits)}d}"


def free_count(names: Directory) -> int:
    """How many of the tenant's numbers lead nowhere."""
    return owned_count(names) - len(names.tenant.numbers)


def owned_count(names: Directory) -> int:
    """How many numbers the tenant owns."""
    return sum(int(block.last[1:]) - int(block.first[1:]) + 1 for block in names.tenant.blocks)


# -- services of users


def services(names: Directory) -> tuple[Services, ...]:
    """The service overview: what every user has."""
    return tuple(
        Services(
            user=link(names, user.id),
            extension=user.extension,
            number=names.number(user.number) if user.number else "",
            unit=unit(names, user),
            phones=phones(user),
            forwarding=tuple(forwarding(names, user)),
            groups=tuple(link(names, group.id) for group in memberships(names, user.id)),
            speed_dials=len(user.speed_dial),
            shows=shown_outside(names, user),
        )
        for user in names.users
    )


def phones(user: ir.User) -> tuple[str, ...]:
    """The names of a user's phones."""
    return tuple(phone.id.rsplit("/", 1)[-1] for phone in user.phones)


def unit(names: Directory, user: ir.User) -> str:
    """Group and department of a user."""
    parts = [("groups", user.group), ("departments", user.department)]
    return ", ".join(names.label(f"{names.tenant.id}/{section}/{name}") for section, name in parts if name is not None)


def forwarding(names: Directory, user: ir.User) -> Iterator[Line]:
    """The forwarding of a user, without the ends every user has by default."""
    for rule in user.rules:
        yield Line(condition(names, rule), link(names, rule.to) if rule.to is not None else Link("rings here", None))
    after = f"no answer in {seconds(user.ring_ms)}"
    for label, default, target in (
        ("busy", "busy", user.busy),
        (after, "no-answer", user.no_answer),
        ("not reachable", "unreachable", user.unreachable),
    ):
        if target != f"{names.tenant.id}/reject/{default}":
            yield Line(label, link(names, target))


def memberships(names: Directory, node_id: str) -> tuple[ir.HuntGroup, ...]:
    """The hunt groups of which somebody is a member himself."""
    return tuple(group for group in names.groups if any(member.node == node_id for member in group.members))


def shown_outside(names: Directory, user: ir.User) -> str:
    """The number called parties outside see."""
    identity = user.identity
    if identity.withheld or identity.external_number is None:
        return "withheld" if identity.withheld else "none"
    return names.number(identity.external_number)


# -- hunt groups


def hunts(names: Directory) -> tuple[Hunt, ...]:
    """Every hunt group."""
    return tuple(
        Hunt(
            group=link(names, group.id),
            keys=", ".join(names.keys(group.id)),
            policy=group.policy,
            members=tuple(link(names, member.node) for member in group.members),
        )
        for group in names.groups
    )


# -- who leads here


def sources(names: Directory, node_id: str) -> tuple[Line, ...]:
    """The nodes from which a call may come to this one, and when."""
    found: list[Line] = []
    for node in names.tenant.nodes:
        for label, target in edges(names, node):
            if target == node_id:
                found.append(Line(label, link(names, node.id)))
    return tuple(found)


def edges(names: Directory, node: ir.Node) -> Iterator[tuple[str, str]]:
    """Every edge of a node: when it is taken, and the node it leads to."""
    match node:
        case ir.User():
            for rule in node.rules:
                if rule.to is not None:
                    yield condition(names, rule), rule.to
            yield from (("busy", node.busy), ("no answer", node.no_answer), ("not reachable", node.unreachable))
        case ir.HuntGroup():
            yield from (("busy", node.busy), ("no answer", node.no_answer), ("nobody reachable", node.unreachable))
            if node.overflow_ms is not None:
                yield f"after {seconds(node.overflow_ms)}", node.overflow
        case ir.TimeRoute():
            for schedule, target in node.rules:
                yield f"while “{names.schedule(schedule)}”", target
            yield "otherwise", node.otherwise
        case ir.Ivr():
            yield from targets(node)
        case ir.Callback():
            yield "from anybody else", node.otherwise
        case _:
            return


def unassigned_treatment(names: Directory) -> str:
    """What calls to a free number get."""
    node = names.nodes[f"{names.tenant.id}/reject/unknown-number"]
    assert isinstance(node, ir.Reject)
    return treatment(node)


def summary(names: Directory) -> str:
    """A tenant in one line."""
    owned, free = owned_count(names), free_count(names)
    parts = [
        f"{counted(owned, 'number')}, {free} of them free",
        f"{counted(len(names.users), 'user')} ({names.tenant.licensed_users} licensed)",
        counted(len(names.groups), "hunt group"),
        counted(len(names.routes), "time route"),
    ]
    if names.answered:
        parts.append(f"{len(names.answered)} answered by the exchange")
    return " · ".join(parts)
