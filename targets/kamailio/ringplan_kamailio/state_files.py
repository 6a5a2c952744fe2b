"""What survives a restart of Kamailio: the tables it reads when it starts and writes when it ends (module db_text).

One file a table, one row a line. Kamailio does not start with a file it cannot read, and it may have been killed while
it wrote one, so whoever starts it calls `ensure` before.
"""

from __future__ import annotations

import re
from pathlib import Path

TABLES = ("hunts", "switches")
"""htables of kamailio.cfg with ``dbmode=1``."""

_COLUMNS = "id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int,null)\n"
_FIRST_ROW = "1:layout:0:1:1:\n"
"""Kamailio writes only tables of which it has read something."""
_VERSIONS = "table_name(string) table_version(int)\n" + "".join(f"{table}:2\n" for table in TABLES)
_TEXT = r"(?:[^:\\\n]|\\.)*"
_ROW = re.compile(rf"[0-9]{{1,9}}:{_TEXT}:0:[01]:{_TEXT}:[0-9]*\n", re.ASCII)


def ensure(folder: Path) -> None:
    """Makes the files in ``folder`` readable: missing ones are made, of damaged ones what is whole is kept."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _replace(folder / "version", _VERSIONS)
    for table in TABLES:
        _replace(folder / table, _COLUMNS + "".join(_rows(folder / table)))


def _rows(path: Path) -> list[str]:
    """The rows of a table that can be read, at least one."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            columns, *lines = file
    except (FileNotFoundError, ValueError):
        return [_FIRST_ROW]
    rows = [line for line in lines if _ROW.fullmatch(line)] if columns == _COLUMNS else []
    return rows or [_FIRST_ROW]


def _replace(path: Path, text: str) -> None:
    """Writes a file in one step, unless it says that already."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)
