"""Caller identity: which number and name a user's calls carry, and RP413 when there is none to carry."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan import ir
from ringplan.diagnostics import Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan_schema import CallerId
from ringplan_schema import Tenant as Manifest
from ringplan_schema import User as ManifestUser

from .organisation import department_chain, is_complete
from .subject import Subject

_PLACE = {
    "user": "`number` to the user",
    "department": "`caller_id.number` to the department or one above it",
    "group": "`caller_id.number` to the group",
    "tenant": "`caller_id.number` to the tenant",
}
"""Where the number of each level is written."""


def identity_of(manifest: Manifest, user: ManifestUser, spare: str | None) -> ir.Identity:
    """The identity of one user's calls; ``spare`` is the tenant's spare number."""
    shown = user.caller_id.show_number_of
    default = next(_numbers(manifest, user), None)
    return ir.Identity(
        internal_name=_shown_name(manifest, user),
        internal_number=user.extension,
        external_number=_number_of(manifest, user, shown) if shown else default,
        emergency_number=manifest.emergency.number if manifest.emergency else default or spare,
        withheld=user.caller_id.withheld,
    )


def check(subject: Subject, sink: Sink) -> None:
    """RP413: a level's number or name is to be shown, but that level has none."""
    for name, user in subject.manifest.users.items():
        level = user.caller_id.show_number_of
        if level is not None and _lacks_number(subject.manifest, user, level):
            _report(subject, sink, name, level, "number", f"add {_PLACE[level]}, or show another number")
        level = user.caller_id.show_name_of
        if _belongs_to_no(user, level):
            _report(subject, sink, name, level, "name", f"add `{level}` to the user, or show another name")


def _report(subject: Subject, sink: Sink, name: str, level: str, what: str, advice: str) -> None:
    user = subject.manifest.users[name]
    why = f"the user belongs to no {level}" if _belongs_to_no(user, level) else f"no number at level `{level}`"
    sink.report(
        diagnostic(
            "RP413",
            f"the {level} {what} is to be shown for user `{name}`, but there is none",
            subject.value("users", name, "caller_id", f"show_{what}_of"),
            label=why,
            help=advice,
        )
    )


def _lacks_number(manifest: Manifest, user: ManifestUser, level: str) -> bool:
    """Whether a level has no number; not when a name on the way is undefined, that is reported already."""
    if level == "department" and not is_complete(manifest, user.department):
        return False
    if level == "group" and user.group is not None and user.group not in manifest.groups:
        return False
    return _number_of(manifest, user, level) is None


def _belongs_to_no(user: ManifestUser, level: str) -> bool:
    return (level == "department" and user.department is None) or (level == "group" and user.group is None)


def _department_ids(manifest: Manifest, name: str | None) -> Iterator[CallerId]:
    """Caller IDs of a department and of those above it, nearest first."""
    for department in department_chain(manifest, name):
        yield manifest.departments[department].caller_id


def _group_id(manifest: Manifest, user: ManifestUser) -> CallerId | None:
    group = manifest.groups.get(user.group) if user.group else None
    return group.caller_id if group else None


def _number_of(manifest: Manifest, user: ManifestUser, level: str) -> str | None:
    if level == "user":
        return user.number
    if level == "department":
        above = _department_ids(manifest, user.department)
        return next((caller_id.number for caller_id in above if caller_id.number), None)
    if level == "group":
        group = _group_id(manifest, user)
        return group.number if group else None
    return manifest.caller_id.number


def _numbers(manifest: Manifest, user: ManifestUser) -> Iterator[str]:
    """The numbers a user may present by default, nearest first."""
    for level in ("user", "department", "group", "tenant"):
        number = _number_of(manifest, user, level)
        if number is not None:
            yield number


def number_above(manifest: Manifest, department: str | None, group: str | None) -> str | None:
    """The number a hunt group without one of its own presents: of its department upwards, its group, the tenant."""
    above = (caller_id.number for caller_id in _department_ids(manifest, department))
    of_group = manifest.groups[group].caller_id.number if group is not None and group in manifest.groups else None
    return next((number for number in above if number), None) or of_group or manifest.caller_id.number


def _shown_name(manifest: Manifest, user: ManifestUser) -> str:
    level = user.caller_id.show_name_of
    if level == "department" and user.department in manifest.departments:
        above = _department_ids(manifest, user.department)
        named = next((caller_id.name for caller_id in above if caller_id.name), None)
        return named or manifest.departments[user.department].name or user.department
    if level == "group" and user.group in manifest.groups:
        group = manifest.groups[user.group]
        return group.caller_id.name or group.name or user.group
    if level == "tenant":
        return manifest.caller_id.name or manifest.name
    return user.name


def spare_number(manifest: Manifest) -> str | None:
    """What emergency centres see of a user without any number: one that is answered, else one that tells who called."""
    answered = (manifest.users, manifest.hunt_groups, manifest.time_routes, manifest.ivr)
    numbers = [entry.number for section in answered for entry in section.values()]
    assigned = min((number for number in numbers if number is not None), default=None)
    owned = min((written.partition("..")[0] for written in manifest.numbers), default=None)
    return assigned or owned
