"""Fleets of any size for the benchmarks: YAML as an administrator would write it.

python -m benchmarks.generate FOLDER --tenants 1000 --users 100
"""

from __future__ import annotations

import argparse
from pathlib import Path

OWNED = 200
"""Numbers a tenant owns; users have the first ones, the rest is not assigned."""
POLICIES = ("regular", "circular", "uniform", "weighted")


def tenant_name(index: int) -> str:
    """Identifier of the tenant with this index, 0 to 99,999."""
    return f"t{index:05d}"


def number(tenant: int, user: int) -> str:
    """Public number of a user: nine national digits, the tenant in five of them and the user in three."""
    return f"+4202{tenant:05d}{user:03d}"


def secret(tenant: int, user: int) -> str:
    """Reference to the password of a user's desk phone."""
    return f"{tenant_name(tenant)}/u{user:03d}/desk"


def platform_yaml(
    exchange: str = "127.0.31.1", relay: str = "127.0.31.4", trunk: str = "127.0.31.2", workers: int = 1
) -> str:
    """A platform with one trunk and one relay on the given addresses."""
    return f"""\
platform: bench
domain: bench.example
exchange:
  listen: [udp:{exchange}:5060]
  workers: {workers}
  registration: 1h
  flood: {{requests: 100000, period: 2s}}
media:
  rtpengines:
    east: {{control: {relay}:2223, address: {relay}, ports: 30000-39999}}
trunks:
  carrier: {{address: {trunk}:5060}}
"""


def tenant_yaml(index: int, users: int = 100, *, services: bool = False) -> str:
    """A tenant with two groups, five departments and the given number of users (1 to 200).

    ``services``: with eight hunt groups, four schedules, two time routes, six number masks and two calling plans, and
    with forwards of four users in five; at least 20 users.
    """
    more = _services(index) if services else ""
    return "".join(
        (_head(index, users, more), *(_user(index, user, users, services=services) for user in range(users)))
    )


def _services(index: int) -> str:
    """Everything that decides who rings, but users' own forwards."""
    last = OWNED - 1
    groups = "".join(_hunt_group(index, number_, policy) for number_, policy in enumerate(POLICIES * 2))
    return f"""\
schedules:
  open: {{weekly: [mon-fri 07:00-17:30], except: [holidays/CZ, closed]}}
  lunch: {{weekly: [mon-fri 12:00-12:30]}}
  night: {{weekly: [daily 22:00-06:00]}}
  closed: {{dates: [12-24..01-01, 2026-07-06..2026-07-10, 2027-07-05..2027-07-09]}}
number_masks:
  suppliers: [602*, 603*]
  premium: [90?*]
  neighbours: ["00421*", "0049*"]
  boss: ["2000", 602123456]
  satellite: ["00881*", "00870*"]
  directory: ["1188", "1180"]
calling_plan:
  outgoing: {{masks: {{premium: deny, neighbours: allow, satellite: deny}}}}
  forwarding: {{masks: {{premium: deny, satellite: deny, directory: deny}}}}
hunt_groups:
{groups}time_routes:
  main:
    number: "{number(index, last)}"
    rules: [{{when: open, to: hunt_groups/hunt0}}, {{when: night, to: hunt_groups/hunt5}}]
    otherwise: reject/closed
  service:
    extension: 3100
    rules: [{{when: lunch, to: hunt_groups/hunt1}}, {{when: open, to: hunt_groups/hunt2}}]
    otherwise: "0602123456"
"""


def _hunt_group(index: int, which: int, policy: str) -> str:
    """One of eight groups of five members; the first four overflow to another one."""
    members = [f"users/u{(5 * which + step) % 20:03d}" for step in range(5)]
    weights = f"    weights: {{{', '.join(f'{member}: 20' for member in members)}}}\n" if policy == "weighted" else ""
    overflow = f"    overflow: {{after: 60s, to: hunt_groups/hunt{which + 4}}}\n" if which < 4 else ""
    return f"""\
  hunt{which}:
    name: Skupina {which}
    extension: {3000 + which}
    number: "{number(index, OWNED - 20 + which)}"
    policy: {policy}
    members: [{", ".join(members)}]
{weights}{overflow}    forward: {{busy: "0602123456", unreachable: users/u{which:03d}}}
"""


def _forward(user: int, users: int) -> str:
    """Forwards of four users in five; nobody who is forwarded to forwards himself."""
    deputy = f"users/u{user - user % 5 + 4:03d}"
    if user < 10 or user - user % 5 + 4 >= users:
        return ""
    return (
        "",
        f'    forward: {{busy: {deputy}, no_answer: {{rings: 4, to: {deputy}}}, unreachable: "0602123456"}}\n',
        f"    forward: {{selective: [{{when: lunch, to: {deputy}}}, {{from: [boss], to: phones}}], busy: {deputy}}}\n",
        f"    forward: {{selective: [{{from: [boss], to: {deputy}}}], no_answer: {{to: hunt_groups/hunt6}}}}\n",
        "",
    )[user % 5]


def _head(index: int, users: int, more: str) -> str:
    departments = "".join(
        f"  {name}: {{name: Oddělení {name}, parent: office}}\n" for name in ("sales", "service", "stores", "hall")
    )
    return f"""\
tenant: {tenant_name(index)}
name: Zákazník {index} s.r.o.
country: CZ
time_zone: Europe/Prague
numbers: [{number(index, 0)}..{number(index, OWNED - 1)}]
licensed_users: {users}
dialing: {{outside_prefix: 0, extension_length: 4}}
caller_id: {{number: "{number(index, 0)}", name: Zákazník {index}}}
groups:
  prague: {{name: Praha, locality: 554782}}
  brno: {{name: Brno, caller_id: {{number: "{number(index, 0)}"}}}}
departments:
  office: {{name: Kancelář}}
{departments}{more}users:
"""


def _user(tenant: int, user: int, users: int, *, services: bool) -> str:
    department = ("office", "sales", "service", "stores", "hall")[user % 5]
    speed_dial = "{6: 0602123456, 15: 000421905123456}" if user % 3 == 0 else "{}"
    return f"""\
  u{user:03d}:
    name: Uživatel Číslo {user}
    number: "{number(tenant, user)}"
    extension: {2000 + user}
    group: {("prague", "brno")[user % 2]}
    department: {department}
    phones:
      desk: {{secret: {secret(tenant, user)}}}
    caller_id: {{show_name_of: user}}
    speed_dial: {speed_dial}
{_forward(user, users) if services else ""}"""


def write_fleet(folder: Path, tenants: int, users: int, platform: str | None = None, *, services: bool = False) -> None:
    """Write ``platform.yaml`` and one folder for each tenant."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "platform.yaml").write_text(platform or platform_yaml(), encoding="utf-8")
    for index in range(tenants):
        own = folder / tenant_name(index)
        own.mkdir(exist_ok=True)
        (own / "tenant.yaml").write_text(tenant_yaml(index, users, services=services), encoding="utf-8")


def main() -> None:
    """Write a fleet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--services", action="store_true", help="with hunt groups, forwards, schedules and plans")
    arguments = parser.parse_args()
    write_fleet(arguments.folder, arguments.tenants, arguments.users, services=arguments.services)


if __name__ == "__main__":
    main()
