"""From a logical address such as ``novak/users/novakova`` to the place in the manifests where the object is defined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ringplan.diagnostics import Sink, Span
from ringplan.frontend.load import LoadedPlatform, LoadedTenant, load_platform, load_tenant
from ringplan.frontend.spans import Path as ManifestPath
from ringplan.ir import Outside, SipUri
from ringplan.naming import unknown
from ringplan.passes.lower import lower
from ringplan.pipeline import platform_of
from ringplan.sources import Place, locate

_PLATFORM_SECTIONS = {
    "trunks": ("trunks",),
    "relays": ("media", "rtpengines"),
    "platform": (),
    "exchange": ("exchange",),
    "media": ("media",),
}
"""First part of an address of the platform, and where that section stands in its manifest."""


_LOWERED = ("holidays", "outside", "sip")
"""Sections of addresses that manifests have no section for."""

T = TypeVar("T")


class UnknownAddressError(LookupError):
    """Nothing has this address; the message says what there is."""


def find_address(path: Path, address: str) -> Span:
    """Where the object with this address is defined; raises UnknownAddressError or UsageError."""
    place = locate(path)
    first, *rest = address.strip("/").split("/")
    if first in _PLATFORM_SECTIONS:
        platform = load_platform(_existing(place.layout.platform), place.root, Sink())
        return _walk(_readable(platform), (*_PLATFORM_SECTIONS[first], *rest), address)
    folders = {folder.name: folder for folder in place.layout.tenants}
    folder = place.root if place.is_alone else folders.get(first)
    if folder is None:
        raise UnknownAddressError(unknown("tenant", first, (*folders, *_PLATFORM_SECTIONS)))
    tenant = _readable(load_tenant(folder, place.root, Sink()))
    if tenant.manifest.tenant != first:
        raise UnknownAddressError(unknown("tenant", first, [tenant.manifest.tenant]))
    if not rest or rest[0] == "reject":
        return tenant.spans.value(("tenant",))
    if rest[0] in _LOWERED or (rest[0] == "prompts" and "".join(rest[1:]) not in tenant.manifest.prompts):
        return _lowered(tenant, place, address.strip("/"))
    return _walk(tenant, rest, address)


def _lowered(tenant: LoadedTenant, place: Place, address: str) -> Span:
    """Where something is named first that no line defines: a number or SIP URI outside, the holidays of a country, a
    prompt by its content."""
    platform = platform_of(place).graph
    graph = lower(tenant.manifest, tenant.spans, platform, tenant.recordings)
    section = address.split("/")[1]
    found = {node.id: node.span for node in graph.nodes if isinstance(node, Outside | SipUri)}
    found |= {schedule.id: schedule.span for schedule in graph.schedules}
    found |= {prompt.id: prompt.span for prompt in graph.prompts}
    known = [name for name in found if name.split("/")[1] == section]
    if address not in known:
        raise UnknownAddressError(unknown(f"{section} of {tenant.manifest.tenant}", address, known))
    return found[address]


def _existing(platform: Path | None) -> Path:
    if platform is None:
        raise UnknownAddressError("there is no platform.yaml")
    return platform


def _readable(loaded: T | None) -> T:
    if loaded is None:
        raise UnknownAddressError("its manifest has errors; run `ringplan check`")
    return loaded


def _walk(loaded: LoadedTenant | LoadedPlatform, parts: Sequence[str], address: str) -> Span:
    """Follow an address through the manifest, field by field and name by name."""
    value: object = loaded.manifest
    for depth, part in enumerate(parts):
        names = _names(value)
        if part not in names:
            where = "/".join(parts[:depth]) or "the manifest"
            raise UnknownAddressError(unknown(f"entry of {where}", part, names))
        value = names[part]
    path: ManifestPath = tuple(parts)
    return loaded.spans.key(path)


def _names(value: object) -> dict[str, object]:
    """What an object of the manifest contains, by name."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    return {str(name): item for name, item in value.items()} if isinstance(value, dict) else {}
