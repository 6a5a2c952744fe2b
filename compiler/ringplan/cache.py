"""Results of unchanged tenants, by content: never by time of modification.

One SQLite file, because ten thousand look-ups in it take less time than ten thousand files, and because two runs at
the same time are no danger to it. Whatever is wrong with the file, the worst that happens is that work is done again.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from ringplan import claims as claims_text
from ringplan.claims import Claims
from ringplan.fingerprint import compiler_digest
from ringplan.records import Record, decode, encode
from ringplan.target import Artifact

_FORMAT = 1
"""Counts up whenever the tables change."""
_KEPT = 50_000
"""Results kept; the oldest go first."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (key BLOB PRIMARY KEY, digest BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS artifact (key BLOB NOT NULL, path TEXT NOT NULL, tenant TEXT, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS artifact_key ON artifact (key);
"""


class Cache(Protocol):
    """Remembers records and artifacts by key."""

    def compiler(self) -> bytes:
        """What distinguishes, in a key, this compiler from others that may have stored something here."""

    def record(self, key: bytes) -> Record | None:
        """The record stored under a key."""

    def claims(self, key: bytes) -> Claims:
        """The claims stored under a key; none at all when there are none."""

    def store_claims(self, key: bytes, claims: Claims) -> None:
        """Remember claims instead of those stored under the key."""

    def artifacts(self, key: bytes) -> tuple[Artifact, ...]:
        """The artifacts stored under a key; fewer than the record says when they were lost."""

    def store(self, key: bytes, record: Record, artifacts: Iterable[Artifact] = ()) -> None:
        """Remember a result."""

    def close(self) -> None:
        """Make everything stored last."""


class MemoryCache:
    """Remembers for one run; what ``--no-cache`` uses."""

    def __init__(self) -> None:
        self._records: dict[bytes, Record] = {}
        self._artifacts: dict[bytes, tuple[Artifact, ...]] = {}
        self._claims: dict[bytes, Claims] = {}

    def compiler(self) -> bytes:
        """Nothing: only this compiler stores anything here."""
        return b""

    def record(self, key: bytes) -> Record | None:
        """The record stored under a key."""
        return self._records.get(key)

    def claims(self, key: bytes) -> Claims:
        """The claims stored under a key."""
        return self._claims.get(key, {})

    def store_claims(self, key: bytes, claims: Claims) -> None:
        """Remember claims instead of those stored under the key."""
        self._claims[key] = claims

    def artifacts(self, key: bytes) -> tuple[Artifact, ...]:
        """The artifacts stored under a key."""
        return self._artifacts.get(key, ())

    def store(self, key: bytes, record: Record, artifacts: Iterable[Artifact] = ()) -> None:
        """Remember a result."""
        self._records[key] = record
        self._artifacts[key] = tuple(artifacts)

    def close(self) -> None:
        """Nothing lasts."""


class DiskCache:
    """Remembers between runs. A fault of the database turns it off for the rest of the run."""

    def __init__(self, file: Path) -> None:
        self._database: sqlite3.Connection | None = None
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._database = _open(file)
        except sqlite3.DatabaseError:
            # Not a database, or an unreadable one: begin again.
            with suppress(OSError, sqlite3.Error):
                file.unlink(missing_ok=True)
                self._database = _open(file)
        except OSError:
            pass  # no place for a cache: work without one

    def compiler(self) -> bytes:
        """The digest of this compiler: results outlive its next edit."""
        return compiler_digest()

    def record(self, key: bytes) -> Record | None:
        """The record stored under a key; None when there is none or it is damaged."""
        with suppress(ValueError, TypeError, LookupError):
            body = self._body(key)
            return None if body is None else decode(body)
        return None

    def claims(self, key: bytes) -> Claims:
        """The claims stored under a key; none at all when there are none or they are damaged."""
        with suppress(ValueError, TypeError, AttributeError):
            body = self._body(key)
            return {} if body is None else claims_text.decode(body)
        return {}

    def store_claims(self, key: bytes, claims: Claims) -> None:
        """Remember claims instead of those stored under the key; lasts after ``close``."""
        self._store_body(key, claims_text.encode(claims))

    def artifacts(self, key: bytes) -> tuple[Artifact, ...]:
        """The artifacts stored under a key; damaged ones are left out, the caller compares digests."""
        found = []
        for path, tenant, body in self._execute("SELECT path, tenant, body FROM artifact WHERE key = ?", (key,)):
            with suppress(zlib.error, TypeError):
                found.append(Artifact(path, zlib.decompress(body), tenant))
        return tuple(found)

    def store(self, key: bytes, record: Record, artifacts: Iterable[Artifact] = ()) -> None:
        """Remember a result; lasts after ``close``."""
        self._store_body(key, encode(record))
        self._execute("DELETE FROM artifact WHERE key = ?", (key,))
        for artifact in artifacts:
            row = (key, artifact.path, artifact.tenant, zlib.compress(artifact.content, level=1))
            self._execute("INSERT INTO artifact VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        """Forget the oldest results and commit the new ones."""
        for table in ("record", "artifact"):
            newest = f"(SELECT max(rowid) FROM {table})"  # noqa: S608 - two fixed names
            self._execute(f"DELETE FROM {table} WHERE rowid <= {newest} - {_KEPT}")  # noqa: S608
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.commit()
            self._database.close()
            self._database = None

    def _body(self, key: bytes) -> str | None:
        """The text stored under a key; None when there is none or it is damaged."""
        for digest, body in self._execute("SELECT digest, body FROM record WHERE key = ?", (key,)):
            if _digest(body) == digest:
                return str(body, "utf-8")
        return None

    def _store_body(self, key: bytes, text: str) -> None:
        body = text.encode()
        self._execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (key, _digest(body), body))

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error:
            self._database.close()
            self._database = None
            return []


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=2)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")  # a torn write shows in a digest and costs one compilation
        database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def default_cache_file() -> Path:
    """Where results are kept: below ``$XDG_CACHE_HOME``, else ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    return root / "ringplan" / f"results-{_FORMAT}.sqlite"
