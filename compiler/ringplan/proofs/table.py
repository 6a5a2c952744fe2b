"""What was proved, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable

from .result import Proof


def table(proofs: Iterable[tuple[str, Proof]]) -> str:
    """One line for each tenant and invariant: what it says, and whether it holds; if not, a call that shows it."""
    found = tuple(proofs)
    rows = [(tenant, proof.invariant, proof.claim, _verdict(proof)) for tenant, proof in found]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines: list[str] = []
    for row, (_, proof) in zip(rows, found, strict=True):
        lines.append("  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])))
        lines += [f"{' ' * (widths[0] + widths[1] + 4)}{command}" for command in _shown(proof)]
    return "".join(f"{line}\n" for line in lines)


def _verdict(proof: Proof) -> str:
    """Whether an invariant holds, and for how much."""
    count = len(proof.counterexamples)
    if not proof.holds:
        codes = ", ".join(sorted({one.code for one in proof.counterexamples}))
        return f"does not hold: {_counted(count, 'counterexample')} ({codes})"
    if not proof.classes:
        return "holds: there is nothing it is about"
    classes = f"{proof.classes:,}".replace(",", " ") + (" class" if proof.classes == 1 else " classes")
    return f"holds for all {classes}" + (f", {_counted(count, 'remark')}" if count else "")


def _shown(proof: Proof) -> tuple[str, ...]:
    """The command that shows the first counterexample, if it is one call."""
    calls = (one.witness.command for one in proof.counterexamples if one.witness is not None)
    return () if proof.holds else tuple(calls)[:1]


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
