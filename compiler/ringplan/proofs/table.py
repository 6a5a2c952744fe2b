"""What was proved, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable

from .result import Proof


def table(proofs: Iterable[tuple[str, Proof]]) -> str:
    """One line for each tenant and invariant: what it says, and whether it holds."""
    rows = [(tenant, proof.invariant, proof.claim, _verdict(proof)) for tenant, proof in proofs]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = (
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _verdict(proof: Proof) -> str:
    """Whether an invariant holds, and for how much."""
    classes = f"{proof.classes:,}".replace(",", " ")
    if proof.holds:
        remarks = f", {len(proof.counterexamples)} remarks" if proof.counterexamples else ""
        return f"holds for all {classes} classes{remarks}"
    codes = ", ".join(sorted({one.code for one in proof.counterexamples}))
    return f"does not hold: {len(proof.counterexamples)} counterexamples ({codes})"
