"""The object Kamailio calls: every callback it may ask for, and no exception out of any of them.

As in ``exchange``: a callback that is missing, or one that raises, leaves an exception pending in the worker, and the
next request of anybody dies of it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps

import KSR

from . import answers, clicked, digits, requests, timers, waking
from .desk import Desk
from .events import Digit
from .shell import Shell
from .timers import Due

_Callback = Callable[..., int]


def _guarded(answer: bool) -> Callable[[_Callback], _Callback]:
    """Catches whatever a callback raises; ``answer``: there is a request that must get a final answer."""

    def decorate(callback: _Callback) -> _Callback:
        @wraps(callback)
        def guarded(self: Attendant, msg: object, name: object = None) -> int:
            try:
                return callback(self, msg, name)
            except UnicodeDecodeError:  # KEMI hands over text; what is none has no business in a header we read
                KSR.notice("not UTF-8\n")
                if answer:
                    KSR.sl.send_reply(400, "Bad Characters")
                return 1
            except Exception:  # the worker must live, whatever happened
                KSR.err("failed: " + traceback.format_exc().replace("\n", " | ") + "\n")
                if answer:
                    KSR.sl.send_reply(500, "Internal Error")
                return 1

        return guarded

    return decorate


class Attendant:
    """Handlers of one generation in one process."""

    __slots__ = ("_shell",)

    def __init__(self, desk: Desk) -> None:
        self._shell = Shell(desk)

    def child_init(self, rank: int) -> int:
        """A process starts, or has taken over this generation; sockets open at their first use."""
        return 0

    @_guarded(answer=True)
    def ksr_request_route(self, msg: object, name: object) -> int:
        """A request arrived."""
        requests.handle(self._shell)
        return 1

    @_guarded(answer=False)
    def ksr_reply_route(self, msg: object, name: object) -> int:
        """An answer arrived, before its transaction is known."""
        answers.arrived(self._shell)
        return 1

    @_guarded(answer=False)
    def ksr_uac_event(self, msg: object, name: object) -> int:
        """An INVITE of ours has its final answer."""
        answers.final(self._shell)
        return 1

    @_guarded(answer=False)
    def ksr_lres(self, msg: object, name: object) -> int:
        """An answer of ours was sent: its To tag is what the dialog is known by."""
        self._shell.desk.tag = str(KSR.pv.gete("$tt"))
        return 1

    @_guarded(answer=False)
    def ksr_continue(self, msg: object, name: object) -> int:
        """An INVITE that waited gets its answer."""
        self._shell.reply.continued()
        return 1

    @_guarded(answer=False)
    def ksr_nosip(self, msg: object, name: object) -> int:
        """A datagram that is no SIP: a media relay reports a key, or somebody clicks to dial."""
        if KSR.kx.get_rcvport() == self._shell.desk.clicks_port:
            clicked.received(self._shell)
            return 1
        if KSR.kx.get_srcip() not in self._shell.desk.sources:
            return 1
        found = digits.read(str(KSR.kx.get_msgbuf()))
        if found is not None:
            with self._shell.opened(found.session) as session:
                if session is not None and found.leg in session.legs:
                    self._shell.feed(session, Digit(found.leg, found.key))
        return 1

    @_guarded(answer=False)
    def ksr_tick(self, msg: object, name: object) -> int:
        """Time passes."""
        for due in timers.due():
            self._wake(due)
        return 1

    def _wake(self, due: Due) -> None:
        try:
            waking.wake(self._shell, due)
        except Exception:  # the next session's timer is due as well
            KSR.err("failed: " + traceback.format_exc().replace("\n", " | ") + "\n")

    def ksr_onreply_stray(self, msg: object, name: object = None) -> int:
        """A reply that belongs to no transaction is nobody's."""
        KSR.set_drop()
        return 1

    @_guarded(answer=False)
    def ksr_onsend_route(self, msg: object, name: object) -> int:
        """Any message that leaves; switched off in kamailio.cfg, defined all the same."""
        return 1
