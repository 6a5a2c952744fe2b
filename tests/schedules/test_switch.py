"""The operator's switch: what is said to Kamailio, and what is said when that fails."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.schedules.small import schedule, tenant
from typer.testing import CliRunner

from ringplan.cli import app
from ringplan_kamailio import emit_schedules, switches
from ringplan_kamailio.literals import module
from ringplan_kamailio.site import SiteError, _rpc_socket

OPEN, SALES = "novak/schedules/open", "novak/hunt_groups/sales"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose current generation has one tenant."""
    folder = tmp_path / "site"
    tenants = folder / "current" / "exchange" / "tenants"
    tenants.mkdir(parents=True)
    (folder / "run").mkdir()
    novak = tenant(replace(schedule("open"), id=OPEN))
    sections: dict[str, Any] = {"USERS": {"novak/users/eva": (1,)}, "SCHEDULES": emit_schedules.schedules(novak)}
    (tenants / "novak.py").write_bytes(module("A tenant.", sections | {"HUNT_GROUPS": {SALES: (1,)}}))
    return folder


class Answering:
    """Answers as jsonrpcs and htable do."""

    def __init__(self, channel: socket.socket) -> None:
        self.table: dict[str, str] = {}
        self._channel = channel

    def run(self) -> None:
        while True:
            data, sender = self._channel.recvfrom(1 << 16)
            if data == b"end":
                return
            request = json.loads(data)
            self._channel.sendto(json.dumps(self._answer(request["method"], *request["params"])).encode(), sender)

    def _answer(self, method: str, table: str, *rest: str) -> dict[str, Any]:
        assert table == "switches"
        match method, rest:
            case "htable.sets", (key, value):
                self.table[key] = value
                return {"result": "Ok. Key set to new value."}
            case "htable.delete", (key,) if key in self.table:
                del self.table[key]
                return {"result": "Ok. Key deleted."}
            case "htable.dump", ():
                items = [{"name": key, "value": value, "type": "str"} for key, value in self.table.items()]
                return {"result": [{"entry": at, "size": 1, "slot": [item]} for at, item in enumerate(items)]}
            case _:
                return {"error": {"code": 404, "message": "Key not found in htable."}}


@pytest.fixture
def kamailio(site: Path) -> Iterator[Answering]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        path = _rpc_socket(site)
        channel.bind(str(path))
        answering = Answering(channel)
        thread = Thread(target=answering.run)
        thread.start()
        yield answering
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"end", str(path))
        thread.join(5)
        path.unlink()


def test_switching(site: Path, kamailio: Answering) -> None:
    switches.switch(site, OPEN, False)
    switches.switch(site, SALES, True)
    assert kamailio.table == {OPEN: "0", SALES: "1"}
    assert switches.switches(site) == {SALES: True, OPEN: False}
    switches.switch(site, OPEN, None)
    switches.switch(site, OPEN, None)
    assert kamailio.table == {SALES: "1"}


def test_what_is_no_longer_in_the_manifest_can_be_taken_back(site: Path, kamailio: Answering) -> None:
    kamailio.table["novak/schedules/gone"] = "1"
    switches.switch(site, "novak/schedules/gone", None)
    assert kamailio.table == {}


@pytest.mark.parametrize("address", ["novak/schedules/opne", "novak/users/eva", "other/schedules/open", "../x", ""])
def test_nothing_else_can_be_switched(site: Path, kamailio: Answering, address: str) -> None:
    with pytest.raises(SiteError, match="is no schedule or hunt group of the current generation"):
        switches.switch(site, address, True)
    assert kamailio.table == {}


def test_no_answer(site: Path) -> None:
    with pytest.raises(SiteError, match="Kamailio does not answer"):
        switches.switch(site, OPEN, True)


def test_addresses(site: Path) -> None:
    assert switches.addresses(site, "novak") == [SALES, OPEN]
    assert switches.addresses(site, "other") == []
    assert switches.addresses(site, "../novak") == []


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["switch", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_the_command(site: Path, kamailio: Answering) -> None:
    assert run(site, OPEN, "off") == (0, "", f"{OPEN} is off\n")
    assert run(site, SALES, "on")[0] == 0
    assert run(site) == (0, f"{SALES} on\n{OPEN} off\n", "")
    assert run(site, OPEN, "auto") == (0, "", f"{OPEN} is as the manifest says\n")
    assert kamailio.table == {SALES: "1"}
    code, _, said = run(site, "novak/schedules/opne", "on")
    assert code == 2
    assert "a similar one exists: `novak/schedules/open`" in said
    assert run(site, OPEN)[::2] == (2, "error: say on, off or auto\n")
    assert run(site, OPEN, "maybe")[0] == 2


def test_the_command_without_kamailio(site: Path) -> None:
    code, _, said = run(site, OPEN, "on")
    assert code == 1
    assert said.startswith("error: Kamailio does not answer on ")
