"""The cache: nothing it does or suffers shows in a result."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.passes.answered import recording
from tests.passes.builder import HEAD, PLATFORM, tenant, user

from ringplan import pipeline
from ringplan.cache import Cache, DiskCache, MemoryCache
from ringplan.output import Bundle
from ringplan.pipeline import Compilation, Options, check, compile_bundle
from ringplan.records import decode, encode

Open = Callable[[], Cache]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Two sound tenants."""
    folder = tmp_path / "fleet"
    for number, name in enumerate(("aa", "bb")):
        (folder / name).mkdir(parents=True)
        head = HEAD.replace("novak", name).replace("400..449", f"4{number}0..4{number}9")
        (folder / name / "tenant.yaml").write_text(tenant(head=head), encoding="utf-8")
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the cache is."""
    return tmp_path / "cache" / "results.sqlite"


@pytest.fixture
def compiled(file: Path, fleet: Path) -> Callable[[], Compilation]:
    """Compiles the fleet with the cache on disk, opened anew each time."""

    def run() -> Compilation:
        cache = DiskCache(file)
        try:
            made = compile_bundle(fleet, Options(cache))
            assert made.bundle is not None, made.diagnostics
            contents = {path: made.bundle.content(path) for path in made.bundle.digests}
            bundle = Bundle(made.bundle.digests, contents.__getitem__)
            return Compilation(made.diagnostics, made.tenants, made.compiled, bundle)
        finally:
            cache.close()

    return run


def contents(made: Compilation) -> dict[str, bytes]:
    assert made.bundle is not None
    return {path: made.bundle.content(path) for path in made.bundle.digests}


def test_unchanged_tenants_are_not_compiled_again(compiled: Callable[[], Compilation], fleet: Path) -> None:
    first, second = compiled(), compiled()
    assert (first.compiled, second.compiled) == (2, 0)
    assert contents(first) == contents(second)
    with (fleet / "aa" / "tenant.yaml").open("a", encoding="utf-8") as stream:
        stream.write(user("petr", "1205"))
    third = compiled()
    assert third.compiled == 1
    changed = {path for path in contents(third) if contents(third)[path] != contents(second).get(path)}
    assert changed == {"exchange/tenants/aa.py"}


def test_without_cache_the_bytes_are_the_same(compiled: Callable[[], Compilation], fleet: Path) -> None:
    compiled()
    assert contents(compiled()) == contents(compile_bundle(fleet, Options(MemoryCache())))


@pytest.mark.parametrize("change", ["content", "name", "new file", "platform", "compiler"])
def test_everything_a_result_depends_on_is_in_its_key(
    compiled: Callable[[], Compilation], fleet: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled()
    match change:
        case "content":
            main = fleet / "aa" / "tenant.yaml"
            main.write_text(main.read_text(encoding="utf-8").replace("jana", "hana"), encoding="utf-8")
        case "name":
            (fleet / "aa").rename(fleet / "cc")
            main = fleet / "cc" / "tenant.yaml"
            main.write_text(main.read_text(encoding="utf-8").replace("tenant: aa", "tenant: cc"), encoding="utf-8")
        case "new file":
            (fleet / "aa" / "more").mkdir()
            (fleet / "aa" / "more" / "users.yaml").write_text("users:\n" + user("petr", "1205"), encoding="utf-8")
        case "platform":
            (fleet / "platform.yaml").write_text(PLATFORM.replace("ringplan.", "other."), encoding="utf-8")
        case _:
            monkeypatch.setattr("ringplan.cache.compiler_digest", lambda: b"another compiler")
    assert compiled().compiled == (2 if change in ("platform", "compiler") else 1)


def test_the_recordings_of_a_tenant_are_in_its_key(file: Path, fleet: Path) -> None:
    prompt = "treatments: {busy: {file: prompts/busy.wav}}\n"
    manifest = fleet / "aa" / "tenant.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + prompt, encoding="utf-8")
    attendant = 'attendant: {listen: "127.0.0.9:5080", digits: 5081}\n'
    (fleet / "platform.yaml").write_text(PLATFORM + attendant, encoding="utf-8")

    def codes() -> list[str]:
        cache = DiskCache(file)
        try:
            return [one.code for one in check(fleet, Options(cache)).diagnostics]
        finally:
            cache.close()

    assert codes() == ["RP451"]
    content = recording(fleet / "aa", "busy.wav")
    assert codes() == []
    (fleet / "aa/prompts/busy.wav").write_bytes(content[:44] + bytes(len(content) - 44))
    assert codes() == codes() == ["RP453"]


def test_dates_are_not(compiled: Callable[[], Compilation], fleet: Path) -> None:
    compiled()
    (fleet / "aa" / "tenant.yaml").touch()
    assert compiled().compiled == 0


def test_faults_are_remembered_with_everything_they_say(file: Path, fleet: Path) -> None:
    main = fleet / "aa" / "tenant.yaml"
    main.write_text(main.read_text(encoding="utf-8") + user("petr", "1204", "department: x"), encoding="utf-8")
    found = []
    for _ in range(2):
        cache = DiskCache(file)
        found.append(check(fleet, Options(cache)))
        cache.close()
    assert [made.compiled for made in found] == [2, 0]
    assert found[0].diagnostics == found[1].diagnostics
    assert {fault.code for fault in found[0].diagnostics} == {"RP301", "RP401"}


def damage_file(file: Path) -> None:
    file.write_bytes(b"this is no database" * 100)


def damage_records(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE record SET body = '[]'")
    database.close()


def damage_artifacts(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE artifact SET body = x'00'")
    database.close()


def lose_artifacts(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("DROP TABLE artifact")
    database.close()


def replace_with_folder(file: Path) -> None:
    for part in file.parent.iterdir():
        part.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [damage_file, damage_records, damage_artifacts, lose_artifacts, replace_with_folder])
def test_a_damaged_cache_costs_time_only(
    compiled: Callable[[], Compilation], file: Path, damage: Callable[[Path], None]
) -> None:
    before = compiled()
    damage(file)
    after = compiled()
    assert contents(before) == contents(after)
    assert before.diagnostics == after.diagnostics


def test_a_manifest_that_changes_while_it_is_compiled_is_not_remembered(
    fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = MemoryCache()
    monkeypatch.setattr(pipeline, "tenant_key", lambda *_: b"changed meanwhile")
    assert check(fleet, Options(cache)).compiled == 2
    monkeypatch.undo()
    assert check(fleet, Options(cache)).compiled == 2
    assert check(fleet, Options(cache)).compiled == 0


def test_records_survive_the_journey(fleet: Path) -> None:
    from ringplan.sources import read_fleet

    cache = MemoryCache()
    compile_bundle(fleet, Options(cache))
    for source in read_fleet(fleet, b"").tenants:
        record = cache.record(source.key)
        assert record is not None
        assert record.summary is not None
        assert record.files
        assert decode(encode(record)) == record
