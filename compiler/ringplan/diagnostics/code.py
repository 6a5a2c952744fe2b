"""What the registry knows about one diagnostic code."""

from __future__ import annotations

from ringplan.values import dataclass

from .model import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault, with the page that ``explain`` prints."""

    code: str
    """``RP`` and three digits; never reused."""
    title: str
    """What is wrong, lower case, without full stop."""
    what: str
    """What it does: exactly when it is reported."""
    why: str
    """Why it matters: what would happen to calls."""
    example: str
    """A manifest with the fault, in YAML."""
    fix: str
    """What to do."""
    severity: Severity = Severity.ERROR
    fixable: bool = False
    """Whether ``check --fix`` repairs some of its cases."""

    def page(self) -> str:
        """The explanation as Markdown, ending with a line break."""
        severity = f"*{self.severity}*" + (", some cases repaired by `ringplan check --fix`" if self.fixable else "")
        sections = (
            f"# {self.code}: {self.title}",
            severity,
            "## What it does\n" + self.what.strip(),
            "## Why it matters\n" + self.why.strip(),
            "## Example\n```yaml\n" + self.example.strip("\n") + "\n```",
            "## Fix\n" + self.fix.strip(),
        )
        return "\n\n".join(sections) + "\n"
