"""Who the called party sees, and that nothing forged, secret or withheld reaches it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from ringplan.interpreter import Attempt, FromPhone, FromTrunk, Presented

from ..sip import Sip, name_addr
from .diversion import allowed
from .evidence import Evidence

_ANONYMOUS_HOST = "anonymous.invalid"
_FORBIDDEN = frozenset(
    {
        "alert-info",
        "authorization",
        "call-info",
        "diversion",
        "history-info",
        "proxy-authorization",
        "remote-party-id",
    }
)
"""Never sent to a called party; neither is any ``P-`` header but P-Asserted-Identity. Who forwarded is another matter
(`diversion`)."""
_NOT_OF_THE_CALLER = frozenset({"to", "diversion", "history-info"})
"""Headers that name others: who is called, and who has forwarded, which may be the caller as well."""
_URI_USER = re.compile(r"(?:sips?|tel):([^@;>?]+)(?=[@;>]|$)", re.IGNORECASE)
_PRIVACY_VALUES = re.compile(r"[;,\s]+")


def identity(evidence: Evidence) -> Iterator[str]:
    """From, P-Asserted-Identity and Privacy of every INVITE are what the interpreter presents."""
    for leg in evidence.legs:
        yield from _from(evidence, leg.party, leg.invite, leg.attempt)
        yield from _asserted(evidence, leg.party, leg.invite, leg.attempt.presented)
        yield from _privacy(leg.party, leg.invite, leg.attempt.presented)


def _from(evidence: Evidence, party: str, sip: Sip, attempt: Attempt) -> Iterator[str]:
    seen, wanted = sip.sender, attempt.presented
    if seen.user != wanted.number:
        yield f"{party} was shown number {seen.user or '(none)'}, not {wanted.number}"
    if seen.name != wanted.name:
        yield f"{party} was shown {_name(seen.name)}, not {_name(wanted.name)}"
    domains = {evidence.program.platform.domain}
    if wanted.number == "anonymous":
        domains = {_ANONYMOUS_HOST}
    elif attempt.kind == "phones":
        domains.add(evidence.tenant.domain)
    if seen.host not in domains:
        yield f"{party} was shown a caller at {seen.host}, not {' or '.join(sorted(domains))}"


def _name(name: str | None) -> str:
    return "no name" if name is None else f"name “{name}”"


def _asserted(evidence: Evidence, party: str, sip: Sip, wanted: Presented) -> Iterator[str]:
    values = [name_addr(value) for value in sip.all("p-asserted-identity")]
    if wanted.asserted is None:
        if values:
            yield f"{party} got P-Asserted-Identity {values[0].uri}, but none should be sent"
        return
    if [value.user for value in values] != [wanted.asserted]:
        shown = ", ".join(value.uri for value in values) or "none"
        yield f"{party} got P-Asserted-Identity {shown}, not {wanted.asserted}"
    for value in values:
        if value.name is not None:
            yield f"{party} got the name “{value.name}” in P-Asserted-Identity; names must not leave the exchange"
        if value.host != evidence.program.platform.domain:
            yield f"{party} got P-Asserted-Identity at {value.host}, not {evidence.program.platform.domain}"


def _privacy(party: str, sip: Sip, wanted: Presented) -> Iterator[str]:
    values = {part for value in sip.all("privacy") for part in _PRIVACY_VALUES.split(value.lower()) if part}
    if wanted.private and "id" not in values:
        yield f"{party} got no Privacy: id although the caller withholds the number"
    if not wanted.private and values:
        yield f"{party} got Privacy: {'; '.join(sorted(values))}, but none should be sent"


def forbidden_headers(evidence: Evidence) -> Iterator[str]:
    """No request to a called party has a header only a network may set, credentials, or a forged value."""
    forged = [value for name, value in evidence.scenario.forged if name.lower() not in {"from", "privacy"}]
    branches = {leg.invite.branch: allowed(evidence, leg) for leg in evidence.legs}
    for party in sorted({party for party, _ in evidence.called}):
        for sip in evidence.received(party):
            if sip.method is None:
                continue
            wanted = branches.get(sip.branch, frozenset()) if sip.is_initial_invite else frozenset[str]()
            for name, value in sip.headers:
                if name in wanted and value not in forged:
                    continue
                if name in _FORBIDDEN or (name.startswith("p-") and name != "p-asserted-identity"):
                    yield f"{party} got header {_titled(name)} in {sip.method}"
                elif value in forged:
                    yield f"{party} got the forged value of {_titled(name)} in {sip.method}"


def _titled(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def leaks(evidence: Evidence) -> Iterator[str]:
    """A withheld caller stays unknown in the whole call; who was claimed in From never shows."""
    claimed = [name_addr(value) for name, value in evidence.scenario.forged if name.lower() == "from"]
    hidden = evidence.withholds and not evidence.scenario.expected.emergency
    shown = {target: attempt for attempt in evidence.attempts for target in attempt.targets}
    for party, attempt in shown.items():
        for sip in evidence.received(party):
            yield from _dialog_identity(party, sip, attempt)
            if hidden and sip.method is not None:
                yield from _revealed(evidence, party, sip, attempt.presented)
            for address in claimed:
                if address.name and sip.sender.name == address.name:
                    yield f"{party} was shown the claimed name “{address.name}” in {sip.title}"


def _dialog_identity(party: str, sip: Sip, attempt: Attempt) -> Iterator[str]:
    """Requests within the call show the same caller as the INVITE that began it."""
    wanted = attempt.presented.number
    if sip.method is not None and not sip.is_initial_invite and sip.sender.user != wanted:
        yield f"{party} was shown {sip.sender.user} in {sip.method}, not {wanted}"


def _revealed(evidence: Evidence, party: str, sip: Sip, presented: Presented) -> Iterator[str]:
    """No address in a header names a caller who withholds, but what is asserted to a trunk."""
    secrets = _names_of(evidence)
    for name, value in sip.headers:
        if name in _NOT_OF_THE_CALLER or (name == "p-asserted-identity" and presented.asserted is not None):
            continue
        for secret in sorted(secrets & {unquote(user) for user in _URI_USER.findall(value)}):
            yield f"{party} can read {secret} of the withheld caller in {_titled(name)} of {sip.method}"
        for secret in sorted(secrets & {name_addr(value).name}):
            yield f"{party} can read the name {secret} of the withheld caller in {_titled(name)} of {sip.method}"


def _names_of(evidence: Evidence) -> set[str]:
    """What would tell who the caller is: name, extension, number and account; for a trunk the calling number."""
    origin, user = evidence.scenario.call.origin, evidence.calling_user
    if isinstance(origin, FromPhone) and user is not None:
        account = next(phone.account for phone in user.phones if phone.id == origin.phone)
        numbers = {number for number in (user.number, user.identity.external_number) if number}
        return {account, user.name, user.extension} | numbers
    return {origin.number} if isinstance(origin, FromTrunk) and origin.number else set()
