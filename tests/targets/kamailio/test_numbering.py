"""The runtime's number analysis says what the reference interpreter says."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.kamailio.program import platform, tenant

import ringplan_kamailio
from ringplan.interpreter import dialling as reference
from ringplan.ir import User
from ringplan_kamailio import TARGET

RUNTIME = Path(ringplan_kamailio.__file__).parent / "runtime" / "ringplan_runtime"
PACKAGE = "ringplan_runtime_under_test"
TENANT = tenant()

dial_strings = st.one_of(
    st.text("0123456789+*#", max_size=16),
    st.builds("".join, st.tuples(st.sampled_from(["", "0", "+", "00", "000", "0420", "000420", "+420", "420"]),
                                 st.text("0123456789", min_size=2, max_size=13))),
    st.sampled_from(["1201", "1202", "6#", "15**", "112", "0112", "00112", "urn:service:sos", "urn:service:sos.police",
                     "urn:service:sosx", "+420222333401", "0222333401", "222333401", "222333449", "0222333449",
                     "000420222333402", "01181", "011812345", "\u0661\u0662", "0\u0661", ""]),
)  # fmt: skip


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModuleType, ModuleType, object]]:
    """The pure modules ``numbering`` and ``tenants``, and the tenant as the runtime reads it; no KSR anywhere."""
    spec = spec_from_file_location(PACKAGE, RUNTIME / "__init__.py", submodule_search_locations=[str(RUNTIME)])
    assert spec
    assert spec.loader
    sys.modules[PACKAGE] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[PACKAGE])
    numbering = importlib.import_module(f"{PACKAGE}.numbering")
    tenants = importlib.import_module(f"{PACKAGE}.tenants")
    path = tmp_path_factory.mktemp("data") / "novak.py"
    path.write_bytes(TARGET.emit_tenant(platform(), TENANT)[0].content)
    yield numbering, tenants, tenants.read(path)
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def said(destination: object) -> tuple[str, str]:
    """A destination of either side in one form."""
    kind = type(destination).__name__
    field = {"Emergency": "number", "OnNet": "node", "OffNet": "number", "NotFound": "node"}[kind]
    value = getattr(destination, field, None) or getattr(destination, "reject", "")
    return kind, str(value)


@given(dialled=dial_strings, caller=st.sampled_from(["ann", "cyr"]))
def test_dialled(runtime: tuple[ModuleType, ModuleType, object], dialled: str, caller: str) -> None:
    numbering, _, data = runtime
    node = TENANT.node(f"novak/users/{caller}")
    assert isinstance(node, User)
    expected, _ = reference.analyse(TENANT, node, dialled)
    assert said(numbering.analyse(data, node.id, dialled)) == said(expected)


@given(dial_strings)
def test_numbers_of_carriers(runtime: tuple[ModuleType, ModuleType, object], number: str) -> None:
    numbering, tenants, _ = runtime
    assert numbering.called_number(number) == reference.called_number(number)
    fields = ("outside_prefix", "calling_code", "national_prefix", "international_prefix", "national_length")
    plan = tenants.DialPlan(*(getattr(TENANT.dial_plan, field) for field in fields))
    assert numbering.calling_number(plan, number) == reference.calling_number(TENANT.dial_plan, number)


@pytest.mark.parametrize(
    ("uri", "dialled"),
    [
        ("sip:1201@x", "1201"),
        ("sip:1201;phone-context=a@x:5060;transport=tcp", "1201"),
        ("sip:6%23@x", "6#"),
        ("sip:6#@x", "6#"),
        ("sip:15%2A%2a@x", "15**"),
        ("sip:1201:secret@x", "1201"),
        ("SIPS:1201@x", "1201"),
        ("sip:x", ""),
        ("tel:+420-602.111(222);phone-context=x", "+420602111222"),
        ("URN:service:SOS.fire", "urn:service:sos.fire"),
    ],
)
def test_dial_string_of_a_uri(runtime: tuple[ModuleType, ModuleType, object], uri: str, dialled: str) -> None:
    assert runtime[0].dialled(uri) == dialled


def test_tenants_are_kept_within_bounds(runtime: tuple[ModuleType, ModuleType, object], tmp_path: Path) -> None:
    for number in range(5):
        other = replace(TENANT, id=f"t{number}")
        (tmp_path / f"t{number}.py").write_bytes(TARGET.emit_tenant(platform(), other)[0].content)
    directory = runtime[1].Directory(tmp_path, 2)
    first = directory.tenant("t0")
    for number in range(5):
        assert directory.tenant(f"t{number}").id == f"t{number}"
        assert directory.tenant("t0") is first  # in use all the time, so it stays
        assert len(directory) <= 2
    with pytest.raises(FileNotFoundError):
        directory.tenant("nobody")


def test_data_of_another_format_is_refused(runtime: tuple[ModuleType, ModuleType, object], tmp_path: Path) -> None:
    content = TARGET.emit_tenant(platform(), TENANT)[0].content.replace(b"FORMAT = 3", b"FORMAT = 4")
    (tmp_path / "novak.py").write_bytes(content)
    with pytest.raises(ValueError, match="format 4"):
        runtime[1].read(tmp_path / "novak.py")
