"""A simple attendant for the exchange to call: one key a menu, no time, no audio; what it says is written down.

It stands for the real one where only the exchange is tried: what it is told in an errand, and what becomes of the
errands it gives back. Menus are followed as far as `tests.strategies_answering` makes them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tests.runtime.fake_ksr import Address, Kamailio, Message
from tests.runtime.harness import ATTENDANT, OWN, SDP, Peers, answer_of, load_runtime

from ringplan.ir import (
    Action,
    Announcement,
    Callback,
    HangUp,
    Ivr,
    Menu,
    Program,
    Reject,
    Transfer,
)

ROUNDS = 3
"""How often an employee is asked for a number."""


def errands() -> Any:
    """The runtime's module of that name."""
    return importlib.import_module(f"{load_runtime().__name__}.errands")


class Attendant:
    """Answers, speaks, and calls back what a caller's keys say."""

    def __init__(self, program: Program, kamailio: Kamailio, presses: tuple[str, ...] = ()) -> None:
        assert program.platform.attendant is not None
        self.address = Address("udp", program.platform.attendant.host, program.platform.attendant.port)
        self.heard: list[str] = []
        self.visits: list[Any] = []
        """The errands of all calls that came."""
        self.called_back: tuple[str, str] | None = None
        self.answered_by: str | None = None
        """Who is connected with the caller in the end: a phone or trunk, or the IVR that hung up."""
        self.first: Message | None = None
        """The answer to a call of its own, of the first party."""
        self.last: Message | None = None
        """And of the second."""
        self._program, self._kamailio, self._presses = program, kamailio, iter(presses)
        self._calls = 0
        peers = kamailio.peers
        assert isinstance(peers, Peers)
        peers.attendant = self.called

    @property
    def key(self) -> bytes:
        """The site's secret."""
        handler: Any = self._kamailio.handler
        return bytes(handler._core.key)

    # -- calls that come

    def called(self, request: Message) -> Callable[[], None] | None:
        """The exchange brings a call; what comes within one is answered."""
        if request.method != "INVITE" or request.name_addr("To").parameter("tag") is not None:
            self._reply(request, 202 if request.method == "REFER" else 200, "OK")
            return None
        (text,) = request.all(errands().HEADER)
        errand = errands().read(self.key, request.call_id, text)
        assert errand is not None, "an errand that is not the exchange's"
        self.visits.append(errand)
        tenant = self._program.tenant(errand.tenant)
        match tenant.node(errand.node):
            case Ivr() as ivr:
                self._reply(request, 200, "OK")
                self._kamailio.clock.later(20, lambda: self._menu(errand, ivr, ivr.open))
            case Announcement() as node:
                self.heard += [node.prompt] * node.times
                self._reply(request, 183, "Session Progress")
                self._reply(request, node.code, node.reason, 500)
            case Reject() as node:
                assert errand.kind == errands().TREAT
                assert node.prompt is not None
                self.heard.append(node.prompt)
                self._reply(request, 183, "Session Progress")
                self._reply(request, node.code, node.reason, 500)
            case Callback() as node:
                self.called_back = (node.id, errand.number)
                self._reply(request, 486, "Busy Here")
            case node:
                raise AssertionError(f"a call to {node.id} for the attendant")
        return lambda: self._reply(request, 487, "Request Terminated")

    def _reply(self, request: Message, code: int, reason: str, delay_ms: int = 10) -> None:
        answer = answer_of(request, ATTENDANT, code, reason, f"<sip:attendant@{self.address.host}:{self.address.port}>")
        self._kamailio.clock.later(delay_ms, lambda: self._kamailio.received_reply(request, answer))

    # -- menus

    def _menu(self, errand: Any, ivr: Ivr, menu: Menu) -> None:
        if menu.greeting is not None:
            self.heard.append(menu.greeting)
        pressed = next(self._presses, "")[:1]
        retry = menu.no_input if not pressed else menu.invalid
        if pressed in dict(menu.keys):
            self._do(errand, ivr, dict(menu.keys)[pressed], menu)
            return
        self.heard += [retry.prompt] if retry.prompt is not None else []
        self._do(errand, ivr, retry.then, None)

    def _do(self, errand: Any, ivr: Ivr, action: Action, failing: Menu | None) -> None:
        """One action; ``failing``: the menu that says what follows a transfer nobody takes."""
        match action:
            case Transfer(to, prompt):
                self.heard += [prompt] if prompt is not None else []
                diversions = [*errand.diversions]
                tenant = self._program.tenant(errand.tenant)
                if not isinstance(tenant.node(to), Reject | Announcement):
                    diversions.append((ivr.id, "unconditional"))
                going = errand._replace(kind=errands().ENTER, node=to, diversions=tuple(diversions))
                self.dial(going, lambda reply: self._ended(reply, errand, ivr, failing))
            case HangUp(prompt):
                self.heard += [prompt] if prompt is not None else []
                self.answered_by = ivr.id
            case _:
                raise AssertionError(f"{action} is not for this attendant")

    def _ended(self, reply: Message, errand: Any, ivr: Ivr, failing: Menu | None) -> None:
        if 200 <= reply.code < 300:
            tag = reply.name_addr("To").parameter("tag")
            if tag != ATTENDANT:  # else the menu within goes on
                self.answered_by = unquote(tag or "")
        elif failing is None:
            self.answered_by = ivr.id
        else:
            self.heard += [failing.failed.prompt] if failing.failed.prompt is not None else []
            self._do(errand, ivr, failing.failed.then, None)

    # -- calls of its own

    def click(self, user: str, dialled: str, withheld: bool = False) -> None:
        """Click-to-dial: the user's own phones ring, then what he clicked is called."""
        tenant = user.partition("/")[0]
        own = errands().Errand(errands().OWN_PHONES, tenant, user=user, dialled=dialled)
        going = errands().Errand(errands().DIAL, tenant, user=user, dialled=dialled, private=withheld)

        def answered(reply: Message) -> None:
            self.first = reply
            if reply.code == 200:
                self.dial(going, self._connected)

        self.dial(own, answered)

    def call_back(self, callback: Callback, number: str) -> None:
        """Calls an employee back, who accepts or does not, and connects him with what he dials."""
        tenant = callback.id.partition("/")[0]
        errand = errands().Errand(errands().EMPLOYEE, tenant, node=callback.id, dialled=number)

        def answered(reply: Message) -> None:
            self.first = reply
            if reply.code == 200:
                self.heard.append(callback.accept)
                if next(self._presses, "") == "1":
                    self._ask(callback, dict(callback.allowed)[number], 1)
                else:
                    self.answered_by = callback.id

        self.dial(errand, answered)

    def _ask(self, callback: Callback, user: str, round_: int) -> None:
        dialled = "" if round_ > ROUNDS else next(self._presses, "")
        if round_ <= ROUNDS:
            self.heard.append(callback.ask)
        if not dialled:
            self.answered_by = callback.id
            return
        tenant = callback.id.partition("/")[0]
        errand = errands().Errand(errands().DIAL, tenant, user=user, dialled=dialled)

        def ended(reply: Message) -> None:
            if reply.code == 200:
                self._connected(reply)
                return
            directly = reply.reason == "Dial Emergency Numbers Directly"
            self.heard.append(callback.directly if directly else callback.failed)
            self._ask(callback, user, round_ + 1)

        self.dial(errand, ended)

    def _connected(self, reply: Message) -> None:
        self.last = reply
        tag = reply.name_addr("To").parameter("tag")
        if reply.code == 200 and tag != ATTENDANT:
            self.answered_by = unquote(tag or "")

    # -- calls that go

    def dial(self, errand: Any, ended: Callable[[Message], None] = lambda reply: None, **changed: Any) -> Message:
        """Gives the exchange a call to do; ``changed``: fields of the message that are not as they should be."""
        self._calls += 1
        call_id = f"attendant-{self._calls}"
        name, _, value = errands().header(self.key, call_id, errand).partition(": ")
        message = self.message(call_id, [(name, value.strip())], **changed)
        self._kamailio.listeners[message.via_branch] = lambda reply: ended(reply) if reply.code >= 200 else None
        self._kamailio.receive(message)
        return message

    def message(self, call_id: str, headers: list[tuple[str, str]], source: Address | None = None) -> Message:
        """An INVITE of the attendant."""
        uri = f"sip:attendant@{OWN.host}:{OWN.port}"
        own = f"sip:attendant@{self.address.host}:{self.address.port}"
        fixed = [
            ("From", f"<{own}>;tag={call_id}"),
            ("To", f"<{uri}>"),
            ("Call-ID", call_id),
            ("CSeq", "1 INVITE"),
            ("Max-Forwards", "70"),
            ("Contact", f"<{own}>"),
        ]
        branch = f"z9hG4bK{call_id}.{len(self._kamailio.answers)}"
        return Message([*fixed, *headers], source or self.address, OWN, "INVITE", uri, body=SDP, via_branch=branch)
