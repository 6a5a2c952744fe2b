"""The wheel works by itself: built, installed into a clean environment, run from an empty directory."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "ringplan_schema": "schema",
    "ringplan": "compiler",
    "ringplan_kamailio": "targets/kamailio",
    "ringplan_rtpengine": "targets/rtpengine",
    "ringplan_sipp": "targets/sipp",
}


@dataclass(frozen=True)
class Installed:
    """A clean environment with the wheel in it, and an empty directory to run it from."""

    bin: Path
    site_packages: Path
    empty: Path

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.empty,
            env={"PATH": f"{self.bin}:{os.defpath}", "HOME": str(self.empty), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


def expose_dependencies(site_packages: Path, links: Path) -> None:
    """Makes the locked third-party packages importable there, and nothing that leads back to the checkout.

    A .pth that names our own site-packages would do for imports, but would also show the metadata of the
    editable install. So: a folder of links, without our packages and without any .pth file.
    """
    links.mkdir()
    for source in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(source).iterdir():
            ours = entry.name.split("-")[0] in PACKAGES
            if not ours and entry.suffix != ".pth" and entry.name != "__pycache__":
                (links / entry.name).symlink_to(entry)
    (site_packages / "dependencies.pth").write_text(f"{links}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    tmp = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-P", "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp)]
    subprocess.run([*build, str(ROOT)], check=True, cwd=tmp)
    (wheel,) = tmp.glob("*.whl")

    venv.create(tmp / "venv", with_pip=False, symlinks=True)
    python = tmp / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, cwd=tmp)
    (site_packages,) = (tmp / "venv/lib").glob("python*/site-packages")
    expose_dependencies(site_packages, tmp / "dependencies")

    empty = tmp / "empty"
    empty.mkdir()
    return Installed(python.parent, site_packages, empty)


@pytest.mark.parametrize("package", PACKAGES)
def test_import_comes_from_the_wheel(installed: Installed, package: str) -> None:
    result = installed.run("python", "-I", "-c", f"import {package}; print({package}.__file__)")
    assert result.returncode == 0, result.stderr
    assert Path(result.stdout.strip()) == installed.site_packages / package / "__init__.py"


def test_the_checkout_is_not_on_the_path(installed: Installed) -> None:
    result = installed.run("python", "-c", "import sys; print(*sys.path, sep='\\n')")
    assert result.returncode == 0, result.stderr
    assert [line for line in result.stdout.splitlines() if Path(line).is_relative_to(ROOT)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_the_package_is_shipped(installed: Installed, package: str) -> None:
    """Templates, runtime, stubs and py.typed included: what the checkout has, the wheel has."""
    assert files_of(ROOT / PACKAGES[package] / package) == files_of(installed.site_packages / package)


def files_of(folder: Path) -> set[Path]:
    """Relative paths of the files in a package, compiled ones aside."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize(
    "pattern",
    [
        "ringplan_kamailio/templates/*.j2",
        "ringplan_kamailio/runtime/*.py",
        "ringplan_kamailio/stubs/KSR.pyi",
        "ringplan_rtpengine/templates/*.j2",
        "ringplan/report/templates/*.html.j2",
        "ringplan/report/templates/style.css",
        "*/py.typed",
    ],
)
def test_data_is_inside_the_package(installed: Installed, pattern: str) -> None:
    assert list(installed.site_packages.glob(pattern))


def test_nothing_else_is_installed_at_the_top(installed: Installed) -> None:
    names = {path.name for path in installed.site_packages.iterdir()} - {"__pycache__", "dependencies.pth"}
    assert {name for name in names if not name.endswith(".dist-info")} == set(PACKAGES)


def test_help(installed: Installed) -> None:
    result = installed.run("ringplan", "--help")
    assert result.returncode == 0, result.stderr
    assert "check" in result.stdout


def test_the_targets_are_found(installed: Installed) -> None:
    code = (
        "from importlib.metadata import entry_points as e;"
        "print(*sorted(p.name for p in e(group='ringplan.targets') if p.load()))"
    )
    result = installed.run("python", "-I", "-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["kamailio", "rtpengine"]


def test_the_schema_can_be_exported(installed: Installed) -> None:
    result = installed.run("ringplan", "schema")
    assert result.returncode == 0, result.stderr
    assert '"$schema"' in result.stdout


def test_check_and_compile_the_examples(installed: Installed, tmp_path: Path) -> None:
    tenants = tmp_path / "tenants"
    shutil.copytree(ROOT / "examples/tenants", tenants)
    checked = installed.run("ringplan", "check", str(tenants))
    assert checked.returncode == 0, checked.stdout + checked.stderr

    bundle = tmp_path / "bundle"
    compiled = installed.run("ringplan", "compile", str(tenants), "-o", str(bundle))
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    written = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert {"bundle.json", "exchange/kamailio.cfg", "exchange/main.py", "rtpengine/relay_a.conf"} <= written
    assert {f"exchange/tenants/{folder.name}.py" for folder in tenants.iterdir() if folder.is_dir()} <= written
    assert any(path.startswith("exchange/ringplan_runtime/") for path in written)


def test_the_report_needs_nothing_of_the_checkout(installed: Installed, tmp_path: Path) -> None:
    tenants = tmp_path / "tenants"
    shutil.copytree(ROOT / "examples/tenants", tenants)
    done = installed.run("ringplan", "report", str(tenants), "-o", str(tmp_path / "report"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "report/index.html").is_file()
    assert (tmp_path / "report/style.css").is_file()
