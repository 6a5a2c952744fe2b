"""A tenant for calls through schedules, hunt groups, calling plans and forwards, and the calls themselves.

Users are in tens: the first forty are members of ten hunt groups of four and answer, then ten who call, ten whose
phones are busy and who forward to a hunt group, ten busy ones who forward outside, and ten who always do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .generate import number, secret, tenant_name
from .ours import phone_row

USERS: Final = 80
CALLERS, BUSY, BUSY_OUT, ALWAYS_OUT = (range(first, first + 10) for first in (40, 50, 60, 70))
ANSWERING: Final = (*range(40), *CALLERS)
"""Users with a phone that answers."""
BUSY_PHONES: Final = (*BUSY, *BUSY_OUT)
"""Users with a phone that is busy."""
MOBILE: Final = "0602123456"
"""As users dial it."""
_ROUTES: Final = 100
"""Numbers from here on lead to time routes."""


@dataclass(frozen=True)
class Case:
    """One kind of call."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    """What the calls fill in, in turn."""
    of_phone: bool
    """Whether phones call, with digest; else the trunk does."""


def cases(outside: str, exchange: str, password: str) -> tuple[Case, ...]:
    """All kinds; ``outside`` is the number of who calls from there."""

    def trunk(name: str, numbers: range) -> Case:
        return Case(name, tuple((outside, number(0, each), exchange) for each in numbers), of_phone=False)

    def phone(name: str, called: tuple[str, ...]) -> Case:
        rows = (phone_row(0, CALLERS[at % len(CALLERS)], each, password) for at, each in enumerate(called))
        return Case(name, tuple(rows), of_phone=True)

    return (
        trunk("trunk to user", range(40)),
        trunk("trunk to time route to hunt group", range(_ROUTES, _ROUTES + 10)),
        phone("user to user", tuple(str(2000 + user) for user in range(40))),
        phone("user to trunk", (MOBILE,) * len(CALLERS)),
        trunk("trunk to busy user to hunt group", BUSY),
        trunk("trunk to busy user to trunk", BUSY_OUT),
        trunk("trunk to user who forwards to trunk", ALWAYS_OUT),
    )


def secrets(password: str) -> dict[str, str]:
    """Passwords of all phones by reference."""
    return {secret(0, user): password for user in range(USERS)}


def registrations(users: tuple[int, ...], password: str) -> tuple[tuple[str, ...], ...]:
    """Rows that register these users' phones."""
    return tuple(phone_row(0, user, "", password) for user in users)


def write(folder: Path, platform: str) -> None:
    """Write the platform and the tenant."""
    own = folder / tenant_name(0)
    own.mkdir(parents=True)
    (folder / "platform.yaml").write_text(platform, encoding="utf-8")
    users = "".join(_user(user) for user in range(USERS))
    (own / "tenant.yaml").write_text(_HEAD + _hunt_groups() + _time_routes() + "users:\n" + users, encoding="utf-8")


_HEAD: Final = f"""\
tenant: {tenant_name(0)}
name: Zákazník s.r.o.
country: CZ
time_zone: Europe/Prague
numbers: [{number(0, 0)}..{number(0, 199)}]
licensed_users: {USERS}
dialing: {{outside_prefix: 0, extension_length: 4}}
caller_id: {{number: "{number(0, 0)}"}}
schedules:
  lunch: {{weekly: [mon-fri 12:00-12:30]}}
  closed: {{dates: [12-24..01-01, 2026-07-06..2026-07-10, 2027-07-05..2027-07-09]}}
  open: {{weekly: [daily 00:00-12:00, daily 12:00-24:00], except: [holidays/CZ, closed]}}
number_masks:
  premium: [90?*]
  satellite: ["00881*", "00870*"]
  neighbours: ["00421*", "0049*"]
  contests: ["9[0-8]1*"]
  directory: ["1188", "1180"]
  boss: ["2079"]
calling_plan:
  outgoing:
    masks: {{premium: deny, satellite: deny, neighbours: allow, contests: deny, directory: deny, boss: deny}}
  forwarding:
    masks: {{premium: deny, satellite: deny, neighbours: deny, contests: deny, directory: deny, boss: deny}}
"""


def _hunt_groups() -> str:
    """Ten circular groups of four."""
    return "hunt_groups:\n" + "".join(
        f"  hunt{which}: {{name: Skupina {which}, extension: {3000 + which}, policy: circular, "
        f"members: [{', '.join(f'users/u{4 * which + member:03d}' for member in range(4))}]}}\n"
        for which in range(10)
    )


def _time_routes() -> str:
    """A route to each group; it is always the same group, so that every call is answered whenever this runs."""
    return "time_routes:\n" + "".join(
        f'  route{which}: {{number: "{number(0, _ROUTES + which)}", otherwise: hunt_groups/hunt{which}, '
        f"rules: [{{when: lunch, to: hunt_groups/hunt{which}}}, {{when: open, to: hunt_groups/hunt{which}}}]}}\n"
        for which in range(10)
    )


def _user(user: int) -> str:
    forward = ""
    if user in BUSY:
        forward = f", forward: {{busy: hunt_groups/hunt{user % 10}}}"
    elif user in BUSY_OUT:
        forward = f', forward: {{busy: "{MOBILE}"}}'
    elif user in ALWAYS_OUT:
        forward = f', forward: {{always: "{MOBILE}"}}'
    return (
        f'  u{user:03d}: {{name: Uživatel {user}, number: "{number(0, user)}", extension: {2000 + user}, '
        f"phones: {{desk: {{secret: {secret(0, user)}}}}}{forward}}}\n"
    )
