"""What a proof says."""

from __future__ import annotations

from ringplan.diagnostics import Label, Severity
from ringplan.values import dataclass

from .witness import Witness


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One root cause for which an invariant does not hold, with a call that shows it."""

    code: str
    """The diagnostic's code."""
    message: str
    at: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    witness: Witness | None = None
    """None: it is not about one call, or it is not decided whether it can happen."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One invariant of one tenant, examined for all classes of calls."""

    invariant: str
    """``I1`` to ``I9``, as services names them."""
    claim: str
    """The invariant in a few words."""
    classes: int
    """How many classes it was examined for: together they are all calls there can be."""
    counterexamples: tuple[Counterexample, ...]

    @property
    def holds(self) -> bool:
        """Whether no counterexample is more than a warning."""
        from ringplan.diagnostics.codes import CODES

        return all(CODES[one.code].severity is not Severity.ERROR for one in self.counterexamples)
