"""A small exchange written as a manifest, and calls to it in few words, for tests of the interpreter.

The users are `a`, `b`, `c` …, each with one phone `desk`, extension 1201, 1202 … and number +420222333401, …402 ….
What hunt groups remember is carried from one call to the next, as in a running exchange.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ringplan.diagnostics import Severity, Sink
from ringplan.frontend.load import LoadedPlatform, LoadedTenant, parse_tenant
from ringplan.frontend.spans import SpanTable
from ringplan.frontend.yaml_source import Document, read_yaml
from ringplan.interpreter import (
    ORDINARY_MOMENT,
    Attempt,
    Call,
    FromPhone,
    FromTrunk,
    Memory,
    Origin,
    Outcome,
    PhoneState,
    TrunkState,
    World,
    route,
)
from ringplan.ir import Program
from ringplan.passes import examine, lower_platform
from ringplan_schema import Platform

PLATFORM = """\
platform: test
domain: pbx.example
exchange: {listen: ["udp:127.0.0.10:5060"]}
media: {rtpengines: {relay: {control: "127.0.0.11:2223", address: 127.0.0.11}}}
trunks:
  carrier: {address: "127.0.0.20:5060"}
"""
HEAD = """\
tenant: acme
name: Acme
country: CZ
time_zone: Europe/Prague
numbers: [+420222333400..449]
licensed_users: 99
ring_timeout: 60s
caller_id: {number: +420222333400}
"""
ABROAD = "carrier:+4989123456"
"""A caller from a trunk who is nobody's."""


@dataclass
class Exchange:
    """One tenant on one platform."""

    program: Program
    memory: dict[str, Memory] = field(default_factory=dict)

    def call(
        self,
        by: str,
        to: str,
        states: Mapping[str, str] | None = None,
        *,
        now: datetime = ORDINARY_MOMENT,
        switches: Mapping[str, bool] | None = None,
        redirects: Mapping[str, str] | None = None,
        trunks: Mapping[str, str] | None = None,
        withheld: bool = False,
        diversions: int = 0,
        **more: str,
    ) -> Outcome:
        """One call by a user, or by ``trunk:number``, ``trunk:``; every phone that is not named answers.

        States of phones, and ``engaged`` users, are given in ``states`` or by name, with the phones that are in them:
        ``silent="a b/mobile"``; ``a`` is ``a/desk``.
        """
        found = {**(states or {}), **more}
        engaged = found.pop("engaged", "").split()
        phones = {phone(one): PhoneState(state) for state, names in found.items() for one in names.split()}
        phones |= {phone(one): PhoneState.REDIRECTS for one in redirects or {}}
        world = World(
            phones=phones,
            trunks={trunk: TrunkState(state) for trunk, state in (trunks or {}).items()},
            now=now,
            redirects={phone(one): target for one, target in (redirects or {}).items()},
            engaged=frozenset(f"acme/users/{user}" for user in engaged),
            memory=dict(self.memory),
            switches={f"acme/{name}": on for name, on in (switches or {}).items()},
        )
        outcome = route(self.program, Call(origin(by), to, withheld, diversions), world)
        self.memory |= outcome.memory
        return outcome


def exchange(
    more: str = "", *, head: str = HEAD, platform: str = PLATFORM, numberless: Collection[str] = "", **users: str
) -> Exchange:
    """An exchange with these users, by name with further fields; ``more`` is the rest of the manifest."""
    lines = [
        _user(name, index, fields, name not in numberless) for index, (name, fields) in enumerate(users.items(), 1)
    ]
    manifest = _document(head + "users:\n" + "".join(lines) + more, "tenant.yaml")
    sink = Sink()
    parsed = parse_tenant(manifest, [], sink)
    assert parsed is not None, sink.sorted()
    written = _document(platform, "platform.yaml")
    loaded = LoadedPlatform(Platform.model_validate(written.data), SpanTable(written.entry), (Path("platform.yaml"),))
    lowered = lower_platform(loaded, sink)
    assert lowered is not None, sink.sorted()
    graph = examine(LoadedTenant(*parsed, (Path("tenant.yaml"),), {}), lowered, sink).graph
    assert [one for one in sink.sorted() if one.severity is Severity.ERROR] == []
    return Exchange(Program(lowered, (graph,)))


def _document(text: str, name: str) -> Document:
    sink = Sink()
    document = read_yaml(text.encode(), name, sink)
    assert document is not None, sink.sorted()
    return document


def _user(name: str, index: int, fields: str, has_number: bool) -> str:
    number = f", number: +4202223334{index:02}" if has_number else ""
    phones = "" if "phones:" in fields else f", phones: {{desk: {{secret: acme/{name}}}}}"
    rest = f", {fields}" if fields else ""
    return f"  {name}: {{name: {name.upper()}, extension: 12{index:02}{number}{phones}{rest}}}\n"


def phones(*names: str) -> str:
    """The field of a user with these phones."""
    return f"phones: {{{', '.join(f'{name}: {{secret: acme/{name}}}' for name in names)}}}"


def phone(name: str) -> str:
    """The id of ``a`` (its desk phone) or ``a/mobile``."""
    user, _, slug = name.partition("/")
    return f"acme/users/{user}/phones/{slug or 'desk'}"


def origin(by: str) -> Origin:
    """A user's desk phone, or ``trunk:number``."""
    trunk, is_trunk, number = by.partition(":")
    return FromTrunk(trunk, number or None) if is_trunk else FromPhone(phone(by))


def rang(outcome: Outcome) -> list[str]:
    """Who was tried, one after the other: ``a 20`` (seconds), ``b c 20`` (at once), or a trunk."""
    return [_tried(attempt) for attempt in outcome.attempts]


def _tried(attempt: Attempt) -> str:
    if attempt.kind == "trunk":
        return attempt.targets[0]
    names = [target.removeprefix("acme/users/").replace("/phones/", "/") for target in attempt.targets]
    return f"{' '.join(name.removesuffix('/desk') for name in names)} {attempt.ring_ms / 1000:g}"


def end(outcome: Outcome) -> str:
    """``a``, the phones that may answer; or how the call ends: ``480 No Answer``."""
    if outcome.code != 200:
        return f"{outcome.code} {outcome.reason}"
    names = [party.removeprefix("acme/users/").replace("/phones/", "/") for party in outcome.answered_by]
    return " ".join(name.removesuffix("/desk") for name in names)


def forwarded(outcome: Outcome) -> list[str]:
    """Every diversion of the last attempt: ``users/a no-answer``."""
    diversions = outcome.attempts[-1].diversions
    return [f"{one.node.removeprefix('acme/')} {one.reason}" for one in diversions]
