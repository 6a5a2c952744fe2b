"""What changes for a tenant besides the way of its calls: users, phones, trunks, dialling, domain, clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from ringplan.interpreter import Call, FromPhone
from ringplan.interpreter.dialling import OffNet, destination
from ringplan.interpreter.slices import FIRST_DAY, LAST_DAY
from ringplan.ir import Platform, Trunk, User
from ringplan.ir.dump import to_data

from .dialling import number_out
from .model import Covers, Risk
from .told import Told
from .versions import Pair, Version, definition
from .wording import listed, short

_HALF_DAY: Final = timedelta(hours=12)


def facts(pair: Pair) -> Iterator[Told]:
    """Everything of a tenant that is no single way of a call."""
    yield from _people(pair)
    yield from _phones(pair)
    yield from _trunks(pair)
    yield from _dialling(pair)
    old, new = pair.old.tenant, pair.new.tenant
    if old.domain != new.domain:
        yield _told(pair, Risk.REMOVED, "phones of all users", f"registered at {old.domain}", f"now at {new.domain}")
    if not same_clock(old.time_zone, new.time_zone):
        before, after = f"went by the clock of {old.time_zone}", f"now go by that of {new.time_zone}"
        yield _told(pair, Risk.CHANGED, "hours of all schedules", before, after, _by_time(pair))


def _told(pair: Pair, risk: Risk, subject: str, before: str, after: str, covers: Covers | None = None) -> Told:
    users = pair.shared_users
    address = pair.tenant
    if covers is None:
        return Told(risk, subject, before, after, (address,), users, None)
    return Told(risk, subject, before, after, (address,), users, None, covers)


def _people(pair: Pair) -> Iterator[Told]:
    gone = [user for user in pair.old.users if user not in pair.new.users]
    come = [user for user in pair.new.users if user not in pair.old.users]
    if gone:
        text = f"{len(gone)} users: " if len(gone) > 5 else ""
        subject = text + listed([short(user) for user in gone], shown=8)
        ids = _phone_ids(pair.old, gone)
        yield Told(Risk.REMOVED, subject, "could call", "no longer there", tuple(gone), tuple(gone), None, phones=ids)
    if come:
        text = f"{len(come)} users: " if len(come) > 5 else ""
        subject = text + listed([short(user) for user in come], shown=8)
        ids = _phone_ids(pair.new, come)
        yield Told(Risk.ADDED, subject, "not there", "now can call", tuple(come), tuple(come), None, phones=ids)


def _phone_ids(version: Version, users: Iterable[str]) -> tuple[str, ...]:
    return tuple(phone.id for user in users for phone in version.users[user].phones)


def _phones(pair: Pair) -> Iterator[Told]:
    """Accounts that come, go, or get another password."""
    for user in (name for name in pair.new.users if name in pair.old.users):
        accounts = [{p.account: p.secret for p in version.users[user].phones} for version in (pair.old, pair.new)]
        gone, come = sorted(accounts[0].keys() - accounts[1].keys()), sorted(accounts[1].keys() - accounts[0].keys())
        if gone:
            text = f"phone {listed(gone)} of {short(user)}"
            ids = _ids(pair.old, user, gone)
            yield Told(Risk.REMOVED, text, "could register", "no longer can", (user,), (user,), None, phones=ids)
        if come:
            text = f"phone {listed(come)} of {short(user)}"
            ids = _ids(pair.new, user, come)
            yield Told(Risk.ADDED, text, "was unknown", "now can register", (user,), (user,), None, phones=ids)
        for account in sorted(accounts[0].keys() & accounts[1].keys()):
            secrets = accounts[0][account], accounts[1][account]
            if secrets[0] != secrets[1]:
                before, after = f"registered with {secrets[0]}", f"now needs the password {secrets[1]}"
                subject, ids = f"phone {account} of {short(user)}", _ids(pair.new, user, (account,))
                yield Told(Risk.CHANGED, subject, before, after, (user,), (user,), None, phones=ids)


def _ids(version: Version, user: str, accounts: Collection[str]) -> tuple[str, ...]:
    return tuple(phone.id for phone in version.users[user].phones if phone.account in accounts)


# -- trunks


def _trunks(pair: Pair) -> Iterator[Told]:
    """The way of calls out."""
    old, new = pair.old.tenant.trunks, pair.new.tenant.trunks
    down = _down(old, new)
    if pair.old.ways_out(None) != pair.new.ways_out(None) and pair.shared_users:
        before, after = f"went through {_names(old)}", f"now go through {_names(new)}"
        if old == new:
            before, after = "had other trunk settings", f"now have those of {_names(new)}"
        yield Told(
            risk=Risk.CHANGED,
            subject="calls out by all users",
            before=before,
            after=after,
            addresses=(),
            users=pair.shared_users,
            dialled=number_out(pair, pair.shared_users[0]),
            covers=_goes_out(pair),
            trunks_down=down,
            is_certain=False,
        )


def _down(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Trunks that must fail for the order to show."""
    at = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    return old[:at]


def _names(trunks: tuple[str, ...]) -> str:
    return " then ".join(trunks) if trunks else "no trunk"


