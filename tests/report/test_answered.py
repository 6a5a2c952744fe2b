"""The pages of menus, announcements and callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.passes.answered import examined, graph
from tests.passes.builder import Bench
from tests.report.dom import by_id, rows, tree, words

from ringplan import ir
from ringplan.report import Site, site
from ringplan.report.directory import Directory
from ringplan.report.flow import all_cards, cards

TENANT = """\
ivr:
  main:
    name: Central
    number: +420222333400
    operator: users/eva
    hours: open
    open:
      greeting: {say: Welcome.}
      dial_extensions: true
      keys:
        1: {transfer: users/jana}
        3: {submenu: ivr/more}
        4: {dial_extension: {department: sales}}
        5: dial_name
        6: {announce: {say: Address.}}
        7: {transfer: 0900123456}
        0: operator
        "#": hang_up
      no_input: {repeat: 1, then: operator}
    closed: {greeting: {say: Closed.}, then: hang_up}
  more: {open: {keys: {1: {transfer: announcements/end}, "*": return}, then: hang_up}}
announcements:
  end: {name: End, extension: 1400, prompt: {say: "The end <b>."}, times: 2, code: busy}
callback:
  field: {name: Field, number: +420222333410, allowed: {+420602111222: users/jana}, otherwise: ivr/main, record: true,
          announced: {say: Recorded.}}
"""
ROWS = [
    ("outside “open”", "“Closed.”", None),
    ("nothing pressed", "hangs up", None),
    ("otherwise", "“Welcome.”", None),
    ("key 0", "eva", "users/eva"),
    ("key 1", "jana", "users/jana"),
    ("key 3", "more", "ivr/more"),
    ("key 4", "asks for an extension of sales", None),
    ("key 5", "asks for a name: 3 names", None),
    ("key 6", "“Address.”", None),
    ("key 7", "+420\u00a0900\u00a0123\u00a0456: 403 Call Barred", None),
    ("key #", "hangs up", None),
    ("an extension", "is called", None),
    ("nothing pressed, after 1 repetition", "eva", "users/eva"),
    ("a wrong key, after 2 repetitions", "hangs up", None),
    ("nobody takes the call, after 2 repetitions", "hangs up", None),
]


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> ir.Tenant:
    """A tenant whose calls are answered."""
    folder: Path = tmp_path_factory.mktemp("tenant")
    return graph(examined(Bench(folder), TENANT))


@pytest.fixture(scope="module")
def made(tenant: ir.Tenant) -> Site:
    """Its pages."""
    return site([(tenant, {})], 2026)


def test_a_menu_says_what_every_key_does(tenant: ir.Tenant) -> None:
    card = all_cards(Directory.of(tenant, {}))["novak/ivr/main"]
    found = [(row.label, row.text, row.target and row.target.removeprefix("novak/")) for row in card.rows]
    assert found == ROWS


def test_announcements_and_callbacks_say_how_they_end(tenant: ir.Tenant) -> None:
    known = all_cards(Directory.of(tenant, {}))
    end, field = known["novak/announcements/end"], known["novak/callback/field"]
    assert [(row.label, row.text) for row in end.rows] == [
        ("plays 2 times", "“The end <b>.”"),
        ("then", "486 Busy Here"),
    ]
    assert [(row.label, row.text) for row in field.rows] == [
        ("from one of 1 number", "busy, and called back after 3\u00a0s"),
        ("from anybody else", "Central"),
    ]


def test_submenus_are_no_diversions(tenant: ir.Tenant) -> None:
    names = Directory.of(tenant, {})
    known = all_cards(names)
    (to_more,) = [row for row in known["novak/ivr/main"].rows if row.target == "novak/ivr/more"]
    assert not to_more.is_diversion
    assert "novak/announcements/end" in {card.id for card in cards(names, known, "novak/ivr/main")}


def test_every_one_has_a_page_and_stands_in_the_overview(made: Site) -> None:
    for page in ("ivr-main", "ivr-more", "announcement-end", "callback-field"):
        assert f"novak/{page}.html" in made.pages
    (table,) = by_id(tree(made.pages["novak/index.html"]), "answered").iter("table")
    assert [[words(cell) for cell in line] for line in rows(table)] == [
        ["Central", "IVR", "+420 222 333 400"],
        ["more", "IVR", "–"],
        ["End", "announcement", "1400"],
        ["Field", "callback", "+420 222 333 410"],
    ]
    callback = made.pages["novak/callback-field.html"].decode()
    assert "kept for 30 days" in callback
    assert "Field" in made.pages["novak/ivr-main.html"].decode().split("Who forwards to here")[1]


def test_words_of_tenants_are_escaped(made: Site) -> None:
    page = made.pages["novak/announcement-end.html"].decode()
    assert "<b>" not in page
    assert "The end &lt;b&gt;." in page
