"""Calls that were up at the same time, taken apart: what was seen of each.

Messages are told apart by Call-ID, which the caller's token makes and the exchange passes on unchanged; voice by who
talks in which call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .casting import Cast
from .scenario import MediaFlow, Message
from .wire import call_id


@dataclass(frozen=True, slots=True)
class Separated:
    """What was seen of one call."""

    messages: tuple[Message, ...]
    media: tuple[MediaFlow, ...]


def separate(casts: Sequence[Cast], messages: Iterable[Message], media: Iterable[MediaFlow]) -> list[Separated]:
    """One part for each call, in the order of ``casts``; what belongs to none of them is the last one's."""
    found: list[list[Message]] = [[] for _ in casts]
    for message in messages:
        found[_call_of(casts, message)].append(message)
    flows: list[list[MediaFlow]] = [[] for _ in casts]
    for flow in media:
        flows[_voice_of(casts, flow)].append(flow)
    return [Separated(tuple(some), tuple(voices)) for some, voices in zip(found, flows, strict=True)]


def _call_of(casts: Sequence[Cast], message: Message) -> int:
    own = call_id(message.text)
    last = len(casts) - 1
    return next((index for index, one in enumerate(casts) if own == f"{one.caller.token}@lab"), last)


def _voice_of(casts: Sequence[Cast], flow: MediaFlow) -> int:
    for index, one in enumerate(casts[:-1]):
        if {flow.source, flow.destination} & {party.endpoint.media for party in one.parties if party.talks}:
            return index
    return len(casts) - 1
