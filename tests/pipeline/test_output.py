"""Writing a bundle: only what changed, never what is not ours, nothing outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ringplan.output import Bundle, Differences, OutputError, compare, digest_of, write


def bundle(**files: str) -> Bundle:
    """A bundle of texts; ``__`` stands for ``/``."""
    contents = {name.replace("__", "/"): text.encode() for name, text in files.items()}
    return Bundle({path: digest_of(content) for path, content in contents.items()}, contents.__getitem__)


def texts(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != "bundle.json")
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_new_bundle_and_its_list_of_files(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert write(bundle(b="2", a__x="1"), out) == Differences(("a/x", "b"), (), ())
    assert texts(out) == {"a/x": "1", "b": "2"}
    listed = json.loads((out / "bundle.json").read_text(encoding="utf-8"))
    assert list(listed["files"].items()) == [("a/x", digest_of(b"1")), ("b", digest_of(b"2"))]
    assert compare(bundle(b="2", a__x="1"), out) == Differences((), (), ())


def test_only_changed_files_are_written_and_former_ones_removed(tmp_path: Path) -> None:
    write(bundle(same="1", changed="1", gone__deep__file="1"), tmp_path)
    before = (tmp_path / "same").stat().st_mtime_ns
    asked: list[str] = []
    made = bundle(same="1", changed="2")

    def content(path: str) -> bytes:
        asked.append(path)
        return made.content(path)

    assert write(Bundle(made.digests, content), tmp_path) == Differences((), ("changed",), ("gone/deep/file",))
    assert asked == ["changed"]
    assert (tmp_path / "same").stat().st_mtime_ns == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle.json", "changed", "same"]


def test_foreign_files_stay(tmp_path: Path) -> None:
    write(bundle(a__x="1"), tmp_path)
    (tmp_path / "a" / "notes").write_text("mine", encoding="utf-8")
    write(bundle(b="1"), tmp_path)
    assert texts(tmp_path) == {"a/notes": "mine", "b": "1"}


def test_a_file_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    write(bundle(a="1"), tmp_path)
    (tmp_path / "b").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="not written by ringplan"):
        write(bundle(a="2", b="1"), tmp_path)
    assert texts(tmp_path) == {"a": "1", "b": "mine"}


def test_an_interrupted_run_is_completed_by_the_next(tmp_path: Path) -> None:
    write(bundle(a="1"), tmp_path)
    made = bundle(a="2", b="1", c="1")

    def content(path: str) -> bytes:
        if path == "c":
            raise OSError("disk full")
        return made.content(path)

    with pytest.raises(OSError, match="disk full"):
        write(Bundle(made.digests, content), tmp_path)
    assert compare(made, tmp_path)
    write(bundle(a="3", b="2"), tmp_path)
    assert texts(tmp_path) == {"a": "3", "b": "2"}
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("1", encoding="utf-8")
    with pytest.raises(OutputError, match="is no bundle"):
        write(bundle(a="1"), tmp_path)
    with pytest.raises(OutputError, match="is not a folder"):
        write(bundle(a="1"), tmp_path / "mine")


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", "a//x", "", ".", "a\\..\\x", "x\n", ".hidden", "bundle.json"]
)
def test_paths_that_lead_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(OutputError):
        write(Bundle({path: digest_of(b"1")}, lambda _: b"1"), out)
    assert not out.exists()


def test_a_forged_list_of_files_removes_nothing_outside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (out / "bundle.json").write_text(json.dumps({"format": 1, "files": {"../victim": digest_of(b"precious")}}))
    with pytest.raises(OutputError):
        write(bundle(a="1"), out)
    assert victim.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', '{"files": [1]}', "\x00"])
def test_a_damaged_list_of_files_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "bundle.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="is damaged"):
        write(bundle(a="1"), tmp_path)


def test_a_link_to_a_folder_elsewhere_is_refused(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(bundle(a="1"), out)
    elsewhere.mkdir()
    (out / "deep").symlink_to(elsewhere)
    with pytest.raises(OutputError, match="symbolic link"):
        write(bundle(a="1", deep__x="1"), out)
    assert not list(elsewhere.iterdir())


def test_a_link_in_place_of_an_owned_file_is_replaced_not_followed(tmp_path: Path) -> None:
    out, victim = tmp_path / "out", tmp_path / "victim"
    write(bundle(a="1"), out)
    victim.write_text("precious", encoding="utf-8")
    (out / "a").unlink()
    (out / "a").symlink_to(victim)
    assert compare(bundle(a="1"), out).stale == ("a",)
    write(bundle(a="1"), out)
    assert not (out / "a").is_symlink()
    assert victim.read_text(encoding="utf-8") == "precious"
