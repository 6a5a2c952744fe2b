"""Files that Kamailio must be able to read when it starts, whatever became of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringplan_kamailio.state_files import TABLES, ensure

COLUMNS = "id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int,null)\n"
WHOLE = "7:last\\:novak/hunt_groups/sales:0:0:novak/users/ann:\n8:turn\\:novak/hunt_groups/w:0:1:12:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ensure(tmp_path / "state")
    return tmp_path / "state"


def test_missing_files_are_made(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted((*TABLES, "version"))
    for table in TABLES:
        assert (folder / table).read_text() == COLUMNS + "1:layout:0:1:1:\n"  # an empty table is never written
    assert folder.stat().st_mode & 0o077 == 0


def test_whole_files_stay_untouched(folder: Path) -> None:
    (folder / "hunts").write_text(COLUMNS + WHOLE)
    before = (folder / "hunts").stat()
    ensure(folder)
    after = (folder / "hunts").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("damaged", "kept"),
    [
        (COLUMNS + WHOLE + "9:tick\\:nov", WHOLE),
        (COLUMNS + WHOLE + "9:a:0:1:2:3:4\n", WHOLE),
        (COLUMNS + "x:a:0:1:2:\n" + WHOLE, WHOLE),
        (COLUMNS + WHOLE + "9:a:0:2:2:\n", WHOLE),
        (COLUMNS + WHOLE + "\x00\x00\x00\n", WHOLE),
        (COLUMNS + WHOLE + "9:\udcff:0:0:2:\n", WHOLE + "9:\ufffd:0:0:2:\n"),
        (COLUMNS, "1:layout:0:1:1:\n"),
        ("", "1:layout:0:1:1:\n"),
        ("something else\n" + WHOLE, "1:layout:0:1:1:\n"),
    ],
    ids=["torn", "fields", "id", "type", "zeros", "bytes", "empty", "nothing", "columns"],
)
def test_of_damaged_files_what_is_whole_is_kept(folder: Path, damaged: str, kept: str) -> None:
    (folder / "hunts").write_bytes(damaged.encode("utf-8", "surrogateescape"))
    ensure(folder)
    assert (folder / "hunts").read_text("utf-8") == COLUMNS + kept
    assert not list(folder.glob("*.new"))
