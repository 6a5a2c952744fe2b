"""A call flow shows every way a call can take, and no text or way lies upon another."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.report.dom import by_class, by_id, tree, words
from tests.strategies import calls, programs, worlds

from ringplan import ir
from ringplan.interpreter import route
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.redirecting import screen_target
from ringplan.report import Site
from ringplan.report.directory import Directory
from ringplan.report.flow import Card, all_cards, cards
from ringplan.report.layout import CARD, GAP, LANE, layout, width, wrap

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def ways_of(tenant: ir.Tenant, node: ir.Node) -> list[str]:
    """Every edge of a node that a call can take, written apart from the pages."""
    match node:
        case ir.User():
            found = [rule.to for rule in before_always(node) if rule.to is not None]
            rings = not node.rules or before_always(node)[-1].to is None or not is_always(before_always(node)[-1])
            if rings or any(rule.to is None for rule in before_always(node)):
                found += [node.busy, node.no_answer, node.unreachable]
            return found
        case ir.HuntGroup():
            edges = [node.busy, node.no_answer, node.unreachable]
            return edges + ([node.overflow] if node.overflow_ms is not None else [])
        case ir.TimeRoute():
            return [*(target for _, target in node.rules), node.otherwise]
        case ir.Ivr():
            return [target for menu in (node.holiday, node.closed, node.open) if menu for target in menu_ways(menu)]
        case ir.Callback():
            return [node.otherwise]
    return []


def menu_ways(menu: ir.Menu) -> list[str]:
    actions = [action for _, action in menu.keys] + [menu.no_input.then]
    if menu.keys or menu.dial_extensions:
        actions += [menu.invalid.then, menu.failed.then]
    return [action.to for action in actions if isinstance(action, ir.Transfer | ir.Submenu)]


def is_always(rule: ir.Rule) -> bool:
    return rule.when is None and not rule.callers


def before_always(user: ir.User) -> tuple[ir.Rule, ...]:
    for at, rule in enumerate(user.rules):
        if is_always(rule):
            return user.rules[: at + 1]
    return user.rules


def goes_on(tenant: ir.Tenant, node: ir.Node, target: str) -> bool:
    """Whether an edge does not end the call."""
    to = tenant.node(target)
    if isinstance(to, ir.Reject):
        return False
    if isinstance(to, ir.Outside | ir.SipUri):
        assert isinstance(node, ir.User | ir.HuntGroup | ir.TimeRoute | ir.Ivr)
        meant = OffNet(to.number) if isinstance(to, ir.Outside) else to
        return screen_target(tenant, node.plan, meant).allowed
    return True


def expected(tenant: ir.Tenant, entry: str) -> dict[str, list[str]]:
    """By node the targets of its ways, as far as five diversions lead."""
    nearest, found = [entry], dict[str, list[str]]()
    for left in range(ir.MAX_DIVERSIONS, -1, -1):
        following: list[str] = []
        for name in nearest:
            node = tenant.node(name)
            on = [target for target in ways_of(tenant, node) if goes_on(tenant, node, target)] if left else []
            found[name] = on
            following += on
        nearest = [name for name in dict.fromkeys(following) if name not in found]
    return found


def drawn(tenant: ir.Tenant, entry: str) -> tuple[Card, ...]:
    names = Directory.of(tenant, {})
    return cards(names, all_cards(names), entry)


@SLOW
@given(programs(), st.data())
def test_every_way_appears_once_and_no_other(program: ir.Program, data: st.DataObject) -> None:
    tenant = data.draw(st.sampled_from(program.tenants))
    entry = data.draw(st.sampled_from([one.node for one in tenant.extensions]))
    found = {card.id: [row.target for row in card.rows if row.target is not None] for card in drawn(tenant, entry)}
    assert found == expected(tenant, entry)


@SLOW
@given(programs(), st.data())
def test_no_call_leaves_the_picture(program: ir.Program, data: st.DataObject) -> None:
    call = data.draw(calls(program))
    world = data.draw(worlds(program))
    outcome = route(program, call, world)
    diversions = [d for attempt in outcome.attempts[-1:] for d in attempt.diversions]
    if not diversions or any(diversion.reason == "deflection" for diversion in diversions):
        return  # a phone's redirection is no edge of the graph
    tenant = program.tenant(outcome.tenant or "")
    assert {diversion.node for diversion in diversions} <= {card.id for card in drawn(tenant, diversions[0].node)}


@SLOW
@given(programs(), st.data())
def test_nothing_lies_upon_anything(program: ir.Program, data: st.DataObject) -> None:
    tenant = data.draw(st.sampled_from(program.tenants))
    entry = data.draw(st.sampled_from([one.node for one in tenant.extensions]))
    picture = layout(drawn(tenant, entry), 50)
    at = 50
    for card in picture.cards:
        assert card.top == at
        at += card.measured.height + GAP
        inner = card.measured.rows[0].top if card.measured.rows else 0
        for row in card.measured.rows:
            assert row.top == inner
            inner += row.height
        assert inner <= card.measured.height
    assert picture.height == at - GAP + 2
    spans = [(way.lane, min(*way.starts, way.end), max(*way.starts, way.end)) for way in picture.ways]
    for index, (lane, top, bottom) in enumerate(spans):
        for other, above, below in spans[index + 1 :]:
            assert lane != other or bottom < above or below < top
    assert all(picture.width >= CARD + 12 + LANE * lane for lane, _, _ in spans)


@given(st.text(max_size=90), st.sampled_from((60, 150, 260)), st.sampled_from((12, 13, 15)))
def test_wrapping_keeps_every_character_and_the_width(text: str, room: int, size: int) -> None:
    lines = wrap(text, room, size)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, size) <= room for line in lines)


def test_the_words_say_what_the_picture_says(pages: Site) -> None:
    root = tree(pages.pages["novak/route-main.html"])
    text = words(by_class(root, "words")[0])
    assert "while “open” → Recepce (1290)" in text
    assert "while “saturday_sale” → Obchod" in text
    assert "nobody reachable → +420 602 123 456" in text
    assert "no answer: 480 No Answer" in text
    (picture,) = by_class(root, "flow")
    shown = words(picture)
    for part in ("while “open”", "Recepce (1290)", "after 7 s in all", "480 Temporarily Unavailable", "on_call"):
        assert part in shown


def test_members_stand_in_the_order_of_the_hunt(pages: Site) -> None:
    root = tree(pages.pages["klinika/group-reception.html"])
    (table,) = by_class(root, "hunt")
    members = [words(one) for one in table.iter("th") if one.get("scope") == "row"]
    assert members == ["Recepce", "Sesterna"]
    offers = tree(pages.pages["novak/group-offers.html"])
    assert "75 %" in words(by_class(offers, "hunt")[0])


def test_a_forward_that_is_barred_is_the_end(program: ir.Program) -> None:
    tenant = program.tenant("krivan")
    names = Directory.of(tenant, {})
    barred = next(plan for plan in tenant.plans if plan.id == "krivan/departments/rooms/calling_plan")
    node = names.nodes["krivan/users/nocny"]
    assert isinstance(node, ir.User)
    changed = replace(node, plan=barred.id)
    tenant = replace(tenant, nodes=tuple(changed if one.id == node.id else one for one in tenant.nodes))
    (card,) = drawn(tenant, node.id)
    assert [row.text.replace("\u00a0", " ") for row in card.rows if row.tone == "end"] == [
        "+421 905 123 456: 403 Call Barred"
    ] * 3


def test_after_five_diversions_the_call_ends(program: ir.Program) -> None:
    found = drawn(program.tenant("vltava"), "vltava/time_routes/infoline")
    assert [card.kind for card in found] == ["route", "group", "group", "user", "user", "outside"]


def test_anchors_of_the_overview(pages: Site) -> None:
    root = tree(pages.pages["novak/index.html"])
    assert "Jana Nováková" in words(by_id(root, "services"))
