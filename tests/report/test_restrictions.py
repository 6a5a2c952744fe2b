"""The tables of restrictions, read as a person reads them, say what the interpreter's screening says."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings
from tests.report.dom import by_id, rows, tree, words
from tests.strategies import programs

from ringplan import ir
from ringplan.interpreter.screening import call_type, canonical, matches, screen
from ringplan.report import Site, site
from ringplan.report.directory import Directory
from ringplan.report.wording import CALL_TYPES

NUMBERS = (
    *("+420222333400", "+420602123456", "+420602555101", "+420800123456", "+420840123456", "+420900123456"),
    *("+421905123456", "+870123456789", "+881212345678", "+420100000000", "1188", "1184", "116111", "+421445553333"),
)
DIRECTIONS = {"dialled": "outgoing", "forwarded": "forwarding"}


def judged(root: Element, line: list[Element], direction: str, kind: str, dialled: str) -> bool:
    """What somebody concludes from one line of the table and from the plan to which it points."""
    (link,) = line[-1].findall("a")
    plan = by_id(root, link.get("href", "").removeprefix("#"))
    tables = [one for one in plan.iter("table") if words(next(one.iter("caption"))).lower().startswith(direction)]
    for table in tables:
        for pattern, _, verdict in rows(table):
            if matches(words(pattern), dialled):
                return words(verdict).endswith("allowed")
    cell = line[1 + list(CALL_TYPES).index(kind)]
    said = words(cell)
    assert said in ("✓", "✕")
    assert [one.get("aria-label") for one in cell] == ["allowed" if said == "✓" else "denied"]
    return said == "✓"


def verdicts_agree(program: ir.Program, pages: Site) -> None:
    for tenant in program.tenants:
        root = tree(pages.pages[f"{tenant.id}/restrictions.html"])
        names = Directory.of(tenant, {})
        for direction, field in DIRECTIONS.items():
            everybody = names.users if direction == "dialled" else names.planned
            found = rows(by_id(root, direction))
            assert len(found) == len(everybody)
            for node, line in zip(everybody, found, strict=True):
                plan = tenant.plan(node.plan)
                table: ir.CallTable = getattr(plan, field)
                calls = [(call_type(tenant.dial_plan, n), canonical(tenant.dial_plan, n)) for n in NUMBERS]
                calls += [("internal", one.key) for one in tenant.extensions] + [("sip_uri", "jan@partner.example")]
                for kind, dialled in calls:
                    said = judged(root, line, direction, kind, dialled)
                    assert said is screen(table, kind, dialled).allowed, (node.id, direction, kind, dialled)


def test_the_examples(program: ir.Program, pages: Site) -> None:
    verdicts_agree(program, pages)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_random_plans(program: ir.Program) -> None:
    verdicts_agree(program, site([(tenant, {}) for tenant in program.tenants], 2026))


def test_the_types_are_those_of_the_graph() -> None:
    assert sorted(CALL_TYPES) == sorted(ir.CALL_TYPES)


def test_exceptions_stand_in_the_line_of_the_user(pages: Site) -> None:
    root = tree(pages.pages["klinika/restrictions.html"])
    line = next(line for line in rows(by_id(root, "forwarded")) if "Jiřík" in words(line[0]))
    assert words(line[-2]) == "✓ doctors"
    assert "112, 150, 155, 156, 158" in words(root)


@pytest.mark.parametrize("name", ["dialled", "forwarded"])
def test_lines_lead_to_the_user(pages: Site, name: str) -> None:
    root = tree(pages.pages["novak/restrictions.html"])
    assert all(line[0].find("a") is not None for line in rows(by_id(root, name)))
