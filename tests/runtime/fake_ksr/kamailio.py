"""A Kamailio of one worker: gives messages to the handler and sends on what the handler decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from .clock import Clock
from .context import Context
from .draft import Draft, Edits
from .sip import Address, Headers, Message
from .strict import gap
from .transactions import Branch, Transaction


class Peers(Protocol):
    """Everybody who can be called."""

    def called(self, request: Message) -> Callable[[], None] | None:
        """A request arrives; the answer is what to do when it is cancelled. None: nobody is there."""


@dataclass(frozen=True)
class Contact:
    """Where a phone is registered."""

    uri: str
    received: str | None = None


@dataclass(frozen=True)
class Configuration:
    """What the fake takes from the emitted kamailio.cfg."""

    stripped: dict[str, list[str]]
    """Native routes: patterns of the headers they remove."""
    tables: dict[str, int | None]
    """htables and the value they begin with; None: none, so nothing can be counted in them."""
    most_branches: int = 12

    @classmethod
    def read(cls, text: str) -> Configuration:
        """Routes and tables; a route that does anything but remove headers is a gap."""
        routes = {}
        for name, body in re.findall(r"^route\[(\w+)\] \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
            patterns = re.findall(r'^\tremove_hf_re\("(.*)"\);$', body, re.MULTILINE)
            if len(patterns) != len(body.strip().splitlines()):
                raise gap(f"route[{name}] does something the fake does not know: {body}")
            routes[name] = patterns
        tables = {}
        for name, options in re.findall(r'^modparam\("htable", "htable", "(\w+)=>(.*)"\)$', text, re.MULTILINE):
            initial = re.search(r"\binitval=(\d+)", options)
            tables[name] = int(initial[1]) if initial else None
        most = re.search(r"^max_branches=(\d+)$", text, re.MULTILINE)
        return cls(routes, tables, int(most[1]) if most else 12)


@dataclass
class Kamailio:
    """One worker with everything it shares."""

    own: Address
    configuration: Configuration
    peers: Peers
    clock: Clock = field(default_factory=Clock)
    handler: object = None
    location: dict[str, list[Contact]] = field(default_factory=dict)
    """Address of record to contacts."""
    tables: dict[str, dict[str, object]] = field(default_factory=dict)
    relay_is_up: bool = True
    flooded: bool = False
    """Whether pike finds that the sender sends too much."""
    media: dict[str, str] = field(default_factory=dict)
    """Call-ID to ``offered`` or ``answered``."""
    answers: list[tuple[str, Message]] = field(default_factory=list)
    """What was sent back: transaction and reply."""
    sent: list[tuple[Transaction, Branch]] = field(default_factory=list)
    """Every branch, in the order in which it was sent."""
    stateless: list[Message] = field(default_factory=list)
    """Requests sent on without a transaction (ACK)."""
    cancelled: list[Branch] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    transactions: dict[tuple[str, str], Transaction] = field(default_factory=dict)
    stack: list[Context] = field(default_factory=list)
    locked: str | None = None
    """The slot of an htable that is locked, by table and key."""
    listeners: dict[str, Callable[[Message], None]] = field(default_factory=dict)
    """Who is told of the answers to a request, by its branch."""
    _on_cancel: dict[int, Callable[[], None]] = field(default_factory=dict)

    # -- running handlers

    @property
    def context(self) -> Context:
        """Of the handler that is running."""
        if not self.stack:
            raise gap("a KSR function was called outside of every handler")
        return self.stack[-1]

    def run(self, name: str, context: Context) -> None:
        """Run a handler by name; a misspelt name is silence in a real Kamailio, and an error here."""
        handler = getattr(self.handler, name, None)
        if handler is None:
            raise gap(f"there is no handler {name}")
        with self._running(context):
            try:
                result = handler(None)
            except Exception as error:
                raise gap(f"{name} let {error!r} out: the next request of the worker would die of it") from error
        if type(result) is not int:
            raise gap(f"{name} returned {result!r}")
        if self.locked is not None:
            raise gap(f"{name} left {self.locked} locked: every worker would wait for it")

    @contextmanager
    def _running(self, context: Context) -> Iterator[None]:
        self.stack.append(context)
        try:
            yield
        finally:
            self.stack.pop()

    # -- from the network

    def receive(self, message: Message) -> None:
        """A request arrives."""
        draft = Draft(message, message.ruri)
        self.run("ksr_request_route", Context("request", message, draft.edits, draft.flags, {}, draft))

    def find(self, message: Message, method: str | None = None) -> Transaction | None:
        """The transaction of a request, or the one a CANCEL or ACK is about."""
        return self.transactions.get((message.via_branch, method or message.method))

    def final_answers(self, message: Message) -> list[Message]:
        """What the sender of a request got, without provisional answers."""
        key = (message.via_branch, message.method)
        return [reply for branch, reply in self.answers if (branch, reply.method) == key and reply.code >= 200]

    # -- to the network

    def relay(self, context: Context) -> int:
        """t_relay."""
        message = context.message
        if message.method == "ACK":
            self.stateless.append(context.request.outgoing(self.own, ""))
            return 1
        if message.method == "CANCEL":
            return self._relay_cancel(message)
        if context.transaction is None:
            transaction = Transaction(self, context.request, context.variables, context.flags)
            self.transactions[(message.via_branch, message.method)] = transaction
            context.transaction = transaction
            if message.method == "INVITE":
                self.answers.append((message.via_branch, self._reply(message, 100, "Trying", None, Edits(), [])))
        return context.transaction.relay(context)

    def _relay_cancel(self, message: Message) -> int:
        transaction = self.find(message, "INVITE")
        if transaction is None:
            return -1
        self.answers.append((message.via_branch, self._reply(message, 200, "canceling", None, Edits(), [])))
        transaction.cancel()
        return 1

    def send(self, transaction: Transaction, branch: Branch) -> None:
        """A branch leaves; the peers answer later."""
        self.sent.append((transaction, branch))
        on_cancel = self.peers.called(branch.sent)
        if on_cancel is not None:
            self._on_cancel[id(branch)] = on_cancel

    def send_cancel(self, branch: Branch) -> None:
        """A CANCEL leaves."""
        self.cancelled.append(branch)
        on_cancel = self._on_cancel.get(id(branch))
        if on_cancel is not None:
            on_cancel()

    def received_reply(self, sent: Message, reply: Message) -> None:
        """A peer answers a branch."""
        for transaction, branch in self.sent:
            if branch.sent is sent:
                transaction.receive(branch, reply)
                return
        raise AssertionError("an answer to nothing")

    def answer(
        self,
        transaction: Transaction,
        code: int,
        reason: str,
        reply: Message | None,
        edits: Edits,
        headers: Headers | None = None,
    ) -> None:
        """A reply of a transaction goes to the caller; after a final one only further 2xx do."""
        if transaction.status >= 200 and not 200 <= code < 300:
            return
        request = transaction.draft.message
        message = self._reply(request, code, reason, reply, edits, headers or [])
        transaction.status, transaction.last_answer = code, message
        self._send_back(request.via_branch, message)

    def answer_statelessly(self, context: Context, code: int, reason: str) -> None:
        """A reply without a transaction."""
        message = self._reply(context.message, code, reason, None, Edits(), context.reply_headers)
        self._send_back(context.message.via_branch, message)

    def _send_back(self, branch: str, reply: Message) -> None:
        """A reply leaves; who waits for it gets it when everything else at this moment is done."""
        self.answers.append((branch, reply))
        listener = self.listeners.get(branch)
        if listener is not None:
            self.clock.later(0, lambda: listener(reply))

    def _reply(
        self, request: Message, code: int, reason: str, reply: Message | None, edits: Edits, extra: Headers
    ) -> Message:
        if reply is None:
            headers = [(name, request.get(name) or "") for name in ("From", "To", "Call-ID", "CSeq")]
            body = ""
        else:
            headers = [item for at, item in enumerate(reply.headers) if at not in edits.removed]
            # The uac module puts the caller's own From back.
            headers = [(key, request.get("From") or "" if key == "From" else value) for key, value in headers]
            body = reply.body if edits.body is None else edits.body
        headers += [*edits.appended, *extra]
        return Message(headers, self.own, request.source, request.method, "", code, reason, body, request.via_branch)
