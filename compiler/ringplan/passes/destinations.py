"""What a forward target means: a node of the tenant, a number or SIP URI outside, or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan import ir
from ringplan.diagnostics import Span
from ringplan.frontend.spans import SpanTable
from ringplan.interpreter.dialling import Emergency, NotFound, OffNet, OnNet, destination
from ringplan.interpreter.redirecting import trunk_to
from ringplan.values import dataclass
from ringplan_schema import Forward
from ringplan_schema import Tenant as Manifest

from .menus import written_actions

Path = tuple[str | int, ...]
SECTIONS = ("users", "hunt_groups", "time_routes", "ivr", "announcements")
"""Sections whose entries calls can be sent to by name."""
NUMBERED = (*SECTIONS, "callback")
"""Sections whose entries can have a public number."""
PHONES = "phones"
"""Target of a selective entry that does not forward."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """A name nothing has."""

    section: str
    name: str


@dataclass(frozen=True, slots=True)
class NoTrunk:
    """A SIP URI at a domain no trunk serves."""

    host: str


Meaning = str | OffNet | ir.SipUri | Undefined | NoTrunk | Emergency | NotFound
"""A node id, something outside, or what is wrong."""


def written_targets(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    """Every forward target of the tenant with its place."""
    for name, user in manifest.users.items():
        yield from _of_user(name, user.forward)
    for name, group in manifest.hunt_groups.items():
        for edge in ("busy", "no_answer", "unreachable"):
            text = getattr(group.forward, edge)
            if text is not None:
                yield ("hunt_groups", name, "forward", edge), text
        if group.overflow is not None:
            yield ("hunt_groups", name, "overflow", "to"), group.overflow.to
    for name, route in manifest.time_routes.items():
        for index, rule in enumerate(route.rules):
            yield ("time_routes", name, "rules", index, "to"), rule.to
        yield ("time_routes", name, "otherwise"), route.otherwise
    yield from _answered(manifest)


def _answered(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    for name, ivr in manifest.ivr.items():
        if ivr.operator is not None:
            yield ("ivr", name, "operator"), ivr.operator
    for path, action in written_actions(manifest):
        if not isinstance(action, str) and action.transfer is not None:
            yield (*path, "transfer"), action.transfer
    for name, callback in manifest.callback.items():
        yield ("callback", name, "otherwise"), callback.otherwise


def _of_user(name: str, forward: Forward) -> Iterator[tuple[Path, str]]:
    for edge in ("always", "busy", "unreachable"):
        text = getattr(forward, edge)
        if text is not None:
            yield ("users", name, "forward", edge), text
    if forward.no_answer is not None:
        yield ("users", name, "forward", "no_answer", "to"), forward.no_answer.to
    for index, entry in enumerate(forward.selective):
        if entry.to != PHONES:
            yield ("users", name, "forward", "selective", index, "to"), entry.to


def is_dialled(target: str) -> bool:
    """Whether a target is a dial string and no name or URI."""
    return not target[0].isalpha()


def meaning(manifest: Manifest, graph: ir.Tenant, platform: ir.Platform | None, target: str) -> Meaning:
    """What a forward target means; ``graph`` needs numbers, extensions and blocks only."""
    if target.startswith("sip:"):
        return _uri(graph, platform, target.removeprefix("sip:"))
    if is_dialled(target):
        found = destination(graph, target)
        return found.node if isinstance(found, OnNet) else found
    section, _, name = target.partition("/")
    if section == "reject" or name in getattr(manifest, section):
        return f"{graph.id}/{target}"
    return Undefined(section, name)


def _uri(graph: ir.Tenant, platform: ir.Platform | None, address: str) -> ir.SipUri | NoTrunk:
    user, _, host = address.partition("@")
    trunk = trunk_to(platform, graph.id, host) if platform is not None else None
    return ir.SipUri(f"{graph.id}/sip/{address}", user, host, trunk.id, graph.span) if trunk else NoTrunk(host)


class Destinations:
    """Gives every target its node id, and collects the nodes outside that are needed for it."""

    def __init__(self, manifest: Manifest, spans: SpanTable, graph: ir.Tenant, platform: ir.Platform | None) -> None:
        self._manifest, self._spans, self._graph, self._platform = manifest, spans, graph, platform
        self._outside: dict[str, ir.Outside | ir.SipUri] = {}
        self._known: dict[str, str] = {}
        self._written: list[ir.Written] = []

    def node(self, path: Path, target: str | None, default: str) -> str:
        """The node a target leads to; ``reject/<default>`` when none is written or it leads nowhere."""
        if target is None:
            return f"{self._graph.id}/reject/{default}"
        edge = _edge(path)
        if edge is not None:
            self._written.append(ir.Written(f"{self._graph.id}/{edge}", self._span(path)))
        if target not in self._known:  # it means the same wherever it stands, and many are written often
            self._known[target] = self._node(path, target)
        return self._known[target]

    def _node(self, path: Path, target: str) -> str:
        match meaning(self._manifest, self._graph, self._platform, target):
            case str() as node:
                return node
            case OffNet(number):
                node = f"{self._graph.id}/outside/{number}"
                self._outside.setdefault(node, ir.Outside(node, number, self._span(path)))
                return node
            case ir.SipUri(id=node) as uri:
                self._outside.setdefault(node, ir.SipUri(node, uri.user, uri.host, uri.trunk, self._span(path)))
                return node
            case _:
                return f"{self._graph.id}/reject/unknown-number"

    def _span(self, path: Path) -> Span:
        return self._spans.value(path)

    @property
    def written(self) -> tuple[ir.Written, ...]:
        """Where the targets stand."""
        return tuple(sorted(self._written, key=lambda one: one.id))

    @property
    def outside(self) -> tuple[ir.Outside | ir.SipUri, ...]:
        """The nodes outside that targets lead to."""
        return tuple(self._outside.values())


def _edge(path: Path) -> str | None:
    """The node and edge that a target is of, ``users/novakova/busy``; None: it has a place of its own in the graph."""
    section, name, *rest = (str(step) for step in path)
    words = [step for step in rest if step not in ("forward", "to")]
    known = section in ("users", "hunt_groups", "time_routes") and words[0] not in ("selective", "always")
    return "/".join((section, name, *words)) if known else None
