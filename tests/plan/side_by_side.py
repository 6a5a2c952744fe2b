"""All recorded changes in one fleet: a stack that is booted once plays all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.plan.test_changes import CHANGES, NAMES

from ringplan.plan.fleet import make_plan
from ringplan.plan.model import Plan
from ringplan.plan.sides import Opened, between_folders

VERSIONS = ("base", "head")


def own_platform(name: str) -> bool:
    """Whether a recorded change is one of the platform, which a fleet has one of."""
    return any((CHANGES / name).glob("*.platform.yaml"))


def write_all(folder: Path) -> None:
    """Write both versions of every recorded change of tenants, each under names and numbers of its own."""
    for version in VERSIONS:
        (folder / version).mkdir()
        shutil.copyfile(CHANGES / "platform.yaml", folder / version / "platform.yaml")
    for index, name in enumerate(name for name in NAMES if not own_platform(name)):
        for version in VERSIONS:
            for file in (CHANGES / name).glob(f"{version}*.yaml"):
                _write(file, name, index, folder / version)


def _write(file: Path, name: str, index: int, folder: Path) -> None:
    _, *rest, _ = file.name.split(".")
    text = file.read_text(encoding="utf-8")
    for tenant, numbers in (("acme", "222333"), ("zeta", "222444")):
        text = text.replace(tenant, renamed(tenant, name))
        text = text.replace(f"+420{numbers}", f"+420{500 + index}{numbers[3:]}")
    target = folder / renamed(rest[0] if rest else "acme", name)
    target.mkdir()
    (target / "tenant.yaml").write_text(text, encoding="utf-8")


def renamed(tenant: str, name: str) -> str:
    """What a tenant of a recorded change is called in the fleet."""
    return f"{tenant}-{name.replace('_', '-')}"


def opened(folder: Path) -> tuple[Opened, Plan]:
    """Both versions of the fleet, and its plan; the current folder must be ``folder``."""
    write_all(folder)
    found = between_folders(*map(Path, VERSIONS))
    return found, make_plan(found.sides)
