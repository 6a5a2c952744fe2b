"""Calling plans of a tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple


class Table:
    """One direction of a plan."""

    __slots__ = ("_expression", "_match", "types")

    def __init__(self, types: tuple[str, ...], expression: str) -> None:
        self.types = frozenset(types)
        """Call types that are allowed when no mask decides."""
        self._expression = expression
        self._match: Callable[[str], re.Match[str] | None] | None = None

    def masks(self, number: str) -> bool | None:
        """What the first mask says that matches a canonical dial string; None: none does.

        The masks are alternatives of one expression, those that allow in groups. It is compiled at its first use:
        most tables of a tenant are not needed while it stays in memory.
        """
        if not self._expression:
            return None
        if self._match is None:
            self._match = re.compile(self._expression).fullmatch
        found = self._match(number)
        return None if found is None else found.lastindex is not None


class Plan(NamedTuple):
    """A whole calling plan."""

    outgoing: Table
    """For calls that are dialled."""
    forwarding: Table
    """For calls that are forwarded, redirected by a phone or transferred."""

    @classmethod
    def read(cls, record: Any) -> Plan:
        """The plan in a data module."""
        outgoing, forwarding = record
        return cls(Table(*outgoing), Table(*forwarding))
