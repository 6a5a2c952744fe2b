"""The pages: which there are, and what each one is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from ringplan import ir
from ringplan.output import Bundle, digest_of

from . import data, restrictions, svg
from .data import Link, link
from .directory import Called, Directory
from .flow import Card, all_cards, cards
from .layout import layout
from .people import facts, hunt_rows
from .weeks import anchor, route_week, schedule_week
from .wording import CALL_TYPES, visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

MANIFEST: Final = "report.json"
"""The list of files in a report's folder; another name than a bundle's, so that neither removes the other's files."""
STYLE: Final = "style.css"


@dataclass(frozen=True, slots=True)
class Site:
    """All pages of a fleet."""

    pages: Mapping[str, bytes]
    """Content by path, sorted."""

    def bundle(self) -> Bundle:
        """The pages, ready to be written."""
        digests = {path: digest_of(content) for path, content in self.pages.items()}
        return Bundle(digests, self.pages.__getitem__, MANIFEST)


def site(tenants: Iterable[tuple[ir.Tenant, Mapping[str, str]]], year: int) -> Site:
    """The pages of some tenants, each with its labels (``labels_of``); ``year`` is the one whose dates are listed."""
    found: dict[str, bytes] = {STYLE: _resource(STYLE).encode()}
    directories = [Directory.of(tenant, labels) for tenant, labels in tenants]
    found["index.html"] = _render("fleet.html.j2", root="", tenants=[_tenant_line(names) for names in directories])
    for names in directories:
        for page, content in _tenant(names, year):
            found[f"{names.tenant.id}/{page}"] = content
    return Site(dict(sorted(found.items())))


@dataclass(frozen=True, slots=True)
class _TenantLine:
    id: str
    name: str
    summary: str
    numbers: tuple[str, ...]


def _tenant_line(names: Directory) -> _TenantLine:
    tenant = names.tenant
    ends = ((names.number(b.first), data.numbers_end(names, b.first, b.last)) for b in tenant.blocks)
    blocks = tuple(f"{first} to {last}" if last is not None else first for first, last in ends)
    return _TenantLine(tenant.id, visible(tenant.name), data.summary(names), blocks)


def _tenant(names: Directory, year: int) -> Iterator[tuple[str, bytes]]:
    """Every page of one tenant."""
    common = {
        "root": "../",
        "tenant": names.tenant,
        "tenant_name": visible(names.tenant.name),
        "has_schedules": bool(names.tenant.schedules),
        "year": year,
    }
    yield "index.html", _overview(names, common)
    yield "restrictions.html", _restrictions(names, common)
    if names.tenant.schedules:
        yield "schedules.html", _schedules(names, common, year)
    known = all_cards(names)
    for node in names.everybody:
        page = names.page(node.id)
        assert page is not None
        yield page, _node(names, known, common, node, year)


def _overview(names: Directory, common: Mapping[str, object]) -> bytes:
    return _render(
        "tenant.html.j2",
        **common,
        numbers=data.numbers(names),
        extensions=data.extensions(names),
        services=data.services(names),
        hunts=data.hunts(names),
        routes=[
            (link(names, route.id), ", ".join(names.keys(route.id)), _leads(names, route)) for route in names.routes
        ],
        answered=[
            (link(names, node.id), names.kind(node.id), ", ".join(names.keys(node.id))) for node in names.answered
        ],
        line=_tenant_line(names),
        free=data.unassigned_treatment(names),
    )


def _leads(names: Directory, route: ir.TimeRoute) -> tuple[data.Line, ...]:
    return tuple(data.Line(label, link(names, target)) for label, target in data.edges(names, route))


def _restrictions(names: Directory, common: Mapping[str, object]) -> bytes:
    plans = restrictions.plans(names)
    return _render(
        "restrictions.html.j2",
        **common,
        types=tuple(CALL_TYPES.values()),
        plans=plans,
        dialling=restrictions.dialling(names, plans),
        forwarding=restrictions.forwarding(names, plans),
        emergency=names.tenant.dial_plan.emergency,
    )


def _schedules(names: Directory, common: Mapping[str, object], year: int) -> bytes:
    users = _users_of_schedules(names)
    weeks = [schedule_week(names, one, year, users.get(one.id, ())) for one in names.tenant.schedules]
    return _render("schedules.html.j2", **common, weeks=weeks)


def _users_of_schedules(names: Directory) -> dict[str, tuple[Link, ...]]:
    """Who asks for a schedule: time routes, users, and schedules that except it."""
    found: dict[str, dict[Link, None]] = {}
    for node in names.tenant.nodes:
        match node:
            case ir.TimeRoute():
                asked = [schedule for schedule, _ in node.rules]
            case ir.User():
                asked = [rule.when for rule in node.rules if rule.when is not None]
            case ir.Ivr():
                asked = [schedule for schedule in (node.holidays, node.hours) if schedule is not None]
            case _:
                asked = []
        for schedule in asked:
            found.setdefault(schedule, {})[link(names, node.id)] = None
    for one in names.tenant.schedules:
        for excluded in one.excluded:
            page = f"schedules.html#{anchor(one.id)}"
            found.setdefault(excluded, {})[Link(f"schedule {names.schedule(one.id)}", page)] = None
    return {schedule: tuple(links) for schedule, links in found.items()}


def _node(names: Directory, known: Mapping[str, Card], common: Mapping[str, object], node: Called, year: int) -> bytes:
    from markupsafe import Markup

    keys = names.keys(node.id)
    title = names.title(node.id)
    entry = f"calls to {', '.join(keys)}" if keys else f"calls that come to {title}"
    found = cards(names, known, node.id)
    picture = svg.flow(layout(found, svg.entry_height(entry)), f"Call flow of {title}", entry)
    return _render(
        "node.html.j2",
        **common,
        title=title,
        kind=names.kind(node.id),
        keys=keys,
        facts=facts(names, node),
        members=hunt_rows(names, node) if isinstance(node, ir.HuntGroup) else (),
        policy=node.policy if isinstance(node, ir.HuntGroup) else "",
        picture=Markup(picture),  # noqa: S704 – `svg` escapes every text
        words=[_words(card) for card in found],
        week=route_week(names, node, year) if isinstance(node, ir.TimeRoute) else None,
        sources=data.sources(names, node.id),
        most=ir.MAX_DIVERSIONS,
    )


@lru_cache(maxsize=4096)
def _words(card: Card) -> Markup:
    """A card in words; the same card stands on many pages."""
    from markupsafe import Markup

    return Markup(_environment().get_template("words.html.j2").render(card=card))  # noqa: S704 – escaped by the template


# -- rendering


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(**values).encode()


def _resource(name: str) -> str:
    return (files("ringplan.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # costs 50 ms

    return Environment(
        loader=FunctionLoader(_resource),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
