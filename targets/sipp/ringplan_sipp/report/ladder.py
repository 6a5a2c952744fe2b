"""Who sent what to whom: the signalling of one scenario as rows between named columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ringplan.interpreter import FromPhone, FromTrunk

from ..parties import Parties
from ..scenario import Message, Observed, Scenario
from ..sip import Sip, parse

EXCHANGE = "exchange"
_CALLER = "caller"
_SECRET = re.compile(r"^((?:Proxy-)?Authorization[ \t]*:)[^\n]*(?:\n[ \t]+[^\n]*)*", re.IGNORECASE | re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_COLUMN = 24
"""Characters between two lifelines of the text ladder."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message."""

    time: float
    """Seconds since the scenario began."""
    source: int
    """Column it comes from."""
    destination: int
    """Column it goes to."""
    title: str
    detail: str
    """The whole message, without credentials and control characters."""
    wrong: bool = False
    """Whether it calls somebody who should not be called."""
    repeated: int = 1
    """How often it was sent in a row."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The signalling of one scenario."""

    columns: tuple[str, ...]
    """Names of the parties; the caller first, then the exchange."""
    arrows: tuple[Arrow, ...]


def ladder(scenario: Scenario, observed: Observed) -> Ladder:
    """The ladder of a scenario."""
    names = _Names(scenario, observed)
    messages = [parse(message) for message in _of_all_calls(observed)]
    steps = (*scenario.before, *scenario.meanwhile, scenario)
    targets = [target for step in steps for attempt in step.expected.attempts for target in attempt.targets]
    expected = {EXCHANGE, *targets}
    order = [names.caller, EXCHANGE, *targets]
    order += [name for sip in messages for name in (names.of(sip.source), names.of(sip.destination))]
    used = {name for sip in messages for name in (names.of(sip.source), names.of(sip.destination))}
    columns = [name for name in dict.fromkeys(order) if name in used] or [names.caller, EXCHANGE]
    arrows: list[Arrow] = []
    for sip in messages:
        source, destination = names.of(sip.source), names.of(sip.destination)
        wrong = sip.is_initial_invite and destination not in expected
        arrow = _arrow(sip, columns.index(source), columns.index(destination), wrong)
        last = arrows[-1] if arrows else None
        if last is not None and replace(last, time=arrow.time, repeated=1) == arrow:
            arrows[-1] = replace(last, repeated=last.repeated + 1)
        else:
            arrows.append(arrow)
    return Ladder(tuple(shown(name) for name in columns), tuple(arrows))


def _of_all_calls(observed: Observed) -> list[Message]:
    """Messages of the calls before, each later than the one before it, and of those that were up at the same time."""
    found: list[Message] = []
    for seen in observed.before:
        found += _later(seen.messages, found)
    together = [message for seen in (*observed.meanwhile, observed) for message in seen.messages]
    return [*found, *_later(sorted(together, key=lambda message: message.time), found)]


def _later(messages: Iterable[Message], after: list[Message]) -> list[Message]:
    begin = after[-1].time if after else 0.0
    return [replace(message, time=message.time + begin) for message in messages]


class _Names:
    """Names of the parties by address."""

    def __init__(self, scenario: Scenario, observed: Observed) -> None:
        self._parties = Parties(observed)
        match scenario.call.origin:
            case FromPhone(phone):
                self.caller = phone
            case FromTrunk(trunk):
                self.caller = trunk
            case _:
                self.caller = _CALLER

    def of(self, endpoint: str) -> str:
        """The party at an address; the exchange for addresses of nobody."""
        if self._parties.is_caller(endpoint):
            return self.caller
        return self._parties.at(endpoint) or EXCHANGE


def shown(party: str) -> str:
    """A party's id in the fewest words: ``reception/desk`` for ``novak/users/reception/phones/desk``."""
    parts = party.split("/")
    return f"{parts[2]}/{parts[4]}" if len(parts) == 5 else party


def _arrow(sip: Sip, source: int, destination: int, wrong: bool) -> Arrow:
    title = sip.title if sip.method or sip.code else "unreadable message"
    if sip.method == "INVITE":
        title = f"INVITE {sip.user}" if sip.is_initial_invite else "re-INVITE"
    elif sip.method is None and sip.cseq[1] not in ("INVITE", ""):
        title = f"{title} ({sip.cseq[1]})"
    return Arrow(sip.time, source, destination, clean(title), clean(without_secrets(sip.text)), wrong)


def without_secrets(text: str) -> str:
    """A SIP message without the values of its credentials."""
    return _SECRET.sub(r"\1 (removed)", text.replace("\r\n", "\n"))


def clean(text: str) -> str:
    """Text without characters that XML forbids or a terminal obeys."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def as_text(drawn: Ladder) -> str:
    """The ladder for a terminal or a CI log."""
    places = [index * _COLUMN for index in range(len(drawn.columns))]
    header = "".join(name[: _COLUMN - 2].ljust(_COLUMN) for name in drawn.columns)
    lines = [" " * 9 + header.rstrip()]
    for arrow in drawn.arrows:
        left, right = sorted((places[arrow.source], places[arrow.destination]))
        row = list("".join("|".ljust(_COLUMN) for _ in places))
        width = right - left - 1
        title = arrow.title + (f" ×{arrow.repeated}" if arrow.repeated > 1 else "")
        label = f" {title[: width - 4]} " if width > 4 else ""
        line = label.center(width, "-")
        row[left + 1 : right] = line[:-1] + ">" if arrow.source < arrow.destination else "<" + line[1:]
        lines.append(f"{arrow.time:7.3f}  " + "".join(row).rstrip())
    return "\n".join(lines)
