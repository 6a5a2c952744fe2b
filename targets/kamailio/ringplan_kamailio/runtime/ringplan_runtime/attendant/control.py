"""Call control as scripts use it: one step of one session, and what it asks for.

It reads the legs and never changes them, which is the shell's, but knows what its own commands make of them.
"""

from __future__ import annotations

from typing import Any

from ..errands import Errand
from ..tenants import Node, Tenant
from . import session
from .commands import (
    Account,
    Answer,
    Bridge,
    Cancel,
    Command,
    Dial,
    Forget,
    HangUp,
    Part,
    Play,
    Progress,
    Refuse,
    Rejoin,
    Release,
    Stop,
    Unbridge,
    Wait,
)
from .environment import Environment
from .session import CALLER, CALLING, INVITED, TARGET, TRANSFEROR, UP, Session
from .states import CONNECTED, ENDING, IN_MENUS, OVER

RINGBACK = "ringback"
HOLD = "hold"
ACK_MS = 32_000
"""How long a 200 is repeated without an ACK (RFC 3261 section 13.3.1.4: 64 x T1)."""
NET_MS = 10_000
"""How long the beginning of a prompt, or a claim, may take to be reported."""
UNAVAILABLE = "Temporarily Unavailable"
DIAL_MS = 600_000
"""The exchange ends every call it rings for; this is for the case that it does not."""
LONGEST_MS = 3_600_000
"""What no prompt and no limit exceeds."""
EARLY_MS = 100
"""How much too early a timer may be: its own resolution."""


