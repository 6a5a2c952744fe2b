"""What the target writes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.kamailio.program import HOSTILE, platform, program, tenant

from ringplan.ir import Tenant, User
from ringplan.target import Capability, emit
from ringplan_kamailio import TARGET
from ringplan_kamailio.emit_config import configuration
from ringplan_kamailio.sip_text import NAME_LENGTH, display_name


def files() -> dict[str, bytes]:
    """The bundle by path."""
    return {artifact.path: artifact.content for artifact in emit([TARGET], program())}


def named(name: str) -> Tenant:
    """The tenant in which everything a person may write is ``name``."""
    base = tenant()
    nodes = tuple(
        replace(node, name=name, identity=replace(node.identity, internal_name=name))
        if isinstance(node, User)
        else node
        for node in base.nodes
    )
    return replace(base, name=name, nodes=nodes)


def test_capabilities() -> None:
    assert frozenset(Capability) - TARGET.capabilities == {Capability.RECORDING, Capability.TRANSPORT_TLS}


def test_files() -> None:
    paths = set(files())
    assert {
        "exchange/kamailio.cfg",
        "exchange/main.py",
        "exchange/platform.py",
        "exchange/tenants/novak.py",
        "exchange/ringplan_runtime/__init__.py",
        "exchange/ringplan_runtime/numbering.py",
    } <= paths
    assert not [path for path in paths if "__pycache__" in path or path.endswith((".pyc", ".pyi"))]


def test_runtime_is_shipped_verbatim() -> None:
    source = Path(sys.modules["ringplan_kamailio"].__file__ or "").parent / "runtime"
    for path, content in files().items():
        if "ringplan_runtime" in path or path.endswith("main.py"):
            assert (source / path.removeprefix("exchange/")).read_bytes() == content


@pytest.mark.parametrize("path", ["exchange/tenants/novak.py", "exchange/platform.py"])
def test_data_modules_are_data(path: str) -> None:
    first, *rest = ast.parse(files()[path]).body
    assert isinstance(first, ast.Expr)
    assert all(isinstance(statement, ast.Assign) for statement in rest)
    for statement in rest:
        ast.literal_eval(statement.value)  # type: ignore[attr-defined]


def test_nothing_personal_or_accidental() -> None:
    text = b"\n".join(content for path, content in files().items() if not path.endswith("runtime"))
    for word in (b"/work", b"/root", b"/tmp", b"pw of", os.uname().nodename.encode()):
        assert word not in text, word


def test_same_bytes_whatever_the_hash_seed() -> None:
    code = (
        "import hashlib\nfrom ringplan.target import emit\nfrom ringplan_kamailio import TARGET\n"
        "from tests.targets.kamailio.program import program\n"
        "print(hashlib.sha256(repr([(a.path, a.content) for a in emit([TARGET], program())]).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_names_never_leave_their_quotes(name: str) -> None:
    shown = display_name(name)
    assert "\r" not in shown
    assert "\n" not in shown
    assert shown.isprintable() or not shown.isascii()
    if shown:
        assert shown[0] == shown[-1] == '"'
        inner = shown[1:-1].replace("\\\\", "").replace('\\"', "")
        assert '"' not in inner
        assert "\\" not in inner
        assert len(shown) <= 2 * NAME_LENGTH + 2


def test_hostile_name() -> None:
    assert display_name(HOSTILE) == '"Ann \\"Q\\" \\\\ Nov\u00e1kov\u00e1 X-Evil: 1 # {{x}} %s"'
    assert display_name("\r\n\t ") == ""
    assert len(display_name("x" * 5000)) == NAME_LENGTH + 2


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_a_name_changes_only_its_own_value(name: str) -> None:
    lines = TARGET.emit_tenant(platform(), named(name))[0].content.decode().split("\n")
    other = TARGET.emit_tenant(platform(), named("plain"))[0].content.decode().split("\n")
    assert len(lines) == len(other)
    different = [line for line, was in zip(lines, other, strict=True) if line != was]
    assert all(line.startswith('    "novak/users/') for line in different)


def test_one_user_more_is_one_line_more_in_each_section() -> None:
    base = tenant()
    smaller = replace(base, nodes=tuple(node for node in base.nodes if node.id != "novak/users/bob"))
    lines = TARGET.emit_tenant(platform(), base)[0].content.decode().splitlines()
    fewer = TARGET.emit_tenant(platform(), smaller)[0].content.decode().splitlines()
    assert [line for line in fewer if line not in lines] == []
    assert len(lines) - len(fewer) == 3  # the user and his two accounts


def test_configuration() -> None:
    text = configuration(platform(flood=123))
    assert "listen=udp:127.0.22.1:5060\nlisten=tcp:127.0.22.1:5060\n" in text
    assert 'modparam("pike", "reqs_density_per_unit", 123)' in text
    assert 'modparam("rtpengine", "rtpengine_sock", "udp:127.0.22.5:2223=1")' in text
    assert "mhomed" not in text
    only_udp = replace(platform(), sockets=platform().sockets[:1])
    assert "disable_tcp=yes" in configuration(only_udp)
