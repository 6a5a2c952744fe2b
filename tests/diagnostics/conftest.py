"""Diagnostics that show what renderers can do."""

import pytest

from ringplan.diagnostics import Diagnostic, Label, Severity, Span
from ringplan.diagnostics.codes import diagnostic, replace

SOURCES = {
    "novak/tenant.yaml": (
        "tenant: novak\n"
        "name: Novák 😀 stavby\n"
        "numbers: [+420222333400..449]\n"
        "users:\n"
        "\tkůň: {extension: 0204}\n"
        "  漢字: {department: salse}\n"
        "  e\u0301va: {extension: 0204}\n"
        "  long: {name: " + "x" * 150 + ", extension: 1, note: " + "y" * 150 + "}\n"
    ),
    "clinic/tenant.yaml": "tenant: clinic\r\nnumbers:\r\n  - +420222333440\r\n",
}


def span(file: str, line: int, column: int, end: int) -> Span:
    return Span(f"{file}/tenant.yaml", line, column, line, end)


@pytest.fixture
def sources() -> dict[str, str]:
    return dict(SOURCES)


@pytest.fixture
def diagnostics() -> list[Diagnostic]:
    """An unsorted mixture of everything."""
    department = span("novak", 6, 21, 26)
    found = [
        diagnostic(
            "RP801",
            "number `+420222333440` belongs to two tenants",
            span("novak", 3, 11, 29),
            label="also owned here",
            secondary=[Label(span("clinic", 3, 5, 18), "first claimed here")],
            notes=["tenant `clinic`, 100 %: a, b"],
        ),
        diagnostic(
            "RP301",
            "department `salse` is not defined",
            department,
            label="no department with this name",
            notes=["a department with a similar name exists: `sales`"],
            help="replace with `sales`",
            fixes=[replace(department, "sales", sure=True)],
        ),
        diagnostic(
            "RP401",
            "extension `0204` is used twice",
            span("novak", 7, 19, 23),
            label="used again here",
            secondary=[Label(span("novak", 5, 19, 23), "first used here")],
        ),
        diagnostic("RP205", "`extension` is out of range", span("novak", 8, 178, 179), label="too short"),
        diagnostic("RP804", "there is no platform.yaml", Span("platform.yaml", 1, 1, 1, 1), label="expected here"),
        diagnostic("RP107", "an empty name\nwith \x1b[31mred\x1b[0m text", span("novak", 2, 9, 10)),
    ]
    numbers = [
        diagnostic("RP408", f"number {n} is not valid", span("novak", 3, 11, 24), label="not in the plan")
        for n in range(6)
    ]
    return [*numbers, *found, diagnostic("RP603", "no number", span("novak", 1, 1, 7), severity=Severity.INFO)]
