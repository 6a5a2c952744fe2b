"""What a manifest becomes."""

from __future__ import annotations

from tests.passes.builder import PLATFORM, Bench, tenant, user

from ringplan import ir
from ringplan.ir.dump import digest, dump

TRUNKS = """\
  b: {address: "127.0.0.21:5060", priority: 20, number_format: e164_without_plus}
  leased: {address: "127.0.0.22:5060", priority: 1, tenants: [clinic]}
  ours: {address: "127.0.0.23:5060", tenants: [novak], sources: [127.0.0.25, 127.0.0.24]}
"""


def graph(bench: Bench, text: str, platform: str = PLATFORM) -> ir.Tenant:
    made = bench.tenant(text, platform).graph
    assert isinstance(made, ir.Tenant)
    return made


def test_nodes_are_sorted_and_every_edge_leads_to_one(bench: Bench) -> None:
    made = graph(bench, tenant(user("petr", "1205"), user("jana", "1204")))
    ids = [node.id for node in made.nodes]
    assert ids == sorted(ids)
    for node in made.nodes:
        if isinstance(node, ir.User):
            assert {node.busy, node.no_answer, node.unreachable} <= set(ids)
    assert [(node.code, node.reason) for node in made.nodes if isinstance(node, ir.Reject)] == [
        (403, "Call Barred"),
        (486, "Busy Here"),
        (480, "Closed"),
        (480, "Too Many Diversions"),
        (480, "No Answer"),
        (503, "No Trunk Available"),
        (404, "Dial The Outside Prefix First"),
        (404, "Not Found"),
        (480, "Temporarily Unavailable"),
    ]


def test_trunks_by_priority_then_name_without_those_of_others(bench: Bench) -> None:
    assert graph(bench, tenant(), PLATFORM + TRUNKS).trunks == ("carrier", "ours", "b")


def test_domain_by_default_and_as_given(bench: Bench) -> None:
    assert graph(bench, tenant()).domain == "novak.ringplan.example"
    assert graph(bench, tenant(more="domain: pbx.novak.example\n")).domain == "pbx.novak.example"


def test_speed_dial_codes_as_they_are_pressed(bench: Bench) -> None:
    made = graph(bench, tenant(user("jana", more='speed_dial: {6: 0602123456, 15: "+420 602 123 457", "06": 01188}')))
    node = made.node("novak/users/jana")
    assert isinstance(node, ir.User)
    assert node.speed_dial == (("06**", "01188"), ("15**", "+420602123457"), ("6#", "0602123456"))


def test_locality_of_the_group_unless_the_user_has_one(bench: Bench) -> None:
    users = (user("a", "1201", "group: prague"), user("b", "1202", "group: prague, locality: '582786'"))
    made = graph(bench, tenant(*users, more="groups: {prague: {locality: 554782}}\n"))
    assert [node.locality for node in made.nodes if isinstance(node, ir.User)] == ["554782", "582786"]


def test_platform(bench: Bench) -> None:
    made = bench.platform(PLATFORM + TRUNKS).graph
    assert isinstance(made, ir.Platform)
    assert [trunk.id for trunk in made.trunks] == ["leased", "carrier", "ours", "b"]
    ours = made.trunks[2]
    assert (ours.sources, ours.plus, made.trunks[3].plus) == (("127.0.0.24", "127.0.0.25"), True, False)
    assert (made.registration_s, made.flood_period_s) == (600, 2)


def test_order_comments_and_lines_leave_no_trace(bench: Bench) -> None:
    one = graph(bench, tenant(user("jana", "1204"), user("petr", "1205")))
    other = graph(bench, "# moved\n\n" + tenant(user("petr", "1205"), user("jana", "1204")))
    assert one != other
    assert dump(one) == dump(other)
    assert digest(one) == digest(other)


def test_every_meaning_has_its_digest(bench: Bench) -> None:
    one = graph(bench, tenant(user("jana", "1204")))
    assert digest(one) != digest(graph(bench, tenant(user("jana", "1205"))))
