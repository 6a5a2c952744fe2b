"""An attendant with a media relay, and the test in place of the exchange: it has the site's secret."""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from tests.targets.kamailio.program import SPAN, platform, secrets, tenant
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp
from tests.targets.kamailio.stack import Stack

import ringplan_kamailio
from ringplan.ir import (
    Announcement,
    Attendant,
    HangUp,
    Ivr,
    Menu,
    Node,
    Platform,
    Play,
    Program,
    Prompt,
    Repeat,
    Retry,
    Submenu,
    Tenant,
    Transfer,
)
from ringplan.target import emit
from ringplan_kamailio import TARGET, site


def _errands() -> ModuleType:
    """The runtime's own module."""
    path = Path(ringplan_kamailio.__file__).parent / "runtime" / "ringplan_runtime" / "errands.py"
    spec = spec_from_file_location("ringplan_errands", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


errands = _errands()
_NAMES = ("greeting", "sorry", "closed", "hello")


def prompt(name: str) -> str:
    """Id of a prompt of the test's tenant."""
    return f"novak/prompts/{name:0<16}"


def attendant_of(lane: int) -> Attendant:
    return Attendant(f"127.0.{lane}.9", 5080, 5081, 2, SPAN)


def place_platform(lane: int) -> Platform:
    """The platform of `program`, with an attendant."""
    return replace(platform(lane), attendant=attendant_of(lane))


_HANG_UP = HangUp(None)


def menu(keys: Mapping[str, Any], **more: Any) -> Menu:
    """A menu whose times are short."""
    fields: dict[str, Any] = {
        "greeting": prompt("greeting"),
        "keys": tuple(sorted(keys.items())),
        "dial_extensions": True,
        "barge_in": True,
        "first_digit_ms": 1500,
        "inter_digit_ms": 600,
        "no_input": Retry(0, None, _HANG_UP),
        "invalid": Retry(1, prompt("sorry"), _HANG_UP),
        "failed": Retry(1, prompt("sorry"), _HANG_UP),
    }
    return Menu(**(fields | more))


def ivr(name: str, opened: Menu) -> Ivr:
    return Ivr(
        id=f"novak/ivr/{name}",
        name=name,
        extension=None,
        number=None,
        external_number=None,
        language="en",
        holidays=None,
        hours=None,
        open=opened,
        closed=None,
        holiday=None,
        max_ms=600_000,
        plan="novak/calling_plan",
        span=SPAN,
    )


def place_tenant() -> Tenant:
    """The tenant of `program`, with two menus and an announcement."""
    base = tenant()
    keys = {
        "1": Transfer("novak/users/ann", None),
        "2": Transfer("novak/users/bob", prompt("hello")),
        "3": Transfer("novak/announcements/closed", None),
        "4": Transfer("novak/ivr/second", None),
        "7": Play(prompt("hello")),
        "8": Submenu("novak/ivr/second"),
        "9": HangUp(prompt("hello")),
    }
    nodes: list[Node] = [
        *base.nodes,
        ivr("main", menu(keys)),
        ivr("second", menu({"1": Repeat()}, greeting=None)),
        Announcement("novak/announcements/closed", "closed", None, None, prompt("closed"), 1, 480, "Closed", SPAN),
    ]
    prompts = tuple(Prompt(prompt(name), "en", name, None, f"{name:0<16}", SPAN) for name in sorted(_NAMES))
    return replace(base, nodes=tuple(sorted(nodes, key=lambda node: node.id)), prompts=prompts)


def tone(ms: int) -> bytes:
    """An .au file of so many milliseconds: A-law, 8 kHz, a loud square wave."""
    size = 8 * ms
    return struct.pack(">4s5I", b".snd", 24, size, 27, 8000, 1) + (b"\x2a" * 8 + b"\xaa" * 8) * (size // 16)


PROMPT_MS = 400


class AttendantStack(Stack):
    """A running attendant and media relay, with no exchange."""

    def __init__(self, lane: int, folder: Path) -> None:
        super().__init__(Program(place_platform(lane), (place_tenant(),)), folder)
        self.lane = lane
        self.attendant = attendant_of(lane)

    def __enter__(self) -> AttendantStack:
        for artifact in emit([TARGET], self.program):
            path = self.bundle / artifact.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(artifact.content)
        for name in ("hold", "ringback", *(f"novak/{name:0<16}" for name in _NAMES)):
            path = self.bundle / "prompts" / f"{name}.au"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tone(PROMPT_MS))
        site.activate(self.bundle, self.site, secrets(self.program.tenants))
        try:
            self.start_relay()
            self.start_attendant()
        except BaseException:
            self.stop()
            raise
        return self

    def start_relay(self) -> Any:
        relay = self.program.platform.relays[0]
        command = [
            *("rtpengine", "--config-file=none", "--foreground", "--log-stderr", "--log-level=5", "--table=-1"),
            *(f"--interface={relay.address}", f"--listen-ng={relay.control_host}:{relay.control_port}"),
            *(f"--port-min={relay.port_min}", f"--port-max={relay.port_max}", "--delete-delay=0"),
            f"--dtmf-log-dest={self.attendant.host}:{self.attendant.digits_port}",
        ]
        started = self._start(command, self.folder / "rtpengine.log", dict(os.environ))
        self._wait_for_relay()
        return started

    def _wait_for_relay(self) -> None:
        """Until it answers: the attendant leaves a relay that does not alone for a while."""
        end = time.monotonic() + 10
        while True:
            try:
                self.relay_calls()
                return
            except OSError:
                assert time.monotonic() < end, "rtpengine does not answer"
                time.sleep(0.05)

    def start_attendant(self) -> None:
        command = site.command(self.bundle, self.site, "attendant")
        self._start(command, self.log, os.environ | site.environment(self.bundle, self.site, "attendant"))
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            try:
                self.rpc("core.version")
                return
            except site.SiteError:
                if self.processes[-1].poll() is not None:
                    break
                time.sleep(0.1)
        raise AssertionError(self.log.read_text("utf-8", "replace"))

    def rpc(self, method: str, *parameters: str | int) -> Any:
        return site.rpc(self.site, method, *parameters, role="attendant", timeout=1.0)

    @property
    def key(self) -> bytes:
        return bytes.fromhex((self.site / "token.key").read_text("ascii"))

    # -- what is left behind

    def table(self, name: str) -> dict[str, Any]:
        """An htable, by key."""
        slots = self.rpc("htable.dump", name) or []
        return {item["name"]: item["value"] for slot in slots for item in slot["slot"]}

    def nothing_left(self, seconds: float = 3.0, transactions: bool = False) -> None:
        """Waits until no session, leg, call at the relay, and maybe transaction, is there."""
        end = time.monotonic() + seconds
        while True:
            left = {
                "sessions": [str(value)[:120] for value in self.table("sessions").values()],
                "legs": list(self.table("legs")),
                "transactions": self.rpc("tm.stats")["current"] if transactions else 0,
                "relay": self.relay_calls(),
            }
            if not any(left.values()):
                return
            assert time.monotonic() < end, left
            time.sleep(0.1)

    def relay_calls(self) -> list[str]:
        """Calls the media relay has."""
        relay = self.program.platform.relays[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1.0)
            command = f'{uuid4().hex} {{"command": "list", "limit": 100}}'  # the same cookie gets the same answer
            channel.connect((relay.control_host, relay.control_port))
            channel.send(command.encode())
            return re.findall(r'"([0-9a-f]{32})"', channel.recv(65535).decode())


class Strange(Endpoint):
    """An endpoint that can send what is no text, where it is told to say STRANGE."""

    def send(self, text: str, to: tuple[str, int] | None = None) -> None:
        self.socket.sendto(text.encode().replace(b"STRANGE", b"\xff\xfe\x80\xf8\xc3\xfa\xc3"), to or self.exchange)


@contextmanager
def exchange(stack: AttendantStack) -> Iterator[Endpoint]:
    """The test as the exchange: on its address, and all that is sent goes to the attendant."""
    with Strange(f"127.0.{stack.lane}.1", (stack.attendant.host, stack.attendant.port), user="exchange") as endpoint:
        yield endpoint


def visit(stack: AttendantStack, endpoint: Endpoint, node: str, kind: str = "visit", **more: Any) -> Dialog:
    """Brings a call to the attendant, as the exchange does; ``offer``: its description."""
    offer, extra = more.pop("offer", sdp(endpoint.host)), more.pop("extra", "")
    errand = errands.Errand(kind, "novak", node=f"novak/{node}", number="+420777888999", called="1800", **more)
    call = Dialog(endpoint, uuid4().hex, "<sip:+420777888999@exchange.example.net>")
    call.uri, call.body = f"sip:attendant@{stack.attendant.host}:{stack.attendant.port}", offer
    call.headers = (
        f"Record-Route: <sip:{endpoint.host};lr;tk=x>\r\n"
        f"From: {call.from_};tag={call.tag}\r\nTo: <{call.uri}>\r\nContact: {endpoint.contact}\r\n{extra}"
        f"{errands.header(stack.key, call.id, errand)}"
    )
    call.last = endpoint.request("INVITE", call.uri, call.id, call.headers, call.body)
    return call


def errand_of(stack: AttendantStack, message: Message) -> Any:
    """What the attendant wants the exchange to do."""
    errand = errands.read(stack.key, message.header("Call-ID"), message.header(errands.HEADER))
    assert errand is not None
    return errand
