"""RP204, RP205, RP805, RP807 of the platform."""

from __future__ import annotations

import pytest
from tests.passes.builder import PLATFORM, Bench


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("10:5060", "10:65536", "RP205", '"udp:127.0.0.10:65536"'),
        ("11:2223", "11:99999", "RP205", '"127.0.0.11:99999"'),
        ("20:5060", "20:70000", "RP205", '"127.0.0.20:70000"'),
        ("127.0.0.11}", "127.0.0.11, ports: 40000-30000}", "RP205", "40000-30000"),
        ("127.0.0.11}", "127.0.0.11, ports: 40000-65600}", "RP205", "40000-65600"),
        ("exchange:\n", "exchange:\n  registration: 60500ms\n", "RP204", "60500ms"),
        ("exchange:\n", "exchange:\n  flood: {period: 1500ms}\n", "RP204", "1500ms"),
    ],
)
def test_value_that_cannot_be(bench: Bench, old: str, new: str, code: str, at: str) -> None:
    found = bench.platform(PLATFORM.replace(old, new))
    assert found.at(found.claim(code).primary.span) == at
    assert found.graph is None


@pytest.mark.parametrize(
    "second", ['{address: "127.0.0.20:5070"}', '{address: "127.0.0.21:5060", sources: [127.0.0.21, 127.0.0.20]}']
)
def test_two_trunks_share_a_source_address(bench: Bench, second: str) -> None:
    found = bench.platform(PLATFORM + f"  second: {second}\n")
    fault = found.claim("RP805")
    assert "127.0.0.20" in found.at(fault.primary.span)
    assert found.at(fault.secondary[0].span) == '"127.0.0.20:5060"'


def test_two_trunks_of_one_host_with_addresses_of_their_own(bench: Bench) -> None:
    bench.platform(PLATFORM + '  second: {address: "127.0.0.20:5070", sources: [127.0.0.30]}\n')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["udp:127.0.0.10:5060"]', '["udp:127.0.0.10:5060", "udp:127.0.0.10:5060"]'),
        ('["udp:127.0.0.10:5060"]', '["tcp:127.0.0.10:5060", "tls:127.0.0.10:5060"]'),
        ('["udp:127.0.0.10:5060"]', '["udp:127.0.0.11:2223"]'),
        ('["udp:127.0.0.10:5060"]', '["udp:127.0.0.11:30000"]'),
        ("trunks:", '    second: {control: "127.0.0.11:2223", address: 127.0.0.12}\ntrunks:'),
        ("trunks:", '    second: {control: "127.0.0.12:2223", address: 127.0.0.11, ports: 39999-40000}\ntrunks:'),
        ("trunks:", '    second: {control: "127.0.0.11:35000", address: 127.0.0.12}\ntrunks:'),
    ],
)
def test_two_services_on_one_address_and_port(bench: Bench, old: str, new: str) -> None:
    bench.platform(PLATFORM.replace(old, new)).claim("RP807")


def test_udp_and_tcp_on_one_port_are_two(bench: Bench) -> None:
    bench.platform(PLATFORM.replace('["udp:127.0.0.10:5060"]', '["udp:127.0.0.10:5060", "tcp:127.0.0.10:5060"]'))
