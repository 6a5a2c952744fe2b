"""What the exchange remembers of a call between its transaction's events."""

from __future__ import annotations

from typing import NamedTuple

import KSR

from . import lines
from .tenants import Directory, Tenant

_LAYOUT = "3"
"""Counts up when the fields change; a reload must still read calls of the generation before."""
_AVP = "call"

SHARED = 0
"""Message flag, kept with the transaction: phones of several users ring."""
RANG = 1
"""The trunk reported ringing."""
BUSY = 2
"""A phone said it is busy."""
DECLINED = 3
"""A person declined the call."""
ANSWERED = 4
"""The call was answered and logged."""
VEILED = 5
"""From was made anonymous in the request; `legs.restore_from` puts the caller's own into answers."""
REDIRECTED = 6
"""A phone sent the call elsewhere."""
HUNTING = 7
"""The phones ring for a hunt group."""
RINGING = 8
"""And the following: the phone of a branch rings and has not said anything final."""
RINGING_FLAGS = 22
"""Flags for that; branches that ring at the same moment are fewer, so a branch takes the flag of its index modulo."""
DIRECT = 30
"""The attendant is a party and has a media relay; the exchange has none."""
MAX_BRANCHES = 30
"""Branches of one call in all, as in kamailio.cfg; Kamailio cannot do more."""


class Diversion(NamedTuple):
    """One time the call was forwarded."""

    node: str
    """Who forwarded it."""
    reason: str
    """As in RFC 5806."""


class Hunt:
    """A hunt on its way."""

    __slots__ = ("begun", "first", "group", "left", "seen", "stays")

    def __init__(self, group: str, begun: int, first: int, left: str) -> None:
        self.group = group
        """Node id of the group that was called."""
        self.begun = begun
        """`clock.monotonic_ms` when it began."""
        self.first = first
        """The first branch of this hunt."""
        self.left = left
        """Turns not yet tried (``hunting``), each with a space behind it."""
        self.seen: set[str] = set()
        """What came of turns: ``no-answer``, ``busy``, ``unreachable``."""
        self.stays: dict[str, str] = {}
        """Groups that try nobody else, with their member who did not answer."""

    def text(self) -> str:
        """As one field."""
        stays = " ".join(map(">".join, self.stays.items()))
        return "|".join((self.group, str(self.begun), str(self.first), " ".join(sorted(self.seen)), stays, self.left))

    @classmethod
    def read(cls, text: str) -> Hunt | None:
        """From `text`."""
        if not text:
            return None
        group, begun, first, seen, stays, left = text.split("|")
        hunt = cls(group, int(begun), int(first), left)
        hunt.seen = set(seen.split())
        hunt.stays = dict(pair.split(">") for pair in stays.split())
        return hunt


