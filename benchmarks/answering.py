"""An exchange, its attendant and a media relay, with menus for calls that are answered.

Every user has a menu of his own, so that calls at a high rate do not meet his one call: key 1 is his phone, key 2
somebody who never answers. The menus' greeting is longer than any of the calls here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringplan_kamailio import site

from . import ours
from .bench_exchange import PASSWORD, register
from .generate import number, platform_yaml, secret, tenant_name
from .load import Load, called
from .processes import running

USERS: Final = 100
SILENT: Final = tuple(range(USERS, 2 * USERS))
"""Users whose phones ring for ever."""
OUTSIDE: Final = "+420602123456"
ANNOUNCEMENT: Final = 399
SOURCES: Final = 4
"""So many may call at the same time."""


@dataclass(frozen=True)
class Lane:
    """Addresses nobody else uses at the time."""

    number: int

    def host(self, last: int) -> str:
        """One of the addresses."""
        return f"127.0.{self.number}.{last}"

    @property
    def exchange(self) -> str:
        """Where calls go to."""
        return self.host(1)

    def trunk(self, source: int = 0) -> str:
        """Where calls come from: one of several addresses, for each that calls at the same time."""
        return self.host(20 + source)


@dataclass(frozen=True)
class Running:
    """What runs; process ids of the three."""

    lane: Lane
    site: ours.Site
    exchange: int
    attendant: int
    relay: int

    def load(self, scenario: str, rate: int, calls: int, source: int = 0) -> Load:
        """Calls of the trunk to the menus in turn, or to the announcement."""
        numbers = (ANNOUNCEMENT,) if scenario == "announcement" else range(2 * USERS, 3 * USERS)
        rows = tuple((OUTSIDE, number(0, each), self.lane.exchange) for each in numbers)
        return Load(scenario, rows, self.lane.trunk(source), self.lane.exchange, rate, calls)


@contextmanager
def answering(lane: Lane, workers: int, scratch: Path) -> Iterator[Running]:
    """Everything runs, all phones are registered and answered by SIPp."""
    fleet = scratch / "fleet"
    write(fleet, lane, workers)
    made = ours.activated(scratch, fleet, {secret(0, user): PASSWORD for user in range(2 * USERS)})
    attendant = site.command(made.bundle, made.folder, "attendant")
    environment = site.environment(made.bundle, made.folder, "attendant")
    with ExitStack() as stack:
        relay = stack.enter_context(running(made.relay_command, scratch / "relay.log"))
        second = stack.enter_context(running(attendant, scratch / "attendant.log", environment))
        first = stack.enter_context(running(made.command, scratch / "exchange.log", made.environment))
        found = Running(lane, made, first.pid, second.pid, relay.pid)
        register_phones(found, scratch)
        for scenario, last in (("answer_and_end", 3), ("ring", 9)):
            log = scratch / f"{scenario}.log"
            stack.enter_context(running(called(scenario, lane.host(last), True, scratch), log))
        yield found


def register_phones(found: Running, scratch: Path) -> None:
    """Registers all phones, for an hour."""
    for users, last in ((tuple(range(USERS)), 3), (SILENT, 9)):
        rows = tuple(ours.phone_row(0, user, "", PASSWORD) for user in users)
        register(Load("register", rows, found.lane.host(last), found.lane.exchange, 100, len(rows)), scratch)


def reload(found: Running) -> None:
    """Activates the bundle once more, and asks both Kamailios to take it over."""
    site.activate(found.site.bundle, found.site.folder, {secret(0, user): PASSWORD for user in range(2 * USERS)})
    site.reload(found.site.folder)


def write(folder: Path, lane: Lane, workers: int) -> None:
    """Writes the platform and the tenant."""
    own = folder / tenant_name(0)
    own.mkdir(parents=True)
    sources = ", ".join(lane.trunk(source) for source in range(SOURCES))
    trunk = f"{{address: {lane.trunk()}:5060, sources: [{sources}]}}"
    platform = platform_yaml(lane.exchange, lane.host(4), lane.trunk(), workers)
    platform = platform.replace(f"{{address: {lane.trunk()}:5060}}", trunk)
    attendant = f"attendant: {{listen: {lane.host(10)}:5080, digits: 5081, workers: {workers}}}\n"
    (folder / "platform.yaml").write_text(platform + attendant, encoding="utf-8")
    users = "users:\n" + "".join(_user(user) for user in range(2 * USERS))
    (own / "tenant.yaml").write_text(_HEAD + _menus() + users, encoding="utf-8")


_GREETING: Final = (
    "Dobrý den. Dovolali jste se do zkušební firmy. Pro spojení s obchodním oddělením stiskněte jedna. "
    "Pro spojení s servisním oddělením stiskněte dvě. Jinak prosím vyčkejte na lince."
)
_HEAD: Final = f"""\
tenant: {tenant_name(0)}
name: Zákazník s.r.o.
country: CZ
time_zone: Europe/Prague
language: cs
numbers: [{number(0, 0)}..{number(0, 399)}]
licensed_users: {2 * USERS}
dialing: {{outside_prefix: 0, extension_length: 4}}
caller_id: {{number: "{number(0, 0)}"}}
prompts:
  greeting: {{say: "{_GREETING}"}}
announcements:
  moved: {{number: "{number(0, ANNOUNCEMENT)}", prompt: {{say: Přestěhovali jsme se.}}}}
"""


def _menus() -> str:
    """A menu for each user, with the numbers behind those of the users."""
    return "ivr:\n" + "".join(
        f'  menu{user:03d}: {{number: "{number(0, 2 * USERS + user)}", open: {{greeting: prompts/greeting, '
        f"keys: {{1: {{transfer: users/u{user:03d}}}, 2: {{transfer: users/u{USERS + user:03d}}}}}, "
        f"no_input: {{repeat: 0, then: hang_up}}}}}}\n"
        for user in range(USERS)
    )


def _user(user: int) -> str:
    return (
        f'  u{user:03d}: {{name: Uživatel {user}, number: "{number(0, user)}", extension: {2000 + user}, '
        f"phones: {{desk: {{secret: {secret(0, user)}}}}}}}\n"
    )
