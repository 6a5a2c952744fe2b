"""Building one generation of a site from a bundle: files, compiled modules and the number index."""

from __future__ import annotations

import os
import py_compile
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from hashlib import blake2b, md5
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


class SiteError(Exception):
    """A bundle cannot be activated, or the exchange cannot be reached; one sentence."""


_NUMBERS = """
CREATE TABLE blocks (length INTEGER, first TEXT, last TEXT, tenant TEXT, PRIMARY KEY (length, first)) WITHOUT ROWID;
CREATE TABLE domains (domain TEXT PRIMARY KEY, tenant TEXT) WITHOUT ROWID;
"""
_ACCOUNTS = """
CREATE TABLE accounts (domain TEXT, name TEXT, tenant TEXT, user TEXT, ha1 TEXT, PRIMARY KEY (domain, name))
WITHOUT ROWID;
CREATE TABLE clicks (user TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID;
"""
MIN_TOKEN = 20
"""Characters of a click-to-dial token: it is all that stands between a program and somebody's telephone bill."""


def build(bundle: Path, folder: Path, secrets: Mapping[str, str], previous: Path | None) -> None:
    """Fills ``folder``; unchanged files are shared with the ``previous`` generation, which never changes."""
    source = bundle / "exchange"
    if not (source / "kamailio.cfg").is_file():
        raise SiteError(f"{bundle} is not a bundle: it has no exchange/kamailio.cfg")
    for name in ("exchange", "attendant", "prompts"):
        if (bundle / name).is_dir():
            _copy(bundle / name, folder / name, previous / name if previous else None)
    _index(folder, secrets)
    # The media relays, which are somebody else, go through to the prompts; the rest is not for others.
    folder.chmod(0o711)
    for name in ("exchange", "attendant"):
        if (folder / name).is_dir():
            (folder / name).chmod(0o700)


def _copy(source: Path, target: Path, previous: Path | None) -> None:
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.name == "__pycache__":
            continue
        if entry.is_symlink():
            raise SiteError(f"{entry} is a symbolic link; a bundle is made of plain files")
        before = previous / entry.name if previous else None
        if entry.is_dir():
            _copy(entry, target / entry.name, before)
        else:
            _copy_file(entry, target / entry.name, before)


def _copy_file(source: Path, target: Path, previous: Path | None) -> None:
    compiled = _compiled(target) if target.suffix == ".py" else None
    if previous is not None and previous.is_file() and previous.read_bytes() == source.read_bytes():
        os.link(previous, target)
        if compiled is not None and _compiled(previous).is_file():
            compiled.parent.mkdir(exist_ok=True)
            os.link(_compiled(previous), compiled)
            return
    else:
        shutil.copyfile(source, target)
    if compiled is not None:
        _compile(target, compiled)


def _compile(path: Path, compiled: Path) -> None:
    """Also proves that the file is Python at all, before any worker tries it."""
    try:
        # A generation never changes, so nobody needs to compare times.
        py_compile.compile(
            str(path),
            str(compiled),
            path.name,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except py_compile.PyCompileError as error:
        raise SiteError(f"{path.name} is not valid Python: {error.exc_value}") from error


def _compiled(path: Path) -> Path:
    import importlib.util

    return Path(importlib.util.cache_from_source(str(path)))


def _index(folder: Path, secrets: Mapping[str, str]) -> None:
    accounts_path, numbers_path = folder / "accounts.sqlite", folder / "numbers.sqlite"
    for path in (accounts_path, numbers_path):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    numbers = sqlite3.connect(numbers_path)
    accounts = sqlite3.connect(accounts_path)
    missing: list[str] = []
    try:
        numbers.executescript(_NUMBERS)
        accounts.executescript(_ACCOUNTS)
        for names in _tenants(folder / "exchange" / "tenants"):
            tenant, domain = names["TENANT"], names["DOMAIN"]
            numbers.execute("INSERT INTO domains VALUES (?, ?)", (domain, tenant))
            numbers.executemany(
                "INSERT INTO blocks VALUES (?, ?, ?, ?)",
                [(len(first), first, last, tenant) for first, last in names["BLOCKS"]],
            )
            for name, (user, reference) in names["ACCOUNTS"].items():
                password = secrets.get(reference)
                if password is None:
                    missing.append(reference)
                else:
                    row = (domain, name, tenant, user, ha1(name, domain, password))
                    accounts.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?)", row)
            for user, reference in names["CLICKS"].items():
                token = secrets.get(reference)
                if token is None:
                    missing.append(reference)
                elif len(token) < MIN_TOKEN:
                    raise SiteError(f"the token `{reference}` has fewer than {MIN_TOKEN} characters")
                else:
                    accounts.execute("INSERT INTO clicks VALUES (?, ?)", (user, token_digest(token)))
        numbers.commit()
        accounts.commit()
    except sqlite3.IntegrityError as error:
        raise SiteError(f"two tenants claim the same number, domain or account: {error}") from error
    finally:
        numbers.close()
        accounts.close()
    if missing:
        raise SiteError(f"{len(missing)} passwords are missing, the first is `{min(missing)}`")


def token_digest(token: str) -> str:
    """What a click-to-dial token is compared by."""
    return blake2b(token.encode(), digest_size=32).hexdigest()


def ha1(account: str, domain: str, password: str) -> str:
    """What digest authentication compares (RFC 2617 section 3.2.2.2); MD5 is what phones can do."""
    return md5(f"{account}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()


def _tenants(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        spec = spec_from_file_location("ringplan_tenant", path, loader=SourceFileLoader("ringplan_tenant", str(path)))
        if spec is None or spec.loader is None:
            raise SiteError(f"{path.name} cannot be read")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        yield vars(module)
