"""The search for chains of forwards that lose a call: rings, chains that are too long, forwards that end outside but
must not or cannot.

First the graph alone: what cannot lead to such a chain whatever the states, and that is all of a sound tenant, is not
looked at again. What is left are chains of at most six forwards, and ``solving`` says of each whether it can happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from ringplan.ir import MAX_DIVERSIONS, Ivr, Outside, SipUri, User

from .graph import Graph, Transition
from .hunts import Budget, UndecidedError
from .profiles import BUSY, SILENT, Profile
from .solving import Solution, solve
from .space import Space, Way
from .witness import EngineError, Witness, nodes_entered, outcome_of, witness_of

_CHAINS: Final = 20_000
"""Chains that are looked at in one tenant."""
_LONGER: Final = 500
"""Forwards that are tried to find out that a chain which is too long is a ring."""
_STEPS: Final = 200_000
"""Steps that may be taken for chains with hunts in one tenant; some seconds."""

Chain = tuple[Transition, ...]


@dataclass(slots=True)
class Found:
    """One root cause, with its earliest call."""

    kind: str
    """``ring``, ``depth``, ``barred``, ``no-trunk`` or ``undecided``."""
    key: tuple[str, ...]
    """Nodes: the ring, or the last forward."""
    chain: Chain
    way: Way
    slice: int
    entered: tuple[str, ...]
    """The nodes the call reaches, one after the other."""
    witness: Witness | None
    """None: it is not decided whether it can happen, or takes more than keys."""
    ways: set[str] = field(default_factory=set)
    """Numbers and extensions from which it happens."""
    slices: int = 0
    """Time slices in which it happens."""

    @property
    def rank(self) -> tuple[int, int]:
        """Earlier calls first, then shorter ones."""
        return self.slice, len(self.chain)


def search(graph: Graph) -> tuple[Found, ...]:
    """Every root cause, sorted by kind and nodes."""
    found = _Search(graph).run()
    return tuple(sorted(found.values(), key=lambda one: (one.kind, one.key)))


class _Search:
    def __init__(self, graph: Graph) -> None:
        self._graph, self._space = graph, graph.space
        self._faulty = _faulty(graph)
        self._height = _heights(graph)
        self._round = _on_rings(graph)
        faulty = {forward.source for forward in _all(graph) if forward in self._faulty}
        self._hot = _leading_to(graph, faulty | self._round)
        self._found: dict[tuple[str, tuple[str, ...]], Found] = {}
        self._done: dict[tuple[str, ...], int] = {}
        self._left, self._budget = _CHAINS, Budget(_STEPS)

    def run(self) -> dict[tuple[str, tuple[str, ...]], Found]:
        for way in self._space.ways:
            self._from(way, way.node, self._space.always, way.callers, ())
        return self._found

    def _from(self, way: Way, node: str, slices: int, callers: int, chain: Chain) -> None:
        """Follow every forward from ``node``, to which ``chain`` has led."""
        for forward in self._graph.forwards.get(node, ()):
            times, who = slices & forward.slices, callers & forward.callers
            longer = (*chain, forward)
            if not times or not who or not self._matters(longer):
                continue
            self._left -= 1
            if self._is_chosen(longer):
                continue
            is_last = len(longer) > MAX_DIVERSIONS
            if is_last or forward in self._faulty or _is_ring(longer):
                self._candidate(way, longer, times, who)
            elif forward.target in self._graph.forwards:
                self._from(way, forward.target, times, who, longer)

    def _is_chosen(self, chain: Chain) -> bool:
        """Whether a chain that goes round, or on for too long, only does so because the caller wants it."""
        if chain[-1] in self._faulty:
            return len(chain) > MAX_DIVERSIONS and _has_menu(chain[1:])
        ring = next((at for at, one in enumerate(chain) if one.source == chain[-1].target), None)
        return _has_menu(chain[ring:]) if ring is not None else len(chain) > MAX_DIVERSIONS and _has_menu(chain[1:])

    def _matters(self, chain: Chain) -> bool:
        """Whether a chain is, or can become, one that is looked for."""
        last = chain[-1]
        long = len(chain) + self._height.get(last.target, 0) > MAX_DIVERSIONS
        return long or last in self._faulty or last.target in self._hot

    def _candidate(self, way: Way, chain: Chain, slices: int, callers: int) -> None:
        """A chain that is at fault if it can happen at all."""
        mark = _mark(way, chain)
        known = self._done.get(mark, 0)
        if not slices & ~known:
            return
        try:
            if self._left < 0:
                raise UndecidedError
            solution = solve(self._space, chain, slices & ~known, callers, self._budget)
        except UndecidedError:
            self._done[mark] = known | slices
            self._undecided(way, chain, slices)
            return
        if solution is not None:
            self._done[mark] = known | slices
            if len(chain) > MAX_DIVERSIONS and chain[-1].target in self._round and not _is_ring(chain):
                with suppress(UndecidedError):
                    chain, slices, solution = self._closed(chain, slices, callers) or (chain, slices, solution)
            self._note(way, chain, slices, solution)

    def _closed(self, chain: Chain, slices: int, callers: int) -> tuple[Chain, int, Solution] | None:
        """A chain that is too long, followed until it is a ring; None: no ring was found soon."""
        left, waiting = _LONGER, [(chain, slices, callers)]
        while waiting and left:
            longer, times, who = waiting.pop()
            for forward in self._graph.forwards.get(longer[-1].target, ()):
                now, still = times & forward.slices, who & forward.callers
                left -= 1
                if not now or not still or forward.target not in self._round or left < 0:
                    continue
                whole = (*longer, forward)
                if not _is_ring(whole):
                    waiting.append((whole, now, still))
                elif (found := solve(self._space, whole, now, still, self._budget)) is not None:
                    return whole, now, found
        return None

    def _note(self, way: Way, chain: Chain, slices: int, solution: Solution) -> None:
        """A chain that happens; the interpreter has to agree."""
        if any(forward.presses is None for forward in chain):
            entered = (way.node, *(forward.target for forward in chain))
            kind, key = self._kind(chain, entered)
            self._merge(Found(kind, key, chain, way, solution.slice, entered, None), slices)
            return
        keys = tuple(key for forward in chain for key in forward.presses or ())
        at_a_time = slices != self._space.always
        for tried in (solution, *_with_others(self._space, solution)):
            witness = witness_of(self._space, way, tried, keys, at_a_time=at_a_time)
            entered = nodes_entered(self._space, way, tried, witness)
            kind, key = self._kind(chain, entered)
            # A group may ring somebody else when the call is back, and he may answer: then nobody else must.
            if kind != "ring" or outcome_of(self._space, witness).code != 200:
                break
        else:
            witness = witness_of(self._space, way, solution, keys, at_a_time=at_a_time)
            entered = nodes_entered(self._space, way, solution, witness)
            kind, key = self._kind(chain, entered)
        confirm(self._space, witness, kind, chain, entered)
        self._merge(Found(kind, key, chain, way, solution.slice, entered, witness), slices)

    def _undecided(self, way: Way, chain: Chain, slices: int) -> None:
        entered = (way.node, *(forward.target for forward in chain))
        first = (slices & -slices).bit_length() - 1
        key = _ring(entered) if entered[-1] in entered[:-1] else entered[-2:]
        self._merge(Found("undecided", key, chain, way, first, entered, None), slices)

    def _merge(self, one: Found, slices: int) -> None:
        before = self._found.get((one.kind, one.key))
        if before is not None:
            one.ways, one.slices = before.ways, before.slices
        one.ways.add(one.way.dialled)
        one.slices |= slices
        if before is None or one.rank < before.rank:
            self._found[one.kind, one.key] = one
        else:
            before.slices = one.slices

    def _kind(self, chain: Chain, entered: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """What a chain that happens is called, and what makes it one with others."""
        if entered[-1] in entered[:-1]:
            return "ring", _ring(entered)
        if len(chain) > MAX_DIVERSIONS:
            return "depth", entered[-2:]
        last = chain[-1]
        return self._faulty.get(last, "ring"), (last.by, last.target)


def _with_others(space: Space, solution: Solution) -> Iterator[Solution]:
    """The same solution with everybody it does not depend on silent, busy or away."""
    others = [node.id for node in space.nodes.values() if isinstance(node, User) and node.id not in solution.profiles]
    for flags in (SILENT, BUSY, 0):
        rest = dict.fromkeys(others, Profile(flags, engaged=False))
        yield replace(solution, profiles={**solution.profiles, **rest})


def _has_menu(chain: Chain) -> bool:
    """Whether some forward is a transfer of a menu."""
    return any(forward.menu is not None for forward in chain)


def _is_ring(chain: Chain) -> bool:
    """Whether a chain comes back to a node it has left."""
    return any(one.source == chain[-1].target for one in chain)


def _mark(way: Way, chain: Chain) -> tuple[str, ...]:
    """What a chain need not be tried again for: the same ring, or the same last forward, from the same number."""
    nodes = [forward.source for forward in chain]
    begin = nodes.index(chain[-1].target) if chain[-1].target in nodes else len(nodes) - 1
    return (way.dialled, str(len(chain) > MAX_DIVERSIONS), *nodes[begin:], chain[-1].target)


def _ring(entered: tuple[str, ...]) -> tuple[str, ...]:
    """The nodes of a ring, the first by name first."""
    nodes = entered[entered.index(entered[-1]) : -1]
    first = nodes.index(min(nodes))
    return nodes[first:] + nodes[:first]


def confirm(space: Space, witness: Witness, kind: str, chain: Chain, entered: tuple[str, ...]) -> None:
    """Raises EngineError unless the interpreter sees the fault in the witness."""
    nodes = (chain[0].source, *(forward.target for forward in chain))
    outcome = outcome_of(space, witness)
    ends = {
        "barred": (403, "Call Barred"),
        "no-trunk": (503, "No Trunk Available"),
        "depth": (480, "Too Many Diversions"),
    }
    agrees = entered[: len(nodes)] == nodes
    if kind in ends:
        said = [step.text.partition("nobody took the call: ")[2] for step in outcome.steps]
        code, reason = ends[kind]
        is_refused = any(text.startswith(f"{code} {reason}") for text in said)
        agrees = agrees and (is_refused if _has_menu(chain) else (outcome.code, outcome.reason) == ends[kind])
    if not agrees:
        raise EngineError(
            f"the proof that {' → '.join(nodes)} is a fault ({kind}) does not hold: the call goes"
            f" {' → '.join(entered)} and ends with {outcome.code} {outcome.reason}: {witness.command}"
        )


# -- the graph without states


def _faulty(graph: Graph) -> dict[Transition, str]:
    """Forwards outside that end badly whoever calls, and how."""
    found: dict[Transition, str] = {}
    nodes, trunks = graph.space.nodes, graph.space.tenant.trunks
    for forward in _all(graph):
        target = nodes[forward.target]
        if isinstance(target, Outside | SipUri):
            if not graph.verdict(forward).allowed:
                found[forward] = "barred"
            elif isinstance(target, Outside) and not trunks:
                found[forward] = "no-trunk"
    return found


def _all(graph: Graph) -> Iterator[Transition]:
    return (forward for forwards in graph.forwards.values() for forward in forwards)


def _heights(graph: Graph) -> dict[str, int]:
    """The longest chain of forwards from each node, counted no further than the limit is exceeded, or to a menu."""
    nodes = graph.space.nodes
    heights = dict.fromkeys(graph.forwards, 0)
    for _ in range(MAX_DIVERSIONS + 1):
        heights = {
            node: max((1 + heights.get(forward.target, 0) for forward in forwards), default=0)
            if not isinstance(nodes[node], Ivr)
            else 0
            for node, forwards in graph.forwards.items()
        }
    return heights


def _on_rings(graph: Graph) -> set[str]:
    """Nodes of rings, and those between them: what is left when dead ends and beginnings are taken away."""
    left = {node for node in graph.forwards if not isinstance(graph.space.nodes[node], Ivr)}
    while True:
        targets = {forward.target for forward in _all(graph) if forward.source in left}
        sources = {forward.source for forward in _all(graph) if forward.target in left}
        if left <= targets & sources:
            return left
        left &= targets & sources


def _leading_to(graph: Graph, wanted: set[str]) -> set[str]:
    """The nodes from which one of some nodes can be reached, those included."""
    found = set(wanted)
    while True:
        more = {forward.source for forward in _all(graph) if forward.target in found} - found
        if not more:
            return found
        found |= more
