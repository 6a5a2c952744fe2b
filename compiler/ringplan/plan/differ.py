"""Two versions of one tenant: every change, sorted by risk."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ringplan.ir.dump import digest
from ringplan.proofs.witness import EngineError
from ringplan.trace.render import result

from .causes import cause
from .dialling import emergencies, identities, redirections, screens, speed_dials
from .entries import Compared, compare_entries
from .facts import facts, notes
from .merging import changes
from .model import Change, TenantPlan, Witness
from .told import Told, show
from .traces import options
from .treatments import treatments
from .versions import Pair
from .worlds import Shown


@dataclass(frozen=True, slots=True)
class Names:
    """What the two versions are called in commands."""

    new: str
    """The folder of the new version, as it was given."""
    old: str
    """The git reference, or the folder, of the old one."""

    def command(self, words: Iterable[str]) -> str:
        """A command that traces a call in both versions."""
        return shlex.join(["ringplan", "trace", self.new, *words, "--against", self.old])


def compare_pair(pair: Pair, names: Names) -> TenantPlan:
    """What changes between two versions of a tenant."""

    def tell(shown: Shown, at_a_time: bool) -> Witness:
        return _witness(pair, names, shown, at_a_time=at_a_time)

    compared = tuple(compare_entries(pair))
    found = changes(pair, compared, tell)
    told = [
        *emergencies(pair),
        *screens(pair),
        *redirections(pair),
        *speed_dials(pair),
        *identities(pair),
        *facts(pair),
        *treatments(pair),
    ]
    found += [_change(pair, one, names) for one in told]
    found.sort(key=lambda change: (change.risk, change.about, change.when, change.sentence))
    quiet = notes(pair) if not found and digest(pair.old.tenant) != digest(pair.new.tenant) else ()
    return TenantPlan(pair.tenant, tuple(found), quiet, sum(map(_classes, compared)))


def _classes(compared: Compared) -> int:
    return len(compared.times) * sum(max(len(group.users), 1) for group in compared.groups)


def _change(pair: Pair, told: Told, names: Names) -> Change:
    shown = show(pair, told)
    if told.dialled is not None and told.is_certain and shown is None and told.users:
        raise EngineError(f"{told.subject}: {told.before}, {told.after}; but the interpreter sees no difference")
    return Change(
        tenant=pair.tenant,
        risk=told.risk,
        when="",
        subject=told.subject,
        condition="",
        before=told.before,
        after=told.after,
        causes=tuple(cause(pair, address) for address in told.addresses[:3]),
        witness=_witness(pair, names, shown, at_a_time=False) if shown is not None else None,
        classes=told.classes,
        about=told.users,
        covers=told.covers,
        phones=told.phones,
    )


def _witness(pair: Pair, names: Names, shown: Shown, *, at_a_time: bool) -> Witness:
    zone = ZoneInfo(pair.new.tenant.time_zone)
    at = f"{shown.world.now.astimezone(zone):%Y-%m-%d %H:%M}" if at_a_time else None
    words = options(pair, shown.call, shown.world, at=at)
    return Witness(shown.call, shown.world, names.command(words), result(shown.old), result(shown.new))
