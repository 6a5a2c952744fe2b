"""Tenants: loaded when a call needs them, a bounded number kept."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from .data import load
from .settings import FORMAT


class User(NamedTuple):
    """Rings all phones of a user; the edges say what follows when nobody answers."""

    ring_ms: int
    busy: str
    no_answer: str
    unreachable: str
    internal_name: str
    """Quoted for a From header; empty: no display name."""
    internal_uri: str
    """URI shown on calls within the tenant."""
    external_number: str | None
    """E.164 number presented outside; None: calls out are anonymous."""
    emergency_number: str | None
    """E.164 number presented to emergency centres; None: the tenant owns none."""
    withheld: bool
    phones: tuple[str, ...]
    """Address of record of every phone."""


class Reject(NamedTuple):
    """Ends the call."""

    code: int
    reason: str


Node = User | Reject


class DialPlan(NamedTuple):
    """How users of the tenant dial."""

    outside_prefix: str
    """One digit."""
    calling_code: str
    """E.164 country code without plus."""
    national_prefix: str
    international_prefix: str
    national_length: int
    """Digits of a national significant number."""


class Tenant(NamedTuple):
    """One exchange."""

    id: str
    domain: str
    plan: DialPlan
    emergency: frozenset[str]
    trunks: tuple[str, ...]
    """Trunks for calls out, in the order in which they are tried."""
    blocks: tuple[tuple[str, str], ...]
    """Owned numbers, first to last."""
    numbers: dict[str, str]
    """Assigned E.164 number to node."""
    extensions: dict[str, str]
    speed_dial: dict[str, tuple[tuple[str, str], ...]]
    """User to what is dialled and what it stands for."""
    nodes: dict[str, Node]

    def user(self, node_id: str) -> User:
        """The user with this id; KeyError when there is none."""
        node = self.nodes[node_id]
        if not isinstance(node, User):
            raise KeyError(node_id)
        return node

    def owns(self, number: str) -> bool:
        """Whether an E.164 number lies in a block of this tenant."""
        length = len(number)
        return any(length == len(first) and first <= number <= last for first, last in self.blocks)


def read(path: Path) -> Tenant:
    """The tenant in a data module; ValueError when it is of another format."""
    names = load(path)
    if names["FORMAT"] != FORMAT:
        raise ValueError(f"{path} has format {names['FORMAT']}, this runtime reads {FORMAT}")
    nodes: dict[str, Node] = {key: User._make(record) for key, record in names["USERS"].items()}
    nodes.update((key, Reject._make(record)) for key, record in names["REJECTS"].items())
    return Tenant(
        names["TENANT"],
        names["DOMAIN"],
        DialPlan._make(names["DIAL_PLAN"]),
        frozenset(names["EMERGENCY"]),
        names["TRUNKS"],
        names["BLOCKS"],
        names["NUMBERS"],
        names["EXTENSIONS"],
        names["SPEED_DIAL"],
        nodes,
    )


class Directory:
    """Tenants by id; the least recently used leave when there are more than ``limit``."""

    __slots__ = ("_folder", "_kept", "_limit")

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._kept: OrderedDict[str, Tenant] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant; OSError when its data module is missing."""
        kept = self._kept.get(tenant_id)
        if kept is not None:
            self._kept.move_to_end(tenant_id)
            return kept
        tenant = read(self._folder / f"{tenant_id}.py")
        self._kept[tenant_id] = tenant
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return tenant