class Call:
    """One call on its way."""

    __slots__ = (
        *("_directory", "_hunt", "_hunt_text", "_name", "_stored", "_tenant", "anchored", "bare", "base", "branches"),
        *("called", "caller", "carried", "diversions", "emergency", "errand", "hop", "moment", "number", "private"),
        *("rung", "target", "tenant_id"),
    )

    def __init__(
        self, directory: Directory, tenant: str, caller: str, number: str, private: bool, called: str, moment: int
    ) -> None:
        self._directory = directory
        self._tenant: Tenant | None = None
        self._name = ""
        self._stored = False
        """Whether its transaction holds an earlier state."""
        self._hunt: Hunt | None = None
        self._hunt_text = ""
        """The hunt as it was written down, until somebody asks for it: most calls are answered."""
        self.tenant_id = tenant
        self.caller = caller
        """Node id of the calling user; empty: the call comes from a trunk."""
        self.number = number
        """Number of a caller from outside, as the carrier wrote it; empty: none."""
        self.private = private
        """The caller is not to be shown: he asked for it on this call, or always does."""
        self.called = called
        """What was dialled."""
        self.moment = moment
        """When the call began, seconds since 1970: schedules are read by it, however long the call is on its way."""
        self.carried = 0
        """How often other networks have forwarded the call."""
        self.diversions: list[Diversion] = []
        """How often the exchange has, first to last."""
        self.target = ""
        """Node that is ringing, or number or URI that is called outside."""
        self.hop = 0
        """Position in the list of trunks."""
        self.branches = 0
        """Branches opened so far."""
        self.base = 0
        """The first branch of those that are open now."""
        self.rung: list[tuple[int, str]] = []
        """Who was rung: first branch, and the user with the groups on the way to him (``hunting``)."""
        self.emergency = False
        self.anchored = False
        """Whether a media relay holds the call for the exchange."""
        self.errand = ""
        """For what the attendant makes the call, as in ``errands``; empty: it does not."""
        self.bare = False
        """Whether nothing is said before a rejection: the attendant calls itself, or is not there."""

    @property
    def tenant(self) -> Tenant:
        """Loaded when it is needed: many events can do without."""
        if self._tenant is None:
            self._tenant = self._directory.tenant(self.tenant_id)
        return self._tenant

    @property
    def name(self) -> str:
        """By which other tables know it."""
        if not self._name:
            self._name = lines.new_name()
        return self._name

    @property
    def hunt(self) -> Hunt | None:
        """The hunt on its way."""
        if self._hunt_text:
            self._hunt, self._hunt_text = Hunt.read(self._hunt_text), ""
        return self._hunt

    @hunt.setter
    def hunt(self, hunt: Hunt | None) -> None:
        self._hunt, self._hunt_text = hunt, ""

    @property
    def veiled(self) -> bool:
        """Whether nothing in the message may tell who calls; emergency centres learn it always."""
        return self.private and not self.emergency

    @property
    def origin(self) -> str:
        """The caller, for the log."""
        return self.caller or self.number

    @property
    def ringing(self) -> list[str]:
        """Whose phones are being rung."""
        return [chain.rpartition(">")[2] for first, chain in self.rung if first >= self.base]

    def at(self, branch: int) -> str:
        """Whose phone a branch leads to, with the groups on the way to him; empty: to no phone of a user."""
        for first, chain in reversed(self.rung):
            if first <= branch:
                return chain
        return ""

    def move(self, first: int) -> None:
        """The branches that are being opened begin at ``first``; Kamailio counts those that came to nothing otherwise
        than we do."""
        by = first - self.base
        self.rung = [(at + by if at >= self.base else at, chain) for at, chain in self.rung]
        self.base, self.branches = first, self.branches + by
        self.save()

    def save(self) -> None:
        """Writes the call to its transaction."""
        flags = f"{self.private:d}{self.emergency:d}{self.anchored:d}{self.bare:d}"
        called = self.called if self.called.isprintable() else ascii(self.called)  # %0a would begin another field
        fields = (
            *(_LAYOUT, self.tenant_id, self.caller, self.number, called, self.target, str(self.hop), flags),
            *(str(self.moment), str(self.carried), " ".join(map(":".join, self.diversions))),
            *(str(self.branches), str(self.base), " ".join(f"{first}:{chain}" for first, chain in self.rung)),
            *(self._hunt_text or (self._hunt.text() if self._hunt is not None else ""), self.name, self.errand),
        )
        if self._stored:
            KSR.pvx.avp_rm(_AVP)
        self._stored = True
        KSR.pvx.avp_sets(_AVP, "\n".join(fields))


def restore(directory: Directory) -> Call:
    """The call of the transaction at hand; ValueError when it is of a layout before the last."""
    layout, tenant, caller, number, called, target, hop, flags, *more = str(KSR.pvx.avp_gete(_AVP)).split("\n")
    if layout == "2":  # of the generation before, which had no attendant
        more, flags = [*more, ""], flags + "0"
    elif layout != _LAYOUT:
        raise ValueError(f"call state of layout {layout}")
    moment, carried, diversions, branches, base, rung, hunt, name, errand = more
    call = Call(directory, tenant, caller, number, flags[0] == "1", called, int(moment))
    call.emergency, call.anchored, call.bare = flags[1] == "1", flags[2] == "1", flags[3] == "1"
    call.target, call.hop, call.carried = target, int(hop), int(carried)
    call.diversions = [Diversion(*text.rsplit(":", 1)) for text in diversions.split()]
    call.branches, call.base = int(branches), int(base)
    call.rung = [(int(first), chain) for first, _, chain in (text.partition(":") for text in rung.split())]
    call._hunt_text, call._name, call._stored, call.errand = hunt, name, True, errand
    return call


class Reports:
    """What the branches that are over have reported; taken from the transaction, before others are opened."""

    __slots__ = ("_flags",)

    def __init__(self) -> None:
        self._flags = KSR.pv.geti(_FLAGS)  # all at once: they are as many as a number has bits
        KSR.pv.seti(_FLAGS, self._flags & _OF_CALL)

    def has(self, flag: int) -> bool:
        """Whether one of them set a flag."""
        return self._flags >> flag & 1 == 1

    def any_rang(self) -> bool:
        """Whether a phone rang until the end."""
        return self._flags & _ANY_RINGING != 0


_FLAGS = "$mf"
_OF_CALL = 1 << ANSWERED | 1 << VEILED | 1 << DIRECT
"""Flags that are no report of a branch."""
_ANY_RINGING = (1 << RINGING_FLAGS) - 1 << RINGING
