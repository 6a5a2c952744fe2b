"""The stubs are what Kamailio says of itself."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.targets.kamailio.stack import Stack

from ringplan_kamailio import site

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("generate_ksr_stubs", ROOT / "scripts" / "generate_ksr_stubs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_stubs_are_fresh(generator: ModuleType) -> None:
    listed = generator.parse(json.loads(generator.API.read_text("utf-8"))["functions"])
    assert generator.STUBS.read_text("utf-8") == generator.stubs(listed)


@pytest.mark.integration
def test_list_is_what_the_running_kamailio_says(generator: ModuleType, stack: Stack) -> None:
    found = generator.running(Path(site.environment(stack.bundle, stack.site)["RINGPLAN_RPC"]))
    listed = generator.parse(json.loads(generator.API.read_text("utf-8"))["functions"])
    assert generator.used(found) == generator.used(listed, generator.EXCHANGE)


def test_every_route_name_is_a_callback() -> None:
    """tm does not notice a wrong name before the call is lost (kamailio.md: bugs)."""
    runtime = ROOT / "targets" / "kamailio" / "ringplan_kamailio" / "runtime" / "ringplan_runtime"
    text = "\n".join(path.read_text("utf-8") for path in sorted(runtime.glob("*.py")))
    defined = set(re.findall(r"def (ksr_\w+)", text))
    asked = {f"ksr_{event}_{kind}" for event in ("onreply", "failure") for kind in ("phones", "trunk")}
    asked |= set(re.findall(r't_on_\w+\("(ksr_\w+)"\)', text))
    assert asked <= defined
    assert {"ksr_request_route", "ksr_reply_route", "ksr_onsend_route"} <= defined


def test_every_native_route_exists() -> None:
    package = ROOT / "targets" / "kamailio" / "ringplan_kamailio"
    template = (package / "templates" / "kamailio.cfg.j2").read_text("utf-8")
    runtime = (package / "runtime" / "ringplan_runtime").glob("*.py")
    asked = {name for path in runtime for name in re.findall(r'KSR\.route\("(\w+)"\)', path.read_text("utf-8"))}
    assert asked
    assert asked == set(re.findall(r"^route\[(\w+)\]", template, re.MULTILINE))
