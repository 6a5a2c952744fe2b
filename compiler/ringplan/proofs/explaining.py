"""What is said about a chain of forwards that loses a call."""

from __future__ import annotations

from ringplan.diagnostics import Label, Span
from ringplan.ir import MAX_DIVERSIONS, HuntGroup, Ivr, Outside, SipUri, TimeRoute, User

from .graph import Graph, Transition
from .result import Counterexample
from .searching import Found

_CODES = {"barred": "RP610", "no-trunk": "RP611", "ring": "RP612", "depth": "RP613", "undecided": "RP618"}
_WHEN = {
    "busy": "when busy",
    "no-answer": "when nobody answers",
    "unreachable": "when nobody can be reached",
    "overflow": "when the hunt takes too long",
    "self": "when the caller calls himself",
    "rule": "before a phone rings",
    "time": "by the time",
    "group-busy": "while the group is switched to busy",
    "menu": "when the caller chooses so",
}


def explain(graph: Graph, found: Found) -> Counterexample:
    """One root cause as a counterexample."""
    message, at, help_ = _said(graph, found)
    secondary = tuple(
        Label(forward.span, f"forwards to {short(forward.target)} {_WHEN[forward.result]}")
        for forward in found.chain
        if forward.span != at.span
    )
    notes = [*_reasons(graph, found), _extent(graph, found)]
    if found.witness is not None:
        notes.append(f"to see it: {found.witness.command}")
    return Counterexample(
        _CODES[found.kind], message, at, tuple(dict.fromkeys(secondary)), tuple(notes), help_, found.witness
    )


def _said(graph: Graph, found: Found) -> tuple[str, Label, str]:
    """Message, place and help."""
    last = found.chain[-1]
    source, target = short(last.by), _named(graph, last.target)
    match found.kind:
        case "barred":
            at = Label(_place(graph, last), f"a call that {source} forwards here ends with 403 Call Barred")
            return f"{source} forwards to {target}, which its calling plan bars", at, _ALLOW
        case "no-trunk":
            at = Label(_place(graph, last), f"a call that {source} forwards here ends with 503 No Trunk Available")
            return f"{source} forwards to {target}, but no trunk may carry it", at, _TRUNK
        case "ring":
            ring = " → ".join(short(node) for node in (*found.key, found.key[0]))
            first = next((f for f in found.chain if f.source == found.key[0]), last)
            at = Label(first.span, f"sends calls on to {short(first.target)}, from where they come back")
            return f"calls go round: {ring}", at, _RING
        case "depth":
            nodes = " → ".join(short(node) for node in found.entered)
            at = Label(last.span, f"would be forward {MAX_DIVERSIONS + 1}, and the call ends with 480")
            return f"calls are forwarded more than {MAX_DIVERSIONS} times: {nodes}", at, _DEPTH
        case _:
            nodes = " → ".join(short(node) for node in found.entered)
            at = Label(last.span, "too many states to try")
            return f"it is not known whether calls can take the way {nodes}", at, _UNDECIDED


_ALLOW = "allow it in `forwarding` of the plan, or forward to something the plan allows"
_TRUNK = "have the operator let the tenant use a trunk, or forward within the exchange"
_RING = "let one of them forward to somebody outside the ring, or end the call"
_DEPTH = "forward directly to the target of a later forward"
_UNDECIDED = "let the hunt groups on the way share fewer members, or do without `overflow`"


def _reasons(graph: Graph, found: Found) -> list[str]:
    return [graph.verdict(found.chain[-1]).why] if found.kind == "barred" else []


def _extent(graph: Graph, found: Found) -> str:
    """How much is affected."""
    ways, all_ways = len(found.ways), len(graph.space.ways)
    times, all_times = found.slices.bit_count(), len(graph.space.slices)
    first = sorted(found.ways)[:3]
    names = ", ".join(first) + (", …" if ways > len(first) else "")
    when = "at any time" if times == all_times else f"in {times} of {all_times} time slices"
    return f"calls to {ways} of {all_ways} numbers and extensions ({names}), {when}"


def _place(graph: Graph, forward: Transition) -> Span:
    """Where a forward is written; of a menu's, whose actions have no place, its target when no other leads there."""
    sources = {one.by for some in graph.forwards.values() for one in some if one.target == forward.target}
    return graph.space.nodes[forward.target].span if forward.result == "menu" and len(sources) == 1 else forward.span


def _named(graph: Graph, target: str) -> str:
    match graph.space.nodes[target]:
        case Outside(number=number):
            return number
        case SipUri(user=user, host=host):
            return f"sip:{user}@{host}"
        case User() | HuntGroup() | TimeRoute() | Ivr() as node:
            return short(node.id)
        case _:
            return short(target)


def short(address: str) -> str:
    """An address without the tenant."""
    return address.partition("/")[2]
