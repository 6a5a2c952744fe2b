"""Calls between users of the tenant, and calls that find nobody."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call
from ringplan.ir import NumberBlock

from ..scenario import Scenario
from .cast import Cast, notations


def extension(cast: Cast) -> Iterator[Scenario]:
    """Every user is called by extension from a colleague; one user calls himself."""
    for index, user in enumerate(cast.users):
        caller = cast.other(user)
        if caller is not user:
            yield cast.scenario(user.extension, Call(cast.phone(caller, index), user.extension))
    for user in cast.users[:1]:
        yield cast.scenario(f"{user.extension}/self", Call(cast.phone(user), user.extension))


def on_net(cast: Cast) -> Iterator[Scenario]:
    """Every assigned number is dialled from inside, and every notation is used; the call stays inside."""
    entries = cast.tenant.numbers if cast.users else ()
    for index in range(max(len(entries), 4) if entries else 0):
        entry = entries[index % len(entries)]
        forms = notations(cast.plan, entry.key)
        form = list(forms)[index % len(forms)]
        callers = [user for user in cast.users if user.id != entry.node] or list(cast.users)
        call = Call(cast.phone(callers[index % len(callers)]), forms[form])
        yield cast.scenario(f"{entry.key}/{index // len(entries)}-{form}", call)


def not_found(cast: Cast) -> Iterator[Scenario]:
    """Numbers that lead nowhere end with the right code: unknown, without prefix, unassigned, malformed."""
    if not cast.users:
        return
    plan = cast.plan
    dialled = {
        "unknown-extension": _unused_extension(cast),
        "without-outside-prefix": notations(plan, cast.outsider()).get("bare"),
        "malformed": plan.outside_prefix + "2" * (plan.national_length - 3),
    }
    spare = unassigned(cast)
    if spare:
        forms = notations(plan, spare)
        dialled["unassigned"] = forms.get("national", forms["plus"])
    for index, (name, digits) in enumerate(sorted(dialled.items())):
        if digits:
            yield cast.scenario(name, Call(cast.phone(cast.caller(index)), digits))


def unassigned(cast: Cast) -> str | None:
    """A number the tenant owns and nobody has; None when all are assigned."""
    taken = {entry.key for entry in cast.tenant.numbers}
    for block in cast.tenant.blocks:
        for number in _numbers(block):
            if number not in taken:
                return number
    return None


def _numbers(block: NumberBlock) -> Iterator[str]:
    return (f"+{number}" for number in range(int(block.first[1:]), int(block.last[1:]) + 1))


def _unused_extension(cast: Cast) -> str:
    """Digits of the usual length that are nobody's extension, speed dial or emergency number."""
    taken = {entry.key for entry in cast.tenant.extensions} | set(cast.plan.emergency)
    length = max((len(entry.key) for entry in cast.tenant.extensions), default=4)
    first = "8" if cast.plan.outside_prefix == "9" else "9"
    for number in range(10 ** (length - 1)):
        candidate = first + str(number).rjust(length - 1, "7")
        if candidate not in taken:
            return candidate
    return first * (length + 1)
