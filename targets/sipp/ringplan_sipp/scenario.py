"""A scenario, what was observed when it was played, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ringplan.interpreter import Call, Outcome, Transfer, World


class Shape(StrEnum):
    """How the call is conducted by its parties."""

    TALK = "talk"
    """Answered calls: audio both ways, then the caller hangs up. Others: wait for the final answer."""
    CALLEE_HANGS_UP = "callee-hangs-up"
    CANCEL = "cancel"
    """The caller gives up while it rings; the call ends with 487."""
    HOLD = "hold"
    """The caller re-INVITEs to hold (sendonly) and resumes, then hangs up."""
    RETRANSMIT = "retransmit"
    """The caller sends its INVITE and its BYE twice, and acknowledges late."""
    REFER = "refer"
    """The caller asks the called party to call somebody else (REFER), then hangs up."""
    CALLEE_REFERS = "callee-refers"
    REGISTER = "register"
    """A registration with digest authentication instead of a call."""
    REGISTER_WRONG_SECRET = "register-wrong-secret"
    """A registration with a wrong password; must end without a binding."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One generated call and its expected result."""

    id: str
    """Stable address, for example ``novak/extension/1204/busy``; unique."""
    kind: str
    """What is proved, for example ``extension``, ``number-in``, ``emergency``; counted in the report."""
    tenant: str
    call: Call
    world: World
    expected: Outcome
    """What the reference interpreter says. For registrations only ``code`` matters."""
    shape: Shape = Shape.TALK
    transport: str = "udp"
    """Transport of the calling phone."""
    nat: bool = False
    """The caller announces a private address in Via and Contact, as behind a NAT without STUN."""
    forged: tuple[tuple[str, str], ...] = ()
    """Headers an untrusted caller adds; none may reach the called party.

    ``From`` is special: it replaces the caller's own From (a name-addr without tag), to claim another identity.
    """
    in_band: bool = False
    """The caller's keys are audible tones: his phone knows no telephone events (RFC 4733)."""
    refer_to: str = ""
    """Where `Shape.REFER` sends the call: a dial string, or ``sip:user@host`` of another domain."""
    transfer: Transfer | None = None
    """What the reference interpreter says to that."""
    before: tuple[Scenario, ...] = ()
    """Calls that are made first, one after the other; what the exchange remembers of them is part of this one."""
    meanwhile: tuple[Scenario, ...] = ()
    """Calls that are up while this one is made: talking, or ringing when their shape is `Shape.CANCEL`."""
    is_planted: bool = False
    """Whether the lab writes into the exchange what the world says of hunt groups and of who is in a call.

    Otherwise `before` and `meanwhile` have brought it about.
    """


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message seen on the wire."""

    time: float
    """Seconds since the scenario began."""
    source: str
    """``address:port``."""
    destination: str
    transport: str
    text: str


@dataclass(frozen=True, slots=True)
class MediaFlow:
    """RTP packets of one direction between two sockets."""

    source: str
    destination: str
    packets: int
    heard: tuple[tuple[str, int], ...]
    """How many packets carry which party's recording (``caller``, ``callee``), by exact payload."""
    tos: int
    """IPv4 TOS byte of the packets."""
    last: float | None = None
    """Seconds since the scenario began when the last packet was sent; None: not measured."""


@dataclass(frozen=True, slots=True)
class PromptHeard:
    """One prompt as a party heard it."""

    prompt: str
    """Prompt id."""
    begun: float
    """Seconds since the scenario began when the first frame arrived."""
    ended: float
    frames: int
    """How many of its telling frames arrived."""
    of: int
    """How many it has."""
    gap_s: float
    """The longest time a frame came too late after the one before it, seconds."""
    leading_s: float = 0.0
    """How long what comes before its first telling frame takes, seconds."""
    trailing_s: float = 0.0
    """How long its last telling frame and what comes after it take, seconds."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was seen while a scenario played."""

    messages: tuple[Message, ...]
    """In order of time; includes messages to phones and trunks that were not expected to take part."""
    media: tuple[MediaFlow, ...]
    parties: Mapping[str, str]
    """``address:port`` to the id of the phone or trunk that owns it (all of the platform, not only the expected)."""
    exits: Mapping[str, int]
    """SIPp exit code by party; 0 is success."""
    caller: str = ""
    """``address:port`` of the calling party."""
    relays: frozenset[str] = frozenset()
    """Addresses of the media relays."""
    before: tuple[Observed, ...] = ()
    """Of the scenario's calls before, in their order."""
    meanwhile: tuple[Observed, ...] = ()
    """Of the calls that were up meanwhile; nothing of one call is seen in another."""
    prompts: tuple[PromptHeard, ...] = ()
    """What was played to the caller, in order."""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on one scenario."""

    scenario: Scenario
    faults: tuple[str, ...]
    """What was wrong, one sentence each; empty: the scenario passed."""
    observed: Observed
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return not self.faults
