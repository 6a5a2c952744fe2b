"""What the exchange remembers of a call between its transaction's events."""

from __future__ import annotations

import KSR

from .tenants import Directory, Tenant

_LAYOUT = "1"
"""Counts up when the fields change; a reload must still read calls of the generation before."""
_AVP = "call"

RANG = 1
"""Message flag, kept with the transaction: the trunk reported ringing."""
BUSY = 2
"""A phone said it is busy."""
DECLINED = 3
"""A person declined the call."""
ANSWERED = 4
"""The call was answered and logged."""
VEILED = 5
"""From was made anonymous in the request; `legs.restore_from` puts the caller's own into answers."""
RINGING = 8
"""And the following: the phone of branch 0, 1, … rings and has not said anything final."""
MAX_BRANCHES = 16
"""Branches of one call, as in kamailio.cfg."""


class Call:
    """One call on its way."""

    __slots__ = ("anchored", "called", "caller", "emergency", "hop", "number", "private", "target", "tenant")

    def __init__(self, tenant: Tenant, caller: str, number: str, private: bool, called: str) -> None:
        self.tenant = tenant
        self.caller = caller
        """Node id of the calling user; empty: the call comes from a trunk."""
        self.number = number
        """Number of a caller from outside, as the carrier wrote it; empty: none."""
        self.private = private
        """The caller is not to be shown: he asked for it on this call, or always does."""
        self.called = called
        """What was dialled."""
        self.target = ""
        """Node that is ringing, or number that is called outside."""
        self.hop = 0
        """Position in the list of trunks."""
        self.emergency = False
        self.anchored = False
        """Whether a media relay holds the call."""

    @property
    def veiled(self) -> bool:
        """Whether nothing in the message may tell who calls; emergency centres learn it always."""
        return self.private and not self.emergency

    @property
    def origin(self) -> str:
        """The caller, for the log."""
        return self.caller or self.number

    def save(self) -> None:
        """Writes the call to its transaction."""
        flags = f"{self.private:d}{self.emergency:d}{self.anchored:d}"
        called = self.called if self.called.isprintable() else ascii(self.called)  # %0a would begin another field
        fields = (_LAYOUT, self.tenant.id, self.caller, self.number, called, self.target, str(self.hop), flags)
        KSR.pvx.avp_sets(_AVP, "\n".join(fields))


def summary() -> tuple[str, str, str]:
    """Tenant, caller and called of the transaction at hand, for the log; the tenant itself is not needed for that."""
    _, tenant, caller, number, called, target, *_ = str(KSR.pvx.avp_gete(_AVP)).split("\n")
    return tenant, caller or number, f"{called}>{target}"


def restore(directory: Directory) -> Call:
    """The call of the transaction at hand; ValueError when it is of another layout."""
    layout, tenant, caller, number, called, target, hop, flags = str(KSR.pvx.avp_gete(_AVP)).split("\n")
    if layout != _LAYOUT:
        raise ValueError(f"call state of layout {layout}")
    call = Call(directory.tenant(tenant), caller, number, flags[0] == "1", called)
    call.emergency, call.anchored = flags[1] == "1", flags[2] == "1"
    call.target, call.hop = target, int(hop)
    return call


def forget_branches() -> None:
    """Clears what earlier branches reported, before others are opened."""
    for flag in (RANG, BUSY, DECLINED, *range(RINGING, RINGING + MAX_BRANCHES)):
        KSR.resetflag(flag)
