"""RP304 of targets, RP406, RP411, RP414, RP415, RP601."""

from __future__ import annotations

import pytest
from tests.passes.builder import HEAD, PLATFORM, Bench, tenant, user

from ringplan.diagnostics import Applicability
from ringplan.diagnostics.apply import apply_fixes

SLOVAK = HEAD.replace("country: CZ", "country: SK").replace("+420222333400..449", "+421220333400..449")
OTHER = user("petr", "1205", "number: +420222333405")


def dialling(target: str, other: str = OTHER, head: str = HEAD) -> str:
    """A tenant in which `jana` has a speed-dial code for the target."""
    return tenant(user("jana", more=f'speed_dial: {{6: "{target}"}}'), other, head=head)


@pytest.mark.parametrize("target", ["1205", "0602123456", "000421905123456", "+421905123456", "222333405", "01188"])
def test_target_that_can_be_dialled(bench: Bench, target: str) -> None:
    bench.tenant(dialling(target))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("602123456", "0602123456"), ("222111000", "0222111000"), ("00421905123456", "000421905123456")],
)
def test_czech_target_without_the_outside_prefix_is_repaired(bench: Bench, target: str, wanted: str) -> None:
    found = bench.tenant(dialling(target))
    fault = found.claim("RP406")
    fix = fault.fixes[0]
    assert fix.applicability is Applicability.MACHINE_APPLICABLE
    assert [edit.text for edit in fix.edits] == [wanted]
    bench.tenant(dialling(wanted))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("0905123456", "00905123456"), ("905123456", "00905123456"), ("00420602123456", "000420602123456")],
)
def test_slovak_target_without_the_outside_prefix_is_repaired(bench: Bench, target: str, wanted: str) -> None:
    other = user("petr", "1205")
    fault = bench.tenant(dialling(target, other, SLOVAK)).claim("RP406")
    assert fault.fixes[0].edits[0].text == wanted
    bench.tenant(dialling(wanted, other, SLOVAK))


@pytest.mark.parametrize("target", ["9999", "1206", "1188", "0999", "*55", "00"])
def test_target_that_reaches_nobody(bench: Bench, target: str) -> None:
    fault = bench.tenant(dialling(target)).claim("RP411")
    assert all(fix.applicability is not Applicability.MACHINE_APPLICABLE for fix in fault.fixes)


def test_mistyped_extension_names_the_similar_one(bench: Bench) -> None:
    fault = bench.tenant(dialling("12055")).claim("RP411")
    assert "1205" in fault.notes[0]


def test_owned_number_that_nobody_has(bench: Bench) -> None:
    assert "not assigned" in bench.tenant(dialling("0222333449")).claim("RP411").primary.text


@pytest.mark.parametrize("target", ["6#", "7#", "15**"])
def test_target_that_is_a_code(bench: Bench, target: str) -> None:
    bench.tenant(dialling(target)).claim("RP414")


def test_code_behind_a_code_shows_what_it_stands_for(bench: Bench) -> None:
    found = bench.tenant(tenant(user("jana", more='speed_dial: {6: "15**", 15: 0602123456}')))
    assert found.at(found.claim("RP414").secondary[0].span) == "0602123456"


@pytest.mark.parametrize("target", ["112", "0112", "158"])
def test_emergency_number_as_target(bench: Bench, target: str) -> None:
    found = bench.tenant(dialling(target))
    fault = found.claim("RP601")
    assert found.at(fault.primary.span).strip('"') == target


# -- forward targets

PLACES = (
    "always: {}",
    "busy: {}",
    "unreachable: {}",
    "no_answer: {{to: {}}}",
    "selective: [{{to: phones, when: holidays/CZ}}, {{to: {}}}]",
)
SERVICES = """\
caller_id: {{number: +420222333400}}
hunt_groups: {{g: {{name: G, members: [users/petr], overflow: {{after: 60s, to: {0}}}, forward: {{busy: {0}}}}}}}
time_routes: {{t: {{rules: [{{when: holidays/CZ, to: {0}}}], otherwise: {0}}}}}
"""


