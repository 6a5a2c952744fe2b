"""Which manifests a path stands for."""

from pathlib import Path

import pytest

from ringplan.frontend.discover import Layout, UsageError, discover, display_path, manifest_files


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A fleet with two tenants, one of them in several files."""
    root = tmp_path / "fleet"
    for name in (
        "platform.yaml",
        "novak/tenant.yaml",
        "novak/sales/users.yaml",
        "novak/b.yml",
        "novak/.hidden.yaml",
        "novak/notes.txt",
        "clinic/tenant.yaml",
        ".git/tenant.yaml",
        "docs/readme.md",
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x: y\n", encoding="utf-8")
    return root


def test_a_fleet(fleet: Path) -> None:
    expected = Layout(fleet / "platform.yaml", (fleet / "clinic", fleet / "novak"))
    assert discover(fleet) == expected
    assert discover(fleet / "platform.yaml") == expected


def test_one_tenant_finds_the_platform_above(fleet: Path) -> None:
    expected = Layout(fleet / "platform.yaml", (fleet / "novak",))
    assert discover(fleet / "novak") == expected
    assert discover(fleet / "novak" / "tenant.yaml") == expected


def test_the_current_folder_has_a_parent(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fleet / "novak")
    assert discover(Path()) == Layout(fleet / "platform.yaml", (Path(),))
    assert discover(Path("tenant.yaml")).tenants == (Path(),)


def test_a_platform_is_not_needed_to_find_tenants(fleet: Path) -> None:
    (fleet / "platform.yaml").unlink()
    assert discover(fleet) == Layout(None, (fleet / "clinic", fleet / "novak"))
    assert discover(fleet / "novak") == Layout(None, (fleet / "novak",))


def test_a_folder_with_a_misspelt_tenant_file_is_not_forgotten(fleet: Path) -> None:
    (fleet / "clinic/tenant.yaml").rename(fleet / "clinic/tennant.yaml")
    assert fleet / "clinic" in discover(fleet).tenants


def test_the_main_file_comes_first(fleet: Path) -> None:
    names = [file.relative_to(fleet).as_posix() for file in manifest_files(fleet / "novak")]
    assert names == ["novak/tenant.yaml", "novak/b.yml", "novak/sales/users.yaml"]


@pytest.mark.parametrize("name", ["nothing", "docs", "docs/readme.md", "novak/\0"])
def test_a_path_without_manifests_is_a_usage_error(fleet: Path, name: str) -> None:
    with pytest.raises(UsageError) as error:
        discover(fleet / name)
    assert "\n" not in str(error.value)


def test_paths_are_shown_relative_to_here_when_below(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fleet)
    assert display_path(fleet / "novak/tenant.yaml") == "novak/tenant.yaml"
    assert display_path(Path("./novak/../novak/tenant.yaml")) == "novak/tenant.yaml"
    monkeypatch.chdir(fleet / "clinic")
    assert display_path(fleet / "novak/tenant.yaml") == (fleet / "novak/tenant.yaml").as_posix()
    assert display_path(Path("../novak/tenant.yaml")) == "../novak/tenant.yaml"


def test_a_path_that_is_no_text_can_be_shown() -> None:
    assert display_path(Path("a\udcff.yaml")) == "a\\xff.yaml"
