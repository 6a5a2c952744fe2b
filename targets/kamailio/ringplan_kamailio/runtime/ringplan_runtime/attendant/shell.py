"""Does what the call control asks for, and tells it what came of that. It has no opinion of its own."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import singledispatchmethod

import KSR

from .. import errands, log
from . import claims, ending, machine, playing, replying, signalling, table, timers
from .audio import OTHER
from .commands import (
    Account,
    Answer,
    Bridge,
    Cancel,
    Claim,
    Command,
    Dial,
    Forget,
    HangUp,
    Notify,
    Part,
    Play,
    Progress,
    Record,
    Refuse,
    Rejoin,
    Release,
    Stop,
    Unbridge,
    Wait,
)
from .desk import Desk
from .events import Claimed, Event, Failed, Lost
from .relay import REFUSED, RelayError
from .session import CALLER, CALLING, INVITED, RINGING, TARGET, TRANSFEROR, UP, Leg, Session

ALIVE = "alive"
"""Timer: look whether the relay still has the session."""
ALIVE_MS = 10_000
_MOST_EVENTS = 100
"""In one go; a script that makes more of one event goes round in a circle."""
_OVER = "over"


class Shell:
    """The shell of one worker."""

    __slots__ = ("_after", "desk", "reply")

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.reply = replying.Replies(desk)
        self._after: deque[Event] = deque()
        """Events that commands have caused, and that have not been dealt with."""

    # -- sessions

    def begin(self, session: Session) -> None:
        """Keeps a new session; the caller holds its lock."""
        self.desk.audio.begin(session)
        for name, leg in session.legs.items():
            table.place(session.id, name, leg)
        table.write(session)
        timers.add(session.id, ALIVE, 0, ALIVE_MS)

    @contextmanager
    def opened(self, session_id: str) -> Iterator[Session | None]:
        """The session, locked, and kept afterwards; None when there is none. When something fails, it ends."""
        with table.locked(session_id):
            session = table.read(session_id)
            if session is None:
                yield None
                return
            try:
                yield session
                if not session.audio.get(_OVER):
                    table.write(session)
            except BaseException:
                self._abort(session)
                raise

    def feed(self, session: Session, event: Event) -> None:
        """Tells the call control of an event, and does all that follows."""
        events = self._after = deque((event,))
        for _ in range(_MOST_EVENTS):
            if not events:
                return
            for command in machine.step(session, events.popleft(), self.desk):
                self._guarded(session, command)
        raise RuntimeError("no end of events")

    def drop(self, session: Session, name: str) -> Leg:
        """Forgets a leg."""
        leg = session.legs.pop(name)
        table.forget(leg, session.id)
        return leg

    def _abort(self, session: Session) -> None:
        """Ends whatever can be ended of a session that has failed."""
        for name in tuple(session.legs):
            self._attempt(lambda name=name: self._end_leg(session, name))  # type: ignore[misc]
        self._attempt(lambda: ending.end(self.desk, session.id, session.relay))
        self._attempt(lambda: table.remove(session))
        log.session(session.tenant, session.node, _caller(session), "broken", 500)

    def _end_leg(self, session: Session, name: str) -> None:
        match session.legs[name].state:
            case state if state == INVITED:
                self.reply.final(session, name, 500, "Internal Error")
            case state if state == UP:
                signalling.within(session.legs[name], self.desk.uri, "BYE")
            case _:
                self._cancel(session, name)

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception:  # the next thing still has to be ended
            KSR.err("failed again: " + traceback.format_exc().replace("\n", " | ") + "\n")

    # -- commands

    def _guarded(self, session: Session, command: Command) -> None:
        """Does a command; a relay that cannot is news to the call control, and no failure of ours."""
        try:
            self._do(command, session)
        except RelayError as error:
            log.event(f"{type(command).__name__}: {error}")
            if error.why != REFUSED or isinstance(command, Answer | Progress):
                self._after.append(Lost(error.why))

    @singledispatchmethod
    def _do(self, command: Command, session: Session) -> None:
        raise TypeError(command)

    @_do.register
    def _answer(self, command: Answer, session: Session) -> None:
        self.reply.describe(session, command.leg, 200, "OK")
        session.legs[command.leg].state = UP

    @_do.register
    def _progress(self, command: Progress, session: Session) -> None:
        self.reply.describe(session, CALLER, 183, "Session Progress")

    @_do.register
    def _refuse(self, command: Refuse, session: Session) -> None:
        if command.leg in session.legs:
            self.reply.final(session, command.leg, command.code, command.reason)
            self.drop(session, command.leg)

    @_do.register
    def _play(self, command: Play, session: Session) -> None:
        if command.leg in session.legs:
            event = playing.begin(self.desk, session, command)
            if event is not None:
                self._after.appendleft(event)

    @_do.register
    def _stop(self, command: Stop, session: Session) -> None:
        if command.leg in session.legs:
            playing.stop(self.desk, session, command.leg)

    @_do.register
    def _dial(self, command: Dial, session: Session) -> None:
        leg = session.legs[command.leg] = signalling.new_leg(self.desk.uri, self.desk.exchange)
        headers = errands.header(self.desk.key, leg.call_id, _errand(command.errand))
        if command.replaces:
            headers += f"Replaces: {command.replaces}\r\n"
        table.place(session.id, command.leg, leg)
        try:
            body = self.desk.audio.propose(session, command.leg)
            sent = signalling.invite(leg, self.desk.uri, self.desk.exchange, headers, body)
        except RelayError as error:
            sent = False
            log.event(f"Dial: {error}")
        if not sent:
            self.drop(session, command.leg)
            self._after.append(Failed(command.leg, leg.call_id, 0, "Not Sent"))

    @_do.register
    def _cancelled(self, command: Cancel, session: Session) -> None:
        if command.leg in session.legs:
            self._cancel(session, command.leg)

    def _cancel(self, session: Session, name: str) -> None:
        leg = session.legs.pop(name)
        table.place(session.id, "", leg)  # until its final answer
        signalling.cancel(self.desk.rpc, leg.call_id, leg.invite_seq)

    @_do.register
    def _hang_up(self, command: HangUp, session: Session) -> None:
        if command.leg in session.legs:
            signalling.within(self.drop(session, command.leg), self.desk.uri, "BYE")

    @_do.register
    def _bridge(self, command: Bridge, session: Session) -> None:
        self.desk.audio.connect(session)

    @_do.register
    def _unbridge(self, command: Unbridge, session: Session) -> None:
        for name in (CALLER, TARGET):
            leg = session.legs.get(name)
            if leg is not None and leg.state not in (CALLING, RINGING):
                self.desk.audio.part(session, name)
                return

    @_do.register
    def _notify(self, command: Notify, session: Session) -> None:
        leg = session.legs.get(command.leg)
        if leg is not None and leg.state == UP:
            state = "terminated;reason=noresource" if command.final else "active;expires=180"
            headers = f"Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag;version=2.0\r\n"
            body = f"SIP/2.0 {command.code} {command.reason}\r\n"
            signalling.within(leg, self.desk.uri, "NOTIFY", headers, body)

    @_do.register
    def _wait(self, command: Wait, session: Session) -> None:
        timers.add(session.id, command.name, session.serial, command.ms)

    @_do.register
    def _record(self, command: Record, session: Session) -> None:
        self.desk.audio.record(session, command.on)

    @_do.register
    def _part(self, command: Part, session: Session) -> None:
        leg = session.legs[TRANSFEROR] = session.legs.pop(command.leg)
        table.place(session.id, TRANSFEROR, leg)
        self.desk.audio.part(session, OTHER[command.leg])

    @_do.register
    def _rejoin(self, command: Rejoin, session: Session) -> None:
        leg = session.legs[command.leg] = session.legs.pop(TRANSFEROR)
        table.place(session.id, command.leg, leg)

    @_do.register
    def _claim(self, command: Claim, session: Session) -> None:
        self._after.append(Claimed(claims.take(command.name, session.id)))

    @_do.register
    def _release(self, command: Release, session: Session) -> None:
        claims.release(command.name, command.ms)

    @_do.register
    def _account(self, command: Account, session: Session) -> None:
        log.session(session.tenant, session.node, _caller(session), command.result, command.code, command.final)

    @_do.register
    def _forget(self, command: Forget, session: Session) -> None:
        session.audio[_OVER] = True
        table.remove(session)
        self._after.clear()
        ending.end(self.desk, session.id, session.relay)


def _errand(fields: dict[str, object]) -> errands.Errand:
    errand = errands.Errand(**fields)  # type: ignore[arg-type]
    return errand._replace(diversions=tuple((node, reason) for node, reason in errand.diversions))


def _caller(session: Session) -> str:
    return str(session.errand.get("caller") or session.errand.get("number") or session.errand.get("user") or "")
