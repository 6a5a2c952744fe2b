"""Activation of a bundle, without Kamailio."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from hashlib import md5
from pathlib import Path

import pytest
from tests.targets.kamailio.program import platform, program, secrets, tenant
from tests.targets.kamailio.stack import write_bundle

from ringplan_kamailio import site


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The bundle of the hand-built program."""
    return write_bundle(program(), tmp_path / "bundle")


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a query finds in an index."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_index(bundle: Path, tmp_path: Path) -> None:
    site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    current = tmp_path / "site" / "current"
    assert rows(current / "numbers.sqlite", "SELECT * FROM domains") == [("novak.example.net", "novak")]
    assert rows(current / "numbers.sqlite", "SELECT * FROM blocks") == [(13, "+420222333400", "+420222333449", "novak")]
    ha1 = md5(b"cyr-desk:novak.example.net:pw of cyr-desk", usedforsecurity=False).hexdigest()
    found = rows(current / "accounts.sqlite", "SELECT * FROM accounts WHERE name = 'cyr-desk'")
    assert found == [("novak.example.net", "cyr-desk", "novak", "novak/users/cyr", ha1)]


def test_secrets_are_private(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    site.activate(bundle, folder, secrets((tenant(),)))
    private = [folder / name for name in ("token.key", "uac.key", "nonce.key")]
    private += [folder / "current" / name for name in ("accounts.sqlite", "token.key")]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_no_password_in_the_site(bundle: Path, tmp_path: Path) -> None:
    site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    for path in (tmp_path / "site").rglob("*"):
        assert not path.is_file() or b"pw of" not in path.read_bytes(), path


def test_missing_password_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    site.activate(bundle, folder, secrets((tenant(),)))
    before = (folder / "current").resolve()
    with pytest.raises(site.SiteError, match=r"4 passwords are missing, the first is `novak/ann/desk`"):
        site.activate(bundle, folder, {})
    assert (folder / "current").resolve() == before
    assert [path.name for path in (folder / "generations").iterdir()] == ["1"]


def test_invalid_python_is_refused(bundle: Path, tmp_path: Path) -> None:
    (bundle / "exchange" / "ringplan_runtime" / "calls.py").write_text("def (", "utf-8")
    with pytest.raises(site.SiteError, match=r"calls\.py is not valid Python"):
        site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    assert not (tmp_path / "site" / "current").exists()


def test_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(site.SiteError, match="is not a bundle"):
        site.activate(tmp_path / "empty", tmp_path / "site", {})


def test_number_of_two_tenants_is_refused(tmp_path: Path) -> None:
    other = replace(tenant(), id="other", domain="other.example.net")
    both = replace(program(), tenants=(tenant(), other))
    bundle = write_bundle(both, tmp_path / "bundle")
    with pytest.raises(site.SiteError, match="two tenants claim the same"):
        site.activate(bundle, tmp_path / "site", secrets(both.tenants))


def test_keys_survive_and_unchanged_files_are_shared(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    site.activate(bundle, folder, secrets((tenant(),)))
    keys = [(folder / name).read_text() for name in ("token.key", "uac.key", "nonce.key")]
    first = (folder / "current").resolve()
    module = bundle / "exchange" / "platform.py"
    module.write_text(module.read_text().replace("TENANT_CACHE = 2", "TENANT_CACHE = 3"))
    site.activate(bundle, folder, secrets((tenant(),)))
    second = (folder / "current").resolve()
    assert [(folder / name).read_text() for name in ("token.key", "uac.key", "nonce.key")] == keys
    tenant_file, platform_file = Path("exchange/tenants/novak.py"), Path("exchange/platform.py")
    assert (first / tenant_file).samefile(second / tenant_file)
    assert not (first / platform_file).samefile(second / platform_file)
    assert "TENANT_CACHE = 2" in (first / platform_file).read_text()
    assert "TENANT_CACHE = 3" in (second / platform_file).read_text()


def test_editing_the_bundle_in_place_does_not_reach_the_site(bundle: Path, tmp_path: Path) -> None:
    site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    with (bundle / "exchange" / "tenants" / "novak.py").open("a") as file:
        file.write("X = 1\n")
    assert "X = 1" not in (tmp_path / "site" / "current" / "exchange" / "tenants" / "novak.py").read_text()


@pytest.mark.parametrize("name", ["tenants/more.py", "loop", "ringplan_runtime/secret.py"])
def test_links_in_a_bundle_are_refused(bundle: Path, tmp_path: Path, name: str) -> None:
    """Whoever activates may read what whoever compiles may not."""
    secret = tmp_path / "secret.py"
    secret.write_text("PASSWORD = 1\n")
    link = bundle / "exchange" / name
    link.symlink_to(bundle / "exchange" if name == "loop" else secret)
    with pytest.raises(site.SiteError, match="symbolic link"):
        site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    assert not (tmp_path / "site" / "current").exists()
    assert not list((tmp_path / "site" / "generations").iterdir())


def test_old_generations_are_removed_after_a_while(bundle: Path, tmp_path: Path) -> None:
    generations = tmp_path / "site" / "generations"
    for _ in range(6):
        site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    assert len(list(generations.iterdir())) == 6  # a worker may still be using any of them
    for path in generations.iterdir():
        os.utime(path, (0, 0))
    site.activate(bundle, tmp_path / "site", secrets((tenant(),)))
    assert sorted(path.name for path in generations.iterdir()) == ["5", "6", "7"]


def test_socket_path_is_short_enough(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    bundle = write_bundle(program(), tmp_path / "bundle")
    site.activate(bundle, deep, secrets((tenant(),)))
    assert len(site.environment(bundle, deep)["RINGPLAN_RPC"]) < 108


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(site.SiteError, match="Kamailio does not answer"):
        site.reload(tmp_path)


def test_platform_of_a_lane() -> None:
    assert platform(23).sockets[0].host == "127.0.23.1"