def _goes_out(pair: Pair) -> Covers:
    def holds(call: Call, _moment: datetime) -> bool:
        tenants = pair.old.tenant, pair.new.tenant
        out = any(isinstance(destination(tenant, call.dialled), OffNet) for tenant in tenants)
        return isinstance(call.origin, FromPhone) and out

    return holds


# -- dialling


_DIALLING: Final = {
    "outside_prefix": "the outside prefix",
    "national_prefix": "the national prefix",
    "international_prefix": "the international prefix",
    "country": "the country",
    "calling_code": "the calling code",
    "national_length": "the length of national numbers",
}


def _dialling(pair: Pair) -> Iterator[Told]:
    old, new = pair.old.tenant.dial_plan, pair.new.tenant.dial_plan
    for field, words in _DIALLING.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            text = f"dialling by all users, {words}"
            told = _told(pair, Risk.CHANGED, text, f"was {before}", f"now is {after}", everything)
            is_prefix = field == "outside_prefix" and bool(pair.shared_users)
            yield replace(told, dialled=number_out(pair, pair.shared_users[0]) if is_prefix else None, is_certain=False)


def everything(_call: Call, _moment: datetime) -> bool:
    """Any call of the tenant."""
    return True


# -- the clock


def _by_time(pair: Pair) -> Covers:
    """Any call that asks a schedule."""
    del pair
    return everything


def same_clock(one: str, other: str) -> bool:
    """Whether two zones always show the same time in the years of the calendar."""
    return one == other or _offsets(one) == _offsets(other)


@cache
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    found, moment = [], datetime.fromordinal(FIRST_DAY).replace(tzinfo=UTC)
    end = datetime.fromordinal(LAST_DAY).replace(tzinfo=UTC)
    place = ZoneInfo(zone)
    while moment < end:
        found.append(moment.astimezone(place).utcoffset())
        moment += _HALF_DAY
    return tuple(found)


# -- what no call notices


def notes(pair: Pair) -> tuple[str, ...]:
    """What is defined otherwise."""
    addresses: dict[str, None] = {}
    for version in (pair.old, pair.new):
        addresses.update(dict.fromkeys((*version.nodes, *version.schedules, *version.plans)))
    found = [short(a) for a in addresses if definition(pair.old, a) != definition(pair.new, a)]
    if not found:
        return (_head(pair),)
    return (f"defined otherwise, and no call notices: {listed(sorted(found), shown=6)}",)


def _head(pair: Pair) -> str:
    fields = [
        name
        for name in ("name", "licensed_users", "blocks", "time_zone", "dial_plan", "trunks")
        if to_data(getattr(pair.old.tenant, name)) != to_data(getattr(pair.new.tenant, name))
    ]
    return f"defined otherwise, and no call notices: {listed(fields) if fields else 'details'}"


# -- the platform


def platform(old: Platform, new: Platform) -> Iterator[tuple[Risk, str, str, str, str]]:
    """What changes for all tenants: risk, address, subject, before, after."""
    trunks = {trunk.id: trunk for trunk in old.trunks}, {trunk.id: trunk for trunk in new.trunks}
    emergency = [tuple(t.id for t in one.trunks if t.numbers) for one in (old, new)]
    if emergency[0] != emergency[1]:
        before, after = f"tried {_names(emergency[0])}", f"now try {_names(emergency[1])}"
        yield Risk.EMERGENCY, "trunks", "emergency calls of all tenants", before, after
    usual = [tuple(t.id for t in one.trunks if t.numbers and not t.tenants) for one in (old, new)]
    if usual[0] != usual[1]:
        before, after = f"went through {_names(usual[0])}", f"now go through {_names(usual[1])}"
        yield Risk.CHANGED, "trunks", "calls out of all tenants", before, after
    for name in sorted(trunks[0].keys() | trunks[1].keys()):
        one, other = trunks[0].get(name), trunks[1].get(name)
        if one is None:
            yield Risk.ADDED, f"trunks/{name}", f"trunk {name}", "was not there", "now is there"
        elif other is None:
            yield Risk.REMOVED, f"trunks/{name}", f"trunk {name}", "was there", "no longer there"
        elif to_data(one) != to_data(other):
            fields = list(_changed(one, other))
            before = listed([f"{field} {value}" for field, value, _ in fields], shown=9)
            after = listed([f"{field} {value}" for field, _, value in fields], shown=9)
            yield Risk.CHANGED, f"trunks/{name}", f"calls through trunk {name}", f"had {before}", f"now have {after}"
    for field in (
        "domain",
        "sockets",
        "workers",
        "registration_s",
        "flood_requests",
        "flood_period_s",
        "relays",
        "dscp",
    ):
        if to_data(getattr(old, field)) != to_data(getattr(new, field)):
            yield Risk.CHANGED, "platform", f"{field} of the exchange", "was otherwise", "now changed"


def _changed(old: Trunk, new: Trunk) -> Iterable[tuple[str, object, object]]:
    for field in Trunk.__slots__:
        before, after = getattr(old, field), getattr(new, field)
        if field != "span" and before != after:
            yield field, _written(before), _written(after)


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "none"
    return str(value)


def phones_of(version: Version) -> int:
    """How many phones a tenant has."""
    return sum(len(node.phones) for node in version.tenant.nodes if isinstance(node, User))
