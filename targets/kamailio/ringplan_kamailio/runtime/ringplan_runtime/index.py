"""The number index of a generation: which tenant owns a number or a domain, and the accounts of the phones.

SQLite files made at activation, read-only and mapped into memory, so that all workers share one copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_MAPPED = 1 << 30
"""Bytes of a file that may be mapped; more than any index needs."""


class Account(NamedTuple):
    """A phone's account, as digest authentication needs it."""

    tenant: str
    user: str
    """Node id of the user it belongs to."""
    ha1: str
    """MD5 of ``account:domain:password``, hexadecimal."""


class Index:
    """Opens its files at the first question: a connection must not be shared across a fork."""

    __slots__ = ("_accounts", "_folder", "_numbers", "account", "tenant_of_domain", "tenant_of_number")

    def __init__(self, folder: Path, remembered: int) -> None:
        self._folder = folder
        self.tenant_of_domain: Callable[[str], str | None] = lru_cache(remembered)(self._tenant_of_domain)
        """The tenant whose phones register in a domain; ``remembered`` answers of each kind are kept."""
        self.tenant_of_number: Callable[[str], str | None] = lru_cache(remembered)(self._tenant_of_number)
        """The tenant that owns an E.164 number, assigned or not."""
        self.account: Callable[[str, str], Account | None] = lru_cache(remembered)(self._account)
        """The account ``name`` of a domain: ``account(domain, name)``."""
        self._numbers: sqlite3.Connection | None = None
        self._accounts: sqlite3.Connection | None = None

    def _account(self, domain: str, name: str) -> Account | None:
        if self._accounts is None:
            self._accounts = _open(self._folder / "accounts.sqlite")
        row = self._accounts.execute(
            "SELECT tenant, user, ha1 FROM accounts WHERE domain = ? AND name = ?", (domain, name)
        ).fetchone()
        return None if row is None else Account._make(row)

    def click(self, user: str) -> str:
        """The digest of a user's click-to-dial token, by node id; empty: he has none."""
        if self._accounts is None:
            self._accounts = _open(self._folder / "accounts.sqlite")
        row = self._accounts.execute("SELECT digest FROM clicks WHERE user = ?", (user,)).fetchone()
        return "" if row is None else str(row[0])

    def _tenant_of_domain(self, domain: str) -> str | None:
        row = self._number_file().execute("SELECT tenant FROM domains WHERE domain = ?", (domain,)).fetchone()
        return None if row is None else str(row[0])

    def _tenant_of_number(self, number: str) -> str | None:
        row = (
            self._number_file()
            .execute(
                "SELECT last, tenant FROM blocks WHERE length = ? AND first <= ? ORDER BY first DESC LIMIT 1",
                (len(number), number),
            )
            .fetchone()
        )
        return None if row is None or row[0] < number else str(row[1])

    def tenants(self) -> frozenset[str]:
        """Every tenant of the generation."""
        return frozenset(row[0] for row in self._number_file().execute("SELECT tenant FROM domains"))

    def close(self) -> None:
        """Closes the files; the next question opens them again."""
        for connection in (self._numbers, self._accounts):
            if connection is not None:
                connection.close()
        self._numbers = self._accounts = None

    def _number_file(self) -> sqlite3.Connection:
        if self._numbers is None:
            self._numbers = _open(self._folder / "numbers.sqlite")
        return self._numbers


def _open(path: Path) -> sqlite3.Connection:
    uri = path.absolute().as_uri() + "?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
    return connection
