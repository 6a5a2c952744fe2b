"""The object Kamailio calls: every callback it may ask for, and no exception out of any of them.

A callback that is missing, or one that raises, leaves an exception pending in the worker, and the next request
of anybody dies of it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps

import KSR

from . import attendants, calls, dialogs, ending, legs, phones, requests, trunks
from .core import Core
from .state import restore

_Callback = Callable[["Exchange", object], int]


def _guarded(answer: bool) -> Callable[[_Callback], _Callback]:
    """Catches whatever a callback raises; ``answer``: there is a caller who must get a final answer."""

    def decorate(callback: _Callback) -> _Callback:
        @wraps(callback)
        def guarded(self: Exchange, msg: object) -> int:
            try:
                return callback(self, msg)
            except UnicodeDecodeError:  # KEMI hands over text; what is none has no business in a header we read
                KSR.notice("not UTF-8\n")
                self._let_go(answer)
                if answer:
                    KSR.sl.send_reply(400, "Bad Characters")
                return 1
            except Exception:  # the worker must live, whatever happened
                KSR.err("failed: " + traceback.format_exc().replace("\n", " | ") + "\n")
                self._let_go(answer)
                if answer:
                    KSR.sl.send_reply(500, "Internal Error")
                return 1
            finally:
                if answer:
                    self._core.call = None

        return guarded

    return decorate


class Exchange:
    """Handlers of one generation in one worker."""

    __slots__ = ("_core",)

    def __init__(self, core: Core) -> None:
        self._core = core

    def _let_go(self, answer: bool) -> None:
        """Ends the call of an event that failed, if there is one."""
        call = self._core.call
        if call is None or not answer:
            return
        try:
            ending.let_go(call)
        except Exception:  # nothing is left to try; what is counted ends by itself
            KSR.err("failed again: " + traceback.format_exc().replace("\n", " | ") + "\n")

    def child_init(self, rank: int) -> int:
        """A process starts, or has taken over this generation; files open at their first use."""
        return 0

    @_guarded(answer=True)
    def ksr_request_route(self, msg: object) -> int:
        """A request arrived."""
        requests.handle(self._core)
        return 1

    @_guarded(answer=False)
    def ksr_branch_leg(self, msg: object) -> int:
        """A branch of a call is about to be sent."""
        legs.dress(self._core)
        return 1

    @_guarded(answer=False)
    def ksr_onreply_phones(self, msg: object) -> int:
        """A phone that is called answered something."""
        phones.replied(self._core)
        return 1

    @_guarded(answer=False)
    def ksr_onreply_trunk(self, msg: object) -> int:
        """A trunk that is called answered something."""
        trunks.replied(self._core)
        return 1

    @_guarded(answer=False)
    def ksr_onreply_attendant(self, msg: object) -> int:
        """The attendant answered something."""
        attendants.replied(self._core)
        return 1

    @_guarded(answer=False)
    def ksr_onreply_dialog(self, msg: object) -> int:
        """A party of an established call answered something."""
        dialogs.replied()
        return 1

    @_guarded(answer=False)
    def ksr_onreply_veiled(self, msg: object) -> int:
        """A caller who is not to be shown answered something within an established call."""
        dialogs.replied_veiled(self._core)
        return 1

    @_guarded(answer=True)
    def ksr_failure_phones(self, msg: object) -> int:
        """All phones that were called have given up."""
        call = self._core.call = restore(self._core.directory)
        if KSR.tm.t_is_canceled() > 0:
            ending.cancelled(call)
        else:
            calls.walk(self._core, call, calls.phones_failed(self._core, call))
        return 1

    @_guarded(answer=True)
    def ksr_failure_trunk(self, msg: object) -> int:
        """A trunk has given up."""
        call = self._core.call = restore(self._core.directory)
        if KSR.tm.t_is_canceled() > 0:
            ending.cancelled(call)
        else:
            calls.walk(self._core, call, trunks.failed(self._core, call))
        return 1

    @_guarded(answer=True)
    def ksr_failure_attendant(self, msg: object) -> int:
        """The attendant has refused a call, or said nothing."""
        call = self._core.call = restore(self._core.directory)
        if KSR.tm.t_is_canceled() > 0:
            ending.cancelled(call)
        else:
            calls.walk(self._core, call, attendants.failed(call))
        return 1

    def ksr_onreply_stray(self, msg: object, name: object = None) -> int:
        """A reply that belongs to no transaction: Kamailio would send it on to whom its Via names, as it is.

        Whoever is called knows the caller's Via, and could tell him past us what he likes.
        """
        KSR.set_drop()
        return 1

    @_guarded(answer=False)
    def ksr_reply_route(self, msg: object) -> int:
        """Any reply, before its transaction is known; switched off in kamailio.cfg, defined all the same."""
        return 1

    @_guarded(answer=False)
    def ksr_onsend_route(self, msg: object) -> int:
        """Any message that leaves; switched off in kamailio.cfg, defined all the same."""
        return 1
