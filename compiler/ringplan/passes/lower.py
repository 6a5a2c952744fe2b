"""Lowering: a tenant's manifest becomes its routing graph.

Total and pure: every manifest of the right shape gives a graph, even when names are undefined or numbers
collide. The passes report that, and a graph with errors is never handed to a target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ringplan import ir
from ringplan.countries import COUNTRIES
from ringplan.frontend.recordings import Recordings
from ringplan.frontend.spans import SpanTable
from ringplan_schema import Tenant as Manifest
from ringplan_schema import User as ManifestUser

from .answering import announcement, callback, ivr
from .destinations import NUMBERED, SECTIONS, Destinations
from .identity import identity_of, spare_number
from .plans import lower_plans, plan_of
from .prompts import Prompts
from .rejections import rejections
from .schedules import lower_schedules
from .services import MaskPatterns, edges, hunt_group, mask_patterns, ring_ms, rules, time_route

NONE: Recordings = {}


def lower(
    manifest: Manifest, spans: SpanTable, platform: ir.Platform | None, recordings: Recordings = NONE
) -> ir.Tenant:
    """The routing graph of one tenant; without a platform it has no trunks and a domain nobody resolves."""
    bare = _without_nodes(manifest, spans, platform)
    to = Destinations(manifest, spans, bare, platform)
    prompts = Prompts(manifest, spans, recordings, platform.speech if platform else "")
    spare, masks = spare_number(manifest), mask_patterns(manifest)
    nodes: list[ir.Node] = [
        _user(manifest, spans, name, identity_of(manifest, user, spare), to, masks)
        for name, user in manifest.users.items()
    ]
    nodes += [hunt_group(manifest, spans, name, group, to) for name, group in manifest.hunt_groups.items()]
    nodes += [time_route(manifest, spans, name, route, to) for name, route in manifest.time_routes.items()]
    nodes += [ivr(manifest, spans, name, to, prompts) for name in manifest.ivr]
    nodes += [announcement(manifest, spans, name, prompts) for name in manifest.announcements]
    nodes += [callback(manifest, spans, name, to, prompts) for name in manifest.callback]
    nodes += rejections(manifest, bare.span, prompts)
    nodes += to.outside
    return replace(bare, nodes=tuple(sorted(nodes, key=lambda node: node.id)), prompts=prompts.all, written=to.written)


def _without_nodes(manifest: Manifest, spans: SpanTable, platform: ir.Platform | None) -> ir.Tenant:
    """What dial strings are read with; nodes are found by it."""
    tenant = manifest.tenant
    return ir.Tenant(
        id=tenant,
        name=manifest.name,
        domain=manifest.domain or f"{tenant}.{platform.domain if platform else 'invalid'}",
        time_zone=manifest.time_zone,
        licensed_users=manifest.licensed_users,
        dial_plan=_dial_plan(manifest),
        blocks=_blocks(manifest, spans),
        numbers=_entries(manifest, spans, "number"),
        extensions=_entries(manifest, spans, "extension"),
        nodes=(),
        schedules=lower_schedules(manifest, spans),
        plans=lower_plans(manifest, spans),
        trunks=_trunks(tenant, platform),
        span=spans.value(("tenant",)),
    )


def _dial_plan(manifest: Manifest) -> ir.DialPlan:
    country = COUNTRIES[manifest.country]
    return ir.DialPlan(
        country=country.code,
        calling_code=country.calling_code,
        outside_prefix=manifest.dialing.outside_prefix,
        national_prefix=country.national_prefix,
        international_prefix=country.international_prefix,
        national_length=country.national_length,
        emergency=country.emergency,
    )


def _blocks(manifest: Manifest, spans: SpanTable) -> tuple[ir.NumberBlock, ...]:
    blocks = []
    for index, written in enumerate(manifest.numbers):
        first, _, last = written.partition("..")
        blocks.append(ir.NumberBlock(first, last, spans.value(("numbers", index))))
    return tuple(sorted(blocks, key=lambda block: (block.first, block.last, block.span)))


def _entries(manifest: Manifest, spans: SpanTable, field: str) -> tuple[ir.Entry, ...]:
    """The ``number`` or ``extension`` of everything that has one, sorted."""
    entries = []
    for section in NUMBERED if field == "number" else SECTIONS:
        owners: Mapping[str, object] = getattr(manifest, section)
        for name, owner in owners.items():
            key: str | None = getattr(owner, field)
            if key is not None:
                node = f"{manifest.tenant}/{section}/{name}"
                entries.append(ir.Entry(key, node, spans.value((section, name, field))))
    return tuple(sorted(entries, key=lambda entry: (entry.key, entry.node)))


def _user(
    manifest: Manifest, spans: SpanTable, name: str, identity: ir.Identity, to: Destinations, masks: MaskPatterns
) -> ir.User:
    tenant, user = manifest.tenant, manifest.users[name]
    busy, no_answer, unreachable = edges(name, user, to)
    own_plan = f"{tenant}/users/{name}/calling_plan" if user.calling_plan is not None else None
    group = manifest.groups.get(user.group) if user.group else None
    return ir.User(
        id=f"{tenant}/users/{name}",
        name=user.name,
        extension=user.extension,
        number=user.number,
        group=user.group,
        department=user.department,
        locality=user.locality or (group.locality if group else None),
        phones=_phones(tenant, name, user, spans),
        identity=identity,
        speed_dial=tuple(sorted((dialled_code(code), to) for code, to in user.speed_dial.items())),
        ring_ms=ring_ms(manifest, user),
        busy=busy,
        no_answer=no_answer,
        unreachable=unreachable,
        rules=rules(manifest, spans, name, to, masks),
        plan=plan_of(manifest, user.department, user.group, own_plan),
        span=spans.key(("users", name)),
        click_secret=user.click_to_dial,
    )


def _phones(tenant: str, name: str, user: ManifestUser, spans: SpanTable) -> tuple[ir.Phone, ...]:
    phones = [
        ir.Phone(
            id=f"{tenant}/users/{name}/phones/{slug}",
            account=f"{name}-{slug}",
            secret=phone.secret,
            span=spans.key(("users", name, "phones", slug)),
        )
        for slug, phone in user.phones.items()
    ]
    return tuple(sorted(phones, key=lambda phone: phone.account))


def dialled_code(code: str) -> str:
    """What is pressed for a speed-dial code: ``6`` is ``6#`` (S0:594-602), ``15`` is ``15**`` (S0:608-616)."""
    return f"{code}#" if len(code) == 1 else f"{code}**"


def _trunks(tenant: str, platform: ir.Platform | None) -> tuple[str, ...]:
    """The trunks this tenant may call out through; the platform has them in the order of trial."""
    trunks = platform.trunks if platform else ()
    return tuple(trunk.id for trunk in trunks if trunk.numbers and (not trunk.tenants or tenant in trunk.tenants))
