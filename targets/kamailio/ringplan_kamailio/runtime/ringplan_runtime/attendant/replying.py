"""Answers to INVITEs, at once or later: one that waits is suspended, and continued when its answer is known."""

from __future__ import annotations

from collections.abc import Callable

import KSR

from . import message, signalling
from .desk import Desk
from .session import Session

_SUSPENDED = "suspended"
"""By leg: index and label of the transaction that waits for its final answer."""
AWAITED = "awaited"
"""Who has been offered something in a 200 and answers in the ACK, and since when."""
ACK_MS = 32_000
"""How long an ACK may take (RFC 3261 section 13.3.1.4: 64 x T1)."""


def expect(session: Session, name: str, now_ms: int) -> None:
    """A leg has been offered something in a 200."""
    session.audio[AWAITED] = [name, now_ms]


def awaits(session: Session, name: str, now_ms: int) -> bool:
    """Whether the answer of a leg is still to come in an ACK."""
    found, since = session.audio.get(AWAITED) or ("", 0)
    return bool(found == name and now_ms < since + ACK_MS)


class Replies:
    """Answers of one worker."""

    __slots__ = ("_at_hand", "_desk", "_headers", "_next")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._at_hand = ("", "")
        """Session and leg of the INVITE that is being dealt with."""
        self._headers = ""
        self._next: Callable[[], None] | None = None
        """What `continued` has to do."""

    # -- the INVITE at hand

    def begin(self, session: Session, name: str, headers: str) -> None:
        """An INVITE is dealt with; ``headers`` go into a 200."""
        self._at_hand, self._headers = (session.id, name), headers

    def leave(self, session: Session, name: str) -> None:
        """Nothing more is done with the INVITE at hand; if it has no final answer it waits for one."""
        self._at_hand = ("", "")
        leg = session.legs.get(name)
        if leg is None or leg.state != "invited":
            return
        if KSR.tmx.t_suspend() < 0:
            raise RuntimeError("an INVITE cannot be suspended")
        found = [int(message.text("$T(id_index)")), int(message.text("$T(id_label)"))]
        session.audio.setdefault(_SUSPENDED, {})[name] = found

    # -- answers

    def describe(self, session: Session, name: str, code: int, reason: str) -> None:
        """Answers with a description: ours, of the audio the leg is connected with."""
        leg, audio = session.legs[name], self._desk.audio
        if leg.sdp:
            body = audio.meet(session, name)
            audio.listen(session, name)
        else:
            body = audio.propose(session, name)
            expect(session, name, self._desk.now_ms())
        headers = self._headers if code >= 200 else ""
        self._send(session, name, lambda: self._reply(code, reason, body, headers))
        if self._desk.tag:
            leg.local_tag = self._desk.tag

    def final(self, session: Session, name: str, code: int, reason: str) -> None:
        """Answers without a description."""
        self._send(session, name, lambda: self._reply(code, reason))

    def within(self, code: int, reason: str, body: str = "", headers: str = "") -> None:
        """Answers the request at hand, which is one within a dialog."""
        self._reply(code, reason, body, headers)

    def _reply(self, code: int, reason: str, body: str = "", headers: str = "") -> None:
        self._desk.tag = ""
        if code < 300:
            KSR.hdr.append_to_reply(f"Contact: <{self._desk.uri}>\r\n{signalling.ALLOW}{headers}")
        elif headers:
            KSR.hdr.append_to_reply(headers)
        if body:
            KSR.textops.set_reply_body(body, "application/sdp")
        KSR.tm.t_reply(code, reason)

    def _send(self, session: Session, name: str, action: Callable[[], None]) -> None:
        if self._at_hand == (session.id, name):
            action()
            return
        suspended = session.audio.get(_SUSPENDED, {}).pop(name, None)
        if suspended is None:
            return  # its caller has cancelled it
        self._next = action
        try:
            KSR.tmx.t_continue(suspended[0], suspended[1], "ksr_continue")
        finally:
            self._next = None

    def continued(self) -> None:
        """Kamailio has brought the message back that was suspended."""
        if self._next is not None:
            self._next()

    def forget(self, session: Session, name: str) -> None:
        """The transaction of a leg has got its final answer in another way."""
        session.audio.get(_SUSPENDED, {}).pop(name, None)
