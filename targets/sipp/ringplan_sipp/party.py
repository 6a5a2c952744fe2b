"""One party of a call, as a SIPp process plays it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .relocate import Endpoint
from .scenario import Shape

TALK_MS = 500
"""How long audio is played: at least fifteen packets each way.

SIPp's playback thread sleeps up to 100 ms before it sees a new recording, twice in the worst case; on a busy machine
340 ms were once too short for the five packets a verdict needs.
"""
_SECOND_TALK_MS = 160
_LATE_ACK_MS = 700
"""Later than the first retransmission of the answer (T1 = 500 ms, RFC 3261 section 13.3.1.4)."""
_PRIVATE_HOST = "192.168.77.20"
"""What a phone behind NAT believes to be its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One SIPp process: what the templates show of it. Texts are raw here; the templates get them escaped."""

    endpoint: Endpoint
    template: str
    """Name without suffix: ``caller``, ``called`` or ``register``."""
    token: str
    """Unique in the lane; makes tags, branches and the Call-ID."""
    transport: str
    account: str
    """User part of its contact."""
    recording: Path
    code: int = 200
    """Caller: the final answer it expects. Called party: its own; 0: it never gives one."""
    reason: str = "OK"
    nat: bool = False
    shape: Shape = Shape.TALK
    request_uri: str = ""
    from_header: str = ""
    headers: tuple[str, ...] = ()
    digest_user: str = ""
    """Empty: it has no account and does not answer challenges."""
    password: str = ""
    domain: str = ""
    rings_ms: int | None = None
    """Called party: how long it rings before it acts; None: it does not ring."""
    times: int = 1
    """Called party: how often the exchange calls it in one call; it does the same every time."""
    calls: int = 1
    """Called party: how many calls it gets; in each it does the same."""
    redirect: str = ""
    """Called party: the URI its 302 names."""
    refer_to: str = ""
    """The URI its REFER names; empty: it sends none."""
    refer_code: int = 0
    """The final answer to its REFER."""
    gets_refer: bool = False
    in_band: bool = False
    """Its phone knows no telephone events."""
    presses: bool = False
    """It begins to talk when the lab tells it to (`release`): before, the lab presses keys for it."""
    hung_up: bool = False
    """The exchange itself ends the answered call, before anybody has talked."""
    ends: bool = False
    """Called party: it hangs up when it has talked."""
    stays: bool = False
    """Caller: it goes on until the lab tells it to end (`release`)."""
    expires_s: int = 0

    @property
    def announced(self) -> str:
        return f"{_PRIVATE_HOST if self.nat else self.endpoint.host}:{self.endpoint.port}"

    @property
    def announced_media_host(self) -> str:
        return _PRIVATE_HOST if self.nat else self.endpoint.host

    @property
    def media_port(self) -> int:
        return self.endpoint.media_port

    @property
    def acknowledges_late(self) -> int:
        """Milliseconds; over TCP nothing is sent twice, and SIPp would not bear it."""
        late = self.shape is Shape.RETRANSMIT and self.transport == "udp" and self.code == 200
        return _LATE_ACK_MS if late else 0

    @property
    def cancels(self) -> bool:
        return self.shape is Shape.CANCEL

    @property
    def holds(self) -> bool:
        return self.shape is Shape.HOLD

    @property
    def callee_hangs_up(self) -> bool:
        return self.shape is Shape.CALLEE_HANGS_UP

    @property
    def talks(self) -> bool:
        return self.code == 200 and not self.cancels

    @property
    def refers(self) -> bool:
        return bool(self.refer_to)

    @property
    def talk_ms(self) -> int:
        return _SECOND_TALK_MS if self.holds or self.refers or self.gets_refer else TALK_MS


def release(token: str, call_id: str = "") -> bytes:
    """The message, sent by nobody of the lane, that tells a party which waits for it to go on.

    ``call_id``: of its call, when it was called.
    """
    lines = [
        "NOTIFY sip:lab SIP/2.0",
        f"Via: SIP/2.0/UDP lab;branch=z9hG4bK{token}release",
        f"From: <sip:lab@lab>;tag={token}lab",
        f"To: <sip:lab@lab>;tag={token}",
        f"Call-ID: {call_id or f'{token}@lab'}",
        "CSeq: 1 NOTIFY",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