class Control:
    """One step of a session."""

    __slots__ = ("_held", "_legs", "commands", "env", "script", "session")

    def __init__(self, subject: Session, env: Environment) -> None:
        self.session, self.env, self.script = subject, env, subject.script
        self.commands: list[Command] = []
        self._legs = {name: leg.state for name, leg in subject.legs.items()}
        self._held = {name: leg.held for name, leg in subject.legs.items()}

    # -- what is known

    def leg(self, name: str) -> str:
        """The state of a leg; empty: it is not there."""
        return self._legs.get(name, "")

    def has_legs(self) -> bool:
        """Whether anybody is there, or is being called."""
        return bool(self._legs)

    def is_held_by(self, name: str) -> bool:
        """Whether a leg is up and has put us on hold."""
        return self.leg(name) == UP and self._held.get(name, False)

    def tenant(self) -> Tenant | None:
        """The tenant, if it is still there."""
        return self.env.tenant(self.session.tenant)

    def node(self, node_id: str) -> Node | None:
        """A node of the tenant, if it is still there."""
        tenant = self.tenant()
        return tenant.nodes.get(node_id) if tenant is not None else None

    def text(self, name: str) -> str:
        """What the exchange said of the call in a field of its errand."""
        value = self.session.errand.get(name)
        return value if isinstance(value, str) else ""

    def moment(self) -> int:
        """When the call began: schedules are read then, however long it lasts."""
        value = self.session.errand.get("moment")
        return value if isinstance(value, int) and value > 0 else self.session.begun

    def onwards(self, kind: str, **fields: Any) -> dict[str, Any]:
        """What the exchange has to do with this call: whose it is, and how it got here, stays."""
        known = {name: value for name, value in self.session.errand.items() if name in Errand._fields}
        return {**known, "tenant": self.session.tenant, "kind": kind, **fields}

    def order(self, kind: str, **fields: Any) -> dict[str, Any]:
        """What the exchange has to do in a call of our own."""
        return {"tenant": self.session.tenant, "kind": kind, "moment": self.moment(), **fields}

    # -- what is asked for

    def do(self, *commands: Command) -> None:
        """Asks for something."""
        for command in commands:
            self.commands.append(command)
            match command:
                case Answer(name):
                    self._legs[name] = UP
                case Dial(name):
                    self._legs[name], self._held[name] = CALLING, False
                case Cancel(name) | HangUp(name) | Refuse(leg=name):
                    self._forget(name)
                case Part(name):
                    self._rename(name, TRANSFEROR)
                case Rejoin(name):
                    self._rename(TRANSFEROR, name)

    def _forget(self, name: str) -> None:
        self._legs.pop(name, None)
        self.script.pop(f"plays-{name}", None)
        if self.script.get("dialled") == name:
            del self.script["dialled"]
        if name == CALLER:
            self.script.pop("ack", None)

    def _rename(self, name: str, new: str) -> None:
        self._legs[new], self._held[new] = self._legs[name], self._held[name]
        self._forget(name)

    def enter(self, state: str) -> None:
        """Goes to a state in which nothing is waited for, unless `wait` follows."""
        self.session.state = state
        self.session.serial += 1
        self.script.pop("due", None)
        if "ack" in self.script:
            self.rearm("ack")

    def wait(self, state: str, name: str, ms: int) -> None:
        """Goes to a state, or stays in it, and waits for so long."""
        now = self.env.now_ms()
        self.session.state = state
        self.script["due"] = now + min(max(ms, 0), LONGEST_MS)
        self._arm(name, now)

    def rearm(self, name: str) -> None:
        """Sets the timer again that was set for something else, which is no longer waited for."""
        self._arm(name, self.env.now_ms())

    def _arm(self, name: str, now: int) -> None:
        limits = [self.script[key] for key in ("due", "ack") if key in self.script]
        if self.session.state in IN_MENUS and "limit" in self.script:
            limits.append(self.script["limit"])
        self.session.serial += 1
        if limits:
            self.do(Wait(name, max(min(limits) - now, 1)))

    def play(self, leg: str, *prompts: str) -> bool:
        """Plays prompts once; false when there is nothing to be played. Empty ones are left out."""
        present = tuple(filter(None, prompts))
        if present and self.leg(leg):
            self.script[f"plays-{leg}"] = True
            self.do(Play(leg, present))
        return bool(present)

    def repeat(self, leg: str, prompt: str) -> None:
        """Plays music or ringback until `stop`."""
        if self.leg(leg):
            self.script[f"plays-{leg}"] = True
            self.do(Play(leg, (prompt,), forever=True))

    def stop(self, leg: str) -> None:
        """Stops what is played, if anything is."""
        if self.script.pop(f"plays-{leg}", False) and self.leg(leg):
            self.do(Stop(leg))

    def played(self, leg: str) -> None:
        """What was played has come to its end."""
        self.script.pop(f"plays-{leg}", None)

    def answer(self) -> None:
        """Answers the caller."""
        self.do(Answer())
        self.script["answered"] = True
        self.script["ack"] = self.env.now_ms() + ACK_MS

    def progress(self) -> None:
        """Lets the caller hear us without answering him."""
        self.do(Progress())

    def dial(self, leg: str, errand: dict[str, Any], replaces: str = "") -> None:
        """Calls somebody; the one leg of which an answer is waited for."""
        self.script["dialled"] = leg
        self.do(Dial(leg, errand, replaces))

    def take_back(self, leg: str) -> None:
        """Ends a leg in the way its state asks for."""
        match self.leg(leg):
            case session.UP:
                self.do(HangUp(leg))
            case session.CALLING | session.RINGING:
                self.do(Cancel(leg))
            case session.INVITED:
                self.do(Refuse(480, UNAVAILABLE, leg))

    def unbridge(self) -> None:
        """Takes early media back."""
        if self.script.pop("early", False):
            self.do(Unbridge())

    def bridge(self) -> None:
        """Connects both parties; who is held hears music."""
        for name in (CALLER, TARGET):
            self.stop(name)
        self.script.pop("early", None)
        self.script["connected"] = True
        self.do(Bridge())
        for name, other in ((CALLER, TARGET), (TARGET, CALLER)):
            if self.is_held_by(other):
                self.repeat(name, HOLD)

    # -- the end

    def result(self, otherwise: str) -> str:
        """How a call ended that somebody left, or that is over."""
        return CONNECTED if "connected" in self.script else otherwise

    def end(self, result: str, code: int = 0, reason: str = UNAVAILABLE) -> None:
        """Ends all there is; who has not acknowledged yet a little later."""
        code = code or (200 if "answered" in self.script else 480)
        for name in (TRANSFEROR, TARGET):
            self.take_back(name)
        if "ack" in self.script and self.leg(CALLER) == UP:
            self.stop(CALLER)
            self.script["ended"] = [result, code]
            self.enter(ENDING)
            return
        self._finish(result, code, reason)

    def finish(self) -> None:
        """Ends what `end` has left over."""
        result, code = self.script["ended"]
        self._finish(result, code, UNAVAILABLE)

    def _finish(self, result: str, code: int, reason: str) -> None:
        if self.leg(CALLER) == INVITED:
            self.do(Refuse(code if code >= 400 else 480, reason))
        self.take_back(CALLER)
        self.session.state = OVER
        self.session.serial += 1
        if "claim" in self.script:
            self.do(Release(*self.script.pop("claim")))
        self.do(Account(result, code), Forget())
