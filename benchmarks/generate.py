"""Fleets of any size for the benchmarks: YAML as an administrator would write it.

python -m benchmarks.generate FOLDER --tenants 1000 --users 100
"""

from __future__ import annotations

import argparse
from pathlib import Path

OWNED = 200
"""Numbers a tenant owns; users have the first ones, the rest is not assigned."""


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


def tenant_yaml(index: int, users: int = 100) -> str:
    """A tenant with two groups, five departments and the given number of users (1 to 200)."""
    return "".join((_head(index, users), *(_user(index, user) for user in range(users))))


def _head(index: int, users: int) -> str:
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
{departments}users:
"""


def _user(tenant: int, user: int) -> str:
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
"""


def write_fleet(folder: Path, tenants: int, users: int, platform: str | None = None) -> None:
    """Write ``platform.yaml`` and one folder for each tenant."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "platform.yaml").write_text(platform or platform_yaml(), encoding="utf-8")
    for index in range(tenants):
        own = folder / tenant_name(index)
        own.mkdir(exist_ok=True)
        (own / "tenant.yaml").write_text(tenant_yaml(index, users), encoding="utf-8")


def main() -> None:
    """Write a fleet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--users", type=int, default=100)
    arguments = parser.parse_args()
    write_fleet(arguments.folder, arguments.tenants, arguments.users)


if __name__ == "__main__":
    main()
