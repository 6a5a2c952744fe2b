"""Moving a program onto the addresses of a lane."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringplan.ir import Program, User
from ringplan_sipp.errors import LabError
from ringplan_sipp.relocate import relocate


def test_everything_lives_on_the_lane_and_ports_stay(program: Program) -> None:
    place = relocate(program, 47)
    platform = place.program.platform
    assert [(s.transport, s.host, s.port) for s in platform.sockets] == [
        ("udp", "127.0.47.10", 5060),
        ("tcp", "127.0.47.10", 5060),
    ]
    assert [(r.control_host, r.control_port, r.address) for r in platform.relays] == [
        ("127.0.47.11", 2223, "127.0.47.11")
    ]
    assert [(t.host, t.port, t.sources) for t in platform.trunks] == [
        ("127.0.47.20", 5060, ("127.0.47.20",)),
        ("127.0.47.21", 5060, ("127.0.47.21",)),
    ]
    assert place.trunks["beta"].sip == "127.0.47.21:5060"
    assert place.stranger.host == "127.0.47.99"


def test_nothing_but_addresses_changes(program: Program) -> None:
    place = relocate(program, 47)
    platform, before = place.program.platform, program.platform
    assert place.program.tenants == program.tenants
    restored = replace(platform, sockets=before.sockets, relays=before.relays, trunks=before.trunks)
    assert restored == before
    assert [replace(t, host="", sources=()) for t in platform.trunks] == [
        replace(t, host="", sources=()) for t in before.trunks
    ]


def test_every_phone_has_an_address_of_its_own(program: Program) -> None:
    place = relocate(program, 47)
    assert place.phones["clinic/users/doctor/phones/desk"].sip == "127.0.47.100:5060"
    ends = list(place.phones.values())
    assert len({end.sip for end in ends}) == len({end.media for end in ends}) == len(ends) == 6
    assert all(place.parties[end.sip] == place.parties[end.media] == end.id for end in ends)


def test_many_phones_take_the_next_port(program: Program) -> None:
    tenant = program.tenant("clinic")
    user = tenant.node("clinic/users/doctor")
    assert isinstance(user, User)
    phones = tuple(replace(user.phones[0], id=f"{user.id}/phones/p{n}") for n in range(151))
    crowded = replace(user, phones=phones)
    nodes = tuple(crowded if node is user else node for node in tenant.nodes)
    place = relocate(replace(program, tenants=(replace(tenant, nodes=nodes),)), 47)
    first, last = place.phones[f"{user.id}/phones/p0"], place.phones[f"{user.id}/phones/p150"]
    assert (first.sip, last.sip) == ("127.0.47.100:5060", "127.0.47.100:5061")
    assert last.media_port - first.media_port >= 4  # SIPp binds the port two above as well


def test_further_sources_of_a_trunk_get_addresses_too(program: Program) -> None:
    alpha = replace(program.platform.trunks[0], sources=("198.51.100.1", "198.51.100.77"))
    beta = replace(program.platform.trunks[1], sources=("203.0.113.9",))
    platform = replace(program.platform, trunks=(alpha, beta))
    place = relocate(replace(program, platform=platform), 47)
    assert [t.sources for t in place.program.platform.trunks] == [("127.0.47.20", "127.0.47.60"), ("127.0.47.61",)]
    assert place.trunk_sources["beta"].host == "127.0.47.61"
    assert place.parties["127.0.47.61:5060"] == "beta"


def test_two_hosts_of_the_exchange_stay_two(program: Program) -> None:
    first, second = program.platform.sockets
    platform = replace(program.platform, sockets=(first, replace(second, host="192.0.2.11")))
    place = relocate(replace(program, platform=platform), 47)
    assert [s.host for s in place.program.platform.sockets] == ["127.0.47.10", "127.0.47.9"]


def test_real_phones_can_reach_the_listening_address(program: Program) -> None:
    platform = relocate(program, 47, listen="192.168.1.5").program.platform
    assert {s.host for s in platform.sockets} == {"192.168.1.5"}
    assert [(r.control_host, r.address) for r in platform.relays] == [("127.0.47.11", "192.168.1.5")]


def test_too_large_a_platform_is_refused_in_one_sentence(program: Program) -> None:
    relays = tuple(replace(program.platform.relays[0], id=f"r{n}") for n in range(10))
    crowded = replace(program, platform=replace(program.platform, relays=relays))
    with pytest.raises(LabError, match=r"^the platform has 10 media relays, the lab has addresses for 9$"):
        relocate(crowded, 47)
