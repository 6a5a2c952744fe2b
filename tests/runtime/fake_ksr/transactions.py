"""What tm does with an INVITE: branches, timers, picking an answer, failure routes.

Facts from tm of Kamailio 5.6.3 (t_reply.c) with the parameters of our kamailio.cfg: ``failure_reply_mode`` 3,
``disable_6xx_block`` 1, ``restart_fr_on_each_reply`` 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .context import Context
from .draft import Draft, Edits
from .sip import Message

if TYPE_CHECKING:
    from .kamailio import Kamailio

_CLASS_PRIORITY = {3: 3000, 4: 4000, 5: 5000, 6: 1000}
_PREFERRED_4XX = (401, 407, 415, 420, 484)


def priority(code: int) -> int:
    """Lower is better (``get_prio``)."""
    extra = 100 if 400 <= code < 500 and code not in _PREFERRED_4XX else 0
    return _CLASS_PRIORITY[code // 100] + extra + code % 100


@dataclass
class Branch:
    """One request sent on."""

    index: int
    attempt: int
    """Counts the calls of t_relay that opened branches."""
    sent: Message
    on: dict[str, str]
    fr_inv_ms: int
    """How long it may ring."""
    last_code: int = 0
    reply: Message | None = None
    """None after a local timeout."""
    replied: bool = False
    timed_out: bool = False
    cancel_asked: bool = False
    cancel_sent: bool = False
    silence_timer: int = 0
    """Counts its starts, so that only the last one counts."""
    ringing_timer: int = 0
    """Counts its starts, so that only the last one counts; 0: not started."""
    dropped: bool = False
    """Its answer was forgotten because a failure route opened others."""


@dataclass
class Transaction:
    """One request of a caller and everything that was done about it."""

    kamailio: Kamailio
    draft: Draft
    variables: dict[str, list[str]]
    flags: set[int]
    branches: list[Branch] = field(default_factory=list)
    attempts: int = 0
    status: int = 0
    """Last code sent to the caller."""
    last_answer: Message | None = None
    cancelled: bool = False
    fr_ms: int = 5_000
    fr_inv_ms: int = 180_000

    # -- opening branches

    def relay(self, context: Context) -> int:
        """Open a branch for the request URI if it is new, and for every further branch noted."""
        draft = context.request
        targets = [(draft.ruri, draft.destination_uri, draft.branch_flags)] if draft.ruri_is_new else []
        targets += draft.branches
        draft.ruri_is_new, draft.branches = False, []
        if context.timers is not None:
            self.fr_inv_ms, self.fr_ms = context.timers
        self.attempts += 1
        opened = [self._open(context, *target) for target in targets]
        return 1 if any(opened) else -1

    def _open(self, context: Context, ruri: str, destination_uri: str | None, branch_flags: int) -> bool:
        if len(self.branches) >= self.kamailio.configuration.most_branches:
            return False
        own = context.request.for_branch(ruri, destination_uri, branch_flags)
        inner = Context("branch", own.message, own.edits, context.flags, self.variables, own, self)
        if "branch" in context.on:
            self.kamailio.run(context.on["branch"], inner)
        if inner.dropped:
            return False
        name = f"z9hG4bK{id(self):x}.{len(self.branches)}"
        sent = own.outgoing(self.kamailio.own, name)
        branch = Branch(len(self.branches), self.attempts, sent, dict(context.on), self.fr_inv_ms)
        self.branches.append(branch)
        self._start_silence_timer(branch)
        self.kamailio.send(self, branch)
        return True

    def _start_silence_timer(self, branch: Branch) -> None:
        branch.silence_timer += 1
        started = branch.silence_timer
        self.kamailio.clock.later(self.fr_ms, lambda: self._silent(branch, started))

    def _silent(self, branch: Branch, started: int) -> None:
        if not branch.replied and branch.last_code < 200 and branch.silence_timer == started:
            self._time_out(branch)

    def _start_ringing_timer(self, branch: Branch) -> None:
        branch.ringing_timer += 1
        started = branch.ringing_timer
        self.kamailio.clock.later(self.fr_inv_ms, lambda: self._rang_too_long(branch, started))

    def _rang_too_long(self, branch: Branch, started: int) -> None:
        if branch.last_code < 200 and branch.ringing_timer == started:
            self._cancel(branch)
            self._time_out(branch)

    def _change_timers(self, fr_inv_ms: int, fr_ms: int) -> None:
        """From an answer's route: what is running and was changed starts anew (``change_fr``)."""
        rings, waits = fr_inv_ms != self.fr_inv_ms, fr_ms != self.fr_ms
        self.fr_inv_ms, self.fr_ms = fr_inv_ms, fr_ms
        for branch in self.branches:
            if branch.last_code >= 200:
                continue
            if branch.ringing_timer and rings:
                self._start_ringing_timer(branch)
            elif not branch.replied and waits:
                self._start_silence_timer(branch)

    def _time_out(self, branch: Branch) -> None:
        branch.timed_out = True
        self._final(branch, 408, None)

    # -- answers

    def receive(self, branch: Branch, reply: Message) -> None:
        """A reply of a branch."""
        if branch.last_code >= 200 and not (200 <= reply.code < 300):
            return
        branch.replied = True
        edits = Edits()
        if "reply" in branch.on:
            context = Context("reply", reply, edits, self.flags, self.variables, None, self, branch)
            self.kamailio.run(branch.on["reply"], context)
            if context.timers is not None:
                self._change_timers(*context.timers)
            if context.dropped and reply.code < 200:
                return
        if reply.code < 200 and not branch.ringing_timer:
            self._start_ringing_timer(branch)
        if reply.code < 300:
            branch.last_code = max(branch.last_code, reply.code)
            self._pass_on(branch, reply, edits)
        else:
            self._final(branch, reply.code, reply)

    def _pass_on(self, branch: Branch, reply: Message, edits: Edits) -> None:
        if reply.code < 200 and branch.cancel_asked and not branch.cancel_sent:
            self._cancel(branch)
        if reply.code == 100 or (self.status >= 200 and reply.code < 200):
            return
        if reply.code >= 200:
            self.cancel_pending()
        self.kamailio.answer(self, reply.code, reply.reason, reply, edits)

    def _final(self, branch: Branch, code: int, reply: Message | None) -> None:
        """A negative final answer: pick the best when all branches have one, ask the failure route, pass it on."""
        if branch.last_code >= 200:
            return
        branch.last_code, branch.reply = code, reply
        if self.status >= 200 or any(other.last_code < 200 for other in self.branches):
            return
        picked = min((other for other in self.branches if not other.dropped), key=lambda b: priority(b.last_code))
        before = len(self.branches)
        if "failure" in picked.on:
            self._run_failure(picked)
        if self.status >= 200:
            return
        if len(self.branches) > before:
            for other in self.branches[:before]:
                other.dropped = True
            return
        reason = picked.reply.reason if picked.reply is not None else "Request Timeout"
        self.kamailio.answer(self, picked.last_code, reason, picked.reply, Edits())

    def _run_failure(self, picked: Branch) -> None:
        base = self.draft
        draft = base.for_branch(picked.sent.ruri, None, 0)
        draft.ruri_is_new = False
        context = Context("failure", base.message, draft.edits, self.flags, self.variables, draft, self, picked)
        self.kamailio.run(picked.on["failure"], context)

    # -- giving up

    def cancel(self) -> None:
        """The caller gave up."""
        self.cancelled = True
        self.cancel_pending()

    def cancel_pending(self, keep: Branch | None = None) -> None:
        """Cancel the branches that have no final answer; those that said nothing, as soon as they say something."""
        for branch in self.branches:
            if branch is not keep and branch.last_code < 200:
                branch.cancel_asked = True
                if branch.replied:
                    self._cancel(branch)

    def _cancel(self, branch: Branch) -> None:
        branch.cancel_asked = True
        if not branch.cancel_sent:
            branch.cancel_sent = True
            self.kamailio.send_cancel(branch)
