"""The overview of a tenant: every number and extension once, and the services of every user."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.report.dom import by_class, by_id, rows, tree, words
from tests.strategies import programs

from ringplan import ir
from ringplan.report import Site, site
from ringplan.report.data import free_count, numbers, owned_count
from ringplan.report.directory import Directory


def lines(pages: Site, tenant: str, section: str) -> list[list[str]]:
    root = tree(pages.pages[f"{tenant}/index.html"])
    (table,) = by_id(root, section).iter("table")
    return [[words(cell) for cell in line] for line in rows(table)]


def keys_appear(program: ir.Program, pages: Site) -> None:
    for tenant in program.tenants:
        names = Directory.of(tenant, {})
        found = [line[0].replace(" ", "") for line in lines(pages, tenant.id, "numbers") if "free" not in line[1]]
        assert found == sorted(entry.key for entry in tenant.numbers)
        assert [line[0] for line in lines(pages, tenant.id, "extensions")] == [one.key for one in tenant.extensions]
        assert len(lines(pages, tenant.id, "services")) == len(names.users)


def test_the_examples(program: ir.Program, pages: Site) -> None:
    keys_appear(program, pages)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_random_fleets(program: ir.Program) -> None:
    keys_appear(program, site([(tenant, {}) for tenant in program.tenants], 2026))


def test_free_numbers_and_assigned_ones_come_to_all(program: ir.Program) -> None:
    for tenant in program.tenants:
        names = Directory.of(tenant, {})
        free = 0
        for one in numbers(names):
            if one.to is None:
                digits = one.key.replace("\u00a0", "").removeprefix("+")
                last = (one.last or "").replace("\u00a0", "").removeprefix("+")
                free += int(digits[: len(digits) - len(last)] + last) - int(digits) + 1 if last else 1
        assert free == free_count(names) == owned_count(names) - len(tenant.numbers)


def test_services_of_a_user(pages: Site) -> None:
    line = next(line for line in lines(pages, "novak", "services") if line[0] == "Jana Nováková")
    assert line[1] == "1204+420 222 333 404"
    assert line[4] == "busy → Obchodno answer in 5 s → +420 602 123 456not reachable → +420 602 123 456"
    assert line[5] == "Poptávky, Obchod"
    assert line[6] == "2"


def test_names_that_several_have_are_told_apart(pages: Site) -> None:
    root = tree(pages.pages["novak/index.html"])
    names = {words(one) for one in root.iter("a")}
    assert {"Recepce (1200)", "Recepce (1290)"} <= names
    assert "Recepce" not in names


def test_who_forwards_to_a_user(pages: Site) -> None:
    root = tree(pages.pages["klinika/user-sesterna.html"])
    assert "MUDr. Květoslav Jiřík busy" in {words(one) for one in by_class(root, "plain")[0].findall("li")}


def test_the_fleet_leads_to_every_tenant(program: ir.Program, pages: Site) -> None:
    root = tree(pages.pages["index.html"])
    assert [one.get("href") for one in root.iter("a") if one.get("href") != "#content"] == [
        f"{tenant.id}/index.html" for tenant in program.tenants
    ]
