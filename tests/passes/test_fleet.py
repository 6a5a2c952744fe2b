"""What no tenant can see by itself: RP801, RP802, RP803, RP806, RP804, RP701."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.passes.builder import HEAD, PLATFORM, tenant

from ringplan.diagnostics import Diagnostic
from ringplan.pipeline import Options, check


def fleet(folder: Path, platform: str | None = PLATFORM, **tenants: str) -> list[Diagnostic]:
    """Write a fleet, check it, and answer what was reported."""
    if platform is not None:
        (folder / "platform.yaml").write_text(platform, encoding="utf-8")
    for name, text in tenants.items():
        (folder / name).mkdir()
        (folder / name / "tenant.yaml").write_text(text, encoding="utf-8")
    return list(check(folder, Options()).diagnostics)


def called(name: str, numbers: str, more: str = "") -> str:
    head = HEAD.replace("novak", name).replace("+420222333400..449", numbers)
    return tenant(head=head, more=more)


def test_sound_fleet(tmp_path: Path) -> None:
    assert fleet(tmp_path, aa=called("aa", "+420222333400..409"), bb=called("bb", "+420222333410")) == []


@pytest.mark.parametrize("other", ["+420222333409", "+420222333400", "+420222333300..500", "+420222333409..420"])
def test_number_of_two_tenants_shows_both_places(tmp_path: Path, other: str) -> None:
    (fault,) = fleet(tmp_path, aa=called("aa", "+420222333400..409"), bb=called("bb", other))
    assert fault.code == "RP801"
    assert Path(fault.primary.span.file).parent.name == "bb"
    assert Path(fault.secondary[0].span.file).parent.name == "aa"


def test_range_that_covers_two_other_tenants(tmp_path: Path) -> None:
    found = fleet(
        tmp_path,
        aa=called("aa", "+420222333400"),
        bb=called("bb", "+420222333405"),
        cc=called("cc", "+420222333400..409"),
    )
    assert [fault.code for fault in found] == ["RP801", "RP801"]


def test_domain_used_twice(tmp_path: Path) -> None:
    (fault,) = fleet(
        tmp_path,
        aa=called("aa", "+420222333400", "domain: bb.ringplan.example\n"),
        bb=called("bb", "+420222333401"),
    )
    assert (fault.code, fault.primary.span.line) == ("RP802", 1)
    assert fault.secondary[0].span.line == 7


def test_tenant_name_used_twice(tmp_path: Path) -> None:
    found = fleet(tmp_path, aa=called("aa", "+420222333400"), bb=called("aa", "+420222333401"))
    assert [fault.code for fault in found] == ["RP209", "RP803"]


def test_trunk_of_a_tenant_that_is_not_there(tmp_path: Path) -> None:
    platform = PLATFORM.replace('5060"}\n', '5060", tenants: [novka, aa]}\n')
    platform += '  open: {address: "127.0.0.21:5060"}\n'
    (fault,) = fleet(tmp_path, platform, novak=tenant(), aa=called("aa", "+420222333399"))
    assert fault.code == "RP806"
    assert fault.fixes[0].edits[0].text == "novak"


def test_trunk_of_a_tenant_whose_manifest_cannot_be_read(tmp_path: Path) -> None:
    platform = PLATFORM.replace('5060"}\n', '5060", tenants: [novak]}\n')
    assert [fault.code for fault in fleet(tmp_path, platform, novak="tenant: [")] == ["RP101"]


def test_trunks_are_not_compared_with_one_tenant_alone(tmp_path: Path) -> None:
    platform = PLATFORM.replace('5060"}\n', '5060", tenants: [novak, other]}\n')
    assert [fault.code for fault in fleet(tmp_path, platform, novak=tenant())] == ["RP806"]
    assert check(tmp_path / "novak", Options()).diagnostics == ()


def test_fleet_without_platform_still_checks_its_tenants(tmp_path: Path) -> None:
    found = fleet(tmp_path, None, novak=tenant(head=HEAD.replace("licensed_users: 20", "licensed_users: 0")))
    assert sorted(fault.code for fault in found) == ["RP205", "RP804"]


def test_transport_that_no_target_supports(tmp_path: Path) -> None:
    platform = PLATFORM.replace('20:5060"}', '20:5061", transport: tls}')
    (fault,) = fleet(tmp_path, platform, novak=tenant())
    assert fault.code == "RP701"
    assert (
        PLATFORM.replace('20:5060"}', '20:5061", transport: tls}').split("\n")[fault.primary.span.line - 1][
            fault.primary.span.column - 1 : fault.primary.span.end_column - 1
        ]
        == "tls"
    )


def test_recording_is_promised_by_no_target(tmp_path: Path) -> None:
    callback = (
        "callback: {field: {number: +420222333420, allowed: {+420602111222: users/jana}, otherwise: users/jana, "
        "record: true, announced: {say: You are recorded.}}}\n"
    )
    platform = PLATFORM + "attendant: {listen: 127.0.0.9:5080, digits: 5081}\n"
    found = fleet(tmp_path, platform, novak=tenant(more=callback))
    assert [(fault.code, fault.message) for fault in found if fault.code == "RP701"] == [
        ("RP701", "the recording of calls is not supported by any target")
    ]
