"""Lowering: a tenant's manifest becomes its routing graph.

Total and pure: every manifest of the right shape gives a graph, even when names are undefined or numbers
collide. The passes report that, and a graph with errors is never handed to a target.
"""

from __future__ import annotations

from ringplan import ir
from ringplan.countries import COUNTRIES
from ringplan.frontend.spans import SpanTable
from ringplan_schema import Tenant as Manifest
from ringplan_schema import User as ManifestUser

from .identity import identity_of, spare_number

REJECTS = (
    ("busy", 486, "Busy Here"),
    ("no-answer", 480, "No Answer"),
    ("no-trunk", 503, "No Trunk Available"),
    ("outside-prefix", 404, "Dial The Outside Prefix First"),
    ("unknown-number", 404, "Not Found"),
    ("unreachable", 480, "Temporarily Unavailable"),
)
"""The deliberate ends every tenant has: name, SIP code, reason phrase."""


def lower(manifest: Manifest, spans: SpanTable, platform: ir.Platform | None) -> ir.Tenant:
    """The routing graph of one tenant; without a platform it has no trunks and a domain nobody resolves."""
    tenant = manifest.tenant
    span = spans.value(("tenant",))
    spare = spare_number(manifest)
    users = [_user(manifest, spans, name, user, spare) for name, user in manifest.users.items()]
    rejects = [ir.Reject(f"{tenant}/reject/{name}", code, why, span) for name, code, why in REJECTS]
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
        nodes=tuple(sorted([*users, *rejects], key=lambda node: node.id)),
        trunks=_trunks(tenant, platform),
        span=span,
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
    """Every user's ``number`` or ``extension``, sorted."""
    entries = []
    for name, user in manifest.users.items():
        key = user.number if field == "number" else user.extension
        if key is not None:
            node = f"{manifest.tenant}/users/{name}"
            entries.append(ir.Entry(key, node, spans.value(("users", name, field))))
    return tuple(sorted(entries, key=lambda entry: (entry.key, entry.node)))


def _user(manifest: Manifest, spans: SpanTable, name: str, user: ManifestUser, spare: str | None) -> ir.User:
    tenant = manifest.tenant
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
        identity=identity_of(manifest, user, spare),
        speed_dial=tuple(sorted((dialled_code(code), to) for code, to in user.speed_dial.items())),
        ring_ms=manifest.ring_timeout,
        busy=f"{tenant}/reject/busy",
        no_answer=f"{tenant}/reject/no-answer",
        unreachable=f"{tenant}/reject/unreachable",
        span=spans.key(("users", name)),
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
    return tuple(trunk.id for trunk in trunks if not trunk.tenants or tenant in trunk.tenants)
