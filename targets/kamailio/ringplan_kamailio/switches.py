"""What operators switch by hand while the exchange runs: schedules open or closed, hunt groups busy or not.

A switch wins over everything the manifest says. It lasts until it is taken back or Kamailio ends, not over a restart:
what shall stay belongs into the manifest.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, Final, cast

from .generation import SiteError
from .site import Role, has_attendant, rpc

TABLE: Final = "switches"
"""htable of the runtime: address to ``1`` or ``0``."""
_TENANT: Final = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]\Z")
_SECTIONS: Final = frozenset({"SCHEDULES", "HUNT_GROUPS"})


def switch(site: Path, address: str, state: bool | None) -> None:
    """Switches a schedule open or closed, a hunt group busy or not; None: as the manifest says.

    Takes effect for the next call. Raises SiteError when the current generation has no such schedule or hunt group, or
    Kamailio does not answer.
    """
    if state is not None:
        if address not in _addresses(site, address):
            raise SiteError(f"{address!r} is no schedule or hunt group of the current generation")
        for role in _roles(site):
            rpc(site, "htable.sets", TABLE, address, "1" if state else "0", role=role)
        return
    for role in _roles(site):
        if address in _switches(site, role):  # also one that is no longer in the manifest
            rpc(site, "htable.delete", TABLE, address, role=role)


def switches(site: Path) -> dict[str, bool]:
    """What is switched at the moment, by address; raises SiteError when Kamailio does not answer."""
    return _switches(site, "exchange")


def _roles(site: Path) -> tuple[Role, ...]:
    """Who has the table: menus ask for schedules, too."""
    return ("exchange", "attendant") if has_attendant(site) else ("exchange",)


def _switches(site: Path, role: Role) -> dict[str, bool]:
    slots = cast("list[dict[str, Any]]", rpc(site, "htable.dump", TABLE, role=role))
    found = {item["name"]: item["value"] in ("1", 1) for entry in slots for item in entry["slot"]}
    return dict(sorted(found.items()))


def addresses(site: Path, tenant: str) -> list[str]:
    """The schedules and hunt groups of a tenant in the current generation, sorted; none for an unknown tenant."""
    return sorted(_addresses(site, f"{tenant}/"))


def _addresses(site: Path, address: str) -> set[str]:
    tenant = address.partition("/")[0]
    if _TENANT.match(tenant) is None:
        return set()
    try:
        text = (site / "current" / "exchange" / "tenants" / f"{tenant}.py").read_text("utf-8")
    except FileNotFoundError:
        return set()
    return {name for statement in ast.parse(text).body for name in _keys(statement)}


def _keys(statement: ast.stmt) -> set[str]:
    """The keys of a section of a data module, when it is one of those that can be switched."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys)) if name in _SECTIONS:
            return {str(key.value) for key in keys if isinstance(key, ast.Constant)}
        case _:
            return set()
