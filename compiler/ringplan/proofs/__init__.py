"""Proofs about one tenant: no call is lost, none goes round, emergency calls go out, no plan is got round.

Complete for all calls there can be: time slices, classes of callers and states of phones are sets in the search, not
samples. What does not hold comes with a call that shows it, which the reference interpreter has confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringplan.diagnostics import Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan.ir import Platform, Tenant, User

from . import emergency, partition, privacy, references, remarks
from .explaining import explain
from .graph import graph_of
from .result import Counterexample, Proof
from .searching import search
from .space import space_of
from .witness import EngineError, Witness

__all__ = ["Counterexample", "EngineError", "Proof", "Witness", "prove", "report"]


def prove(tenant: Tenant, platform: Platform) -> tuple[Proof, ...]:
    """Every invariant of a tenant that has no errors.

    Raises EngineError when the graph contradicts itself (I5 to I8), or a proof the interpreter.
    """
    _demand(tenant, references.contradictions(tenant, platform))
    graph = graph_of(space_of(tenant, platform))
    _demand(tenant, (*privacy.contradictions(tenant, platform), *partition.contradictions(graph.space)))
    found: dict[str, list[Counterexample]] = {}
    for one in search(graph):
        found.setdefault(one.kind, []).append(explain(graph, one))
    lost = [c for kind in ("barred", "no-trunk", "ring", "depth", "undecided") for c in found.get(kind, ())]
    never = [*remarks.never_applying(graph), *remarks.never_ringing(graph)]
    barred = [*found.get("barred", ()), *remarks.barred_speed_dials(graph)]
    classes, owned = graph.space.classes, len(tenant.numbers) + len(tenant.extensions)
    users = sum(isinstance(node, User) for node in tenant.nodes)
    dialled = users * len(emergency.spellings(tenant.dial_plan)) * len(graph.space.slices)
    return (
        Proof("I1", "no call is lost", classes, (*lost, *never)),
        Proof("I2", "no call goes round", classes, tuple(found.get("ring", ()))),
        Proof("I3", "emergency calls go out", dialled, tuple(emergency.counterexamples(tenant, platform))),
        Proof("I4", "no plan is got round by forwarding", classes, tuple(barred)),
        Proof("I5", "every number has one owner", owned, ()),
        Proof("I6", "no reference leads nowhere", references.examined(tenant) - owned, ()),
        Proof("I7", "no withheld number is shown", privacy.examined(tenant, platform), ()),
        Proof("I8", "every minute has one branch", partition.examined(graph.space), ()),
        Proof("I9", "no call is forwarded too often", classes, tuple(found.get("depth", ()))),
    )


def _demand(tenant: Tenant, wrong: Sequence[str]) -> None:
    """What passes guarantee; raises EngineError."""
    if wrong:
        raise EngineError(f"the routing graph of {tenant.id} contradicts itself: {wrong[0]}")


def report(proofs: Iterable[Proof], sink: Sink) -> None:
    """Every counterexample as a diagnostic, each once."""
    for one in (counterexample for proof in proofs for counterexample in proof.counterexamples):
        sink.report(
            diagnostic(
                one.code,
                one.message,
                one.at.span,
                label=one.at.text,
                secondary=one.secondary,
                notes=one.notes,
                help=one.help,
            )
        )