def forwarding(target: str, place: str = PLACES[0], other: str = OTHER, head: str = HEAD) -> str:
    """A tenant in which `jana` forwards to the target."""
    return tenant(user("jana", more=f"forward: {{{place.format(target)}}}"), other, head=head)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "target", ["'1205'", "0602123456", "+420222333405", "users/petr", "reject/closed", "'01188'", "'*55'", "users/pet"]
)
def test_targets_are_read_wherever_they_stand(bench: Bench, place: str, target: str) -> None:
    found = bench.tenant(forwarding(target, place))
    wrong = {"'*55'": "RP411", "users/pet": "RP304"}.get(target)
    if wrong is not None:
        assert found.at(found.claim(wrong).primary.span) == target


@pytest.mark.parametrize(("target", "code"), [("602123456", "RP406"), ("'112'", "RP601"), ("users/nobody", "RP304")])
def test_targets_of_groups_and_time_routes_are_read_too(bench: Bench, target: str, code: str) -> None:
    found = bench.tenant(tenant(user("jana"), OTHER, more=SERVICES.format(target)))
    assert [found.at(found.claim(code).primary.span) for _ in range(4)] == [target] * 4


@pytest.mark.parametrize(
    ("target", "code", "wanted"),
    [
        ("602123456", "RP406", "0602123456"),
        ("users/pert", "RP304", "users/petr"),
        ("hunt_groups/petr", "RP304", None),
        ("'12055'", "RP411", None),
        ("'112'", "RP601", None),
        ("'0158'", "RP601", None),
        ("time_routes/main", "RP304", None),
    ],
)
def test_a_wrong_forward_is_repaired_where_that_is_certain(
    bench: Bench, target: str, code: str, wanted: str | None
) -> None:
    found = bench.tenant(forwarding(target))
    fault = found.claim(code)
    path = fault.primary.span.file
    after = apply_fixes([fault], {path: found.text}).texts
    if wanted is None:
        assert after == {}
    else:
        assert f"always: {wanted}}}" in after[path]
        bench.tenant(after[path])


@pytest.mark.parametrize("written", ["'0905123456'", "905 123 456", "'00905123456'"])
def test_a_slovak_forward_needs_both_prefixes(bench: Bench, written: str) -> None:
    found = bench.tenant(forwarding(written, other=user("petr", "1205"), head=SLOVAK))
    if not written.startswith("'00"):
        assert found.claim("RP406").fixes[0].edits[0].text == "00905123456"


def test_speed_dial_codes_are_no_targets(bench: Bench) -> None:
    fields = "speed_dial: {6: 0602123456}, forward: {always: 6#}"
    bench.tenant(tenant(user("jana", more=fields), OTHER)).claim("RP411")


# -- SIP URIs

ALLOWED = "calling_plan: {forwarding: {sip_uri: allow}}\n"
URI = "sip:bob@partner.example"


def trunk(more: str) -> str:
    """The platform with a second trunk."""
    return PLATFORM + f'  partner: {{address: "127.0.0.30:5060", {more}}}\n'


@pytest.mark.parametrize(
    "more", ["domains: [partner.example]", "domains: [a.example, partner.example], tenants: [novak]"]
)
def test_a_uri_some_trunk_serves(bench: Bench, more: str) -> None:
    bench.tenant(forwarding(URI, head=HEAD + ALLOWED), trunk(more))


@pytest.mark.parametrize(
    "more",
    [
        "numbers: true",
        "domains: [other.example]",
        "domains: [partner.example], tenants: [clinic]",
    ],
)
def test_a_uri_no_trunk_serves_for_this_tenant(bench: Bench, more: str) -> None:
    found = bench.tenant(forwarding(URI, head=HEAD + ALLOWED), trunk(more))
    fault = found.claim("RP415")
    assert found.at(fault.primary.span) == URI
    assert "partner.example" not in fault.notes[0]


def test_which_domains_are_served_is_told(bench: Bench) -> None:
    found = bench.tenant(forwarding(URI, head=HEAD + ALLOWED), trunk("domains: [b.example, a.example]"))
    assert found.claim("RP415").notes == ("domains that trunks serve for this tenant: `a.example` and `b.example`",)


def test_without_a_platform_no_uri_is_a_fault(bench: Bench) -> None:
    bench.tenant(forwarding(URI, head=HEAD + ALLOWED), platform=None)
