"""What callers hear whose calls are refused before they reach anybody: numbers that do not exist, plans, trunks.

Refusals of calls to numbers and extensions are found on the way of those (``entries``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ringplan.interpreter import Call, FromPhone, FromTrunk
from ringplan.interpreter.dialling import OnNet, analyse, called_number
from ringplan.ir import Reject

from .dialling import number_out
from .model import Covers, Risk
from .told import Told
from .versions import Pair, Version

NO_NUMBER = "*"
"""Dialled by a user, it is the number of nobody."""


def treatments(pair: Pair) -> Iterator[Told]:
    """Every rejection that says something else."""
    for name, new in pair.new.nodes.items():
        old = pair.old.nodes.get(name)
        if isinstance(old, Reject) and isinstance(new, Reject) and old.prompt != new.prompt:
            dialled, down = _example(pair, name)
            yield Told(
                risk=Risk.CHANGED,
                subject=f"callers refused with {new.code} {new.reason}",
                before=f"heard {_words(pair.old, old)}",
                after=f"now hear {_words(pair.new, new)}",
                addresses=(name,),
                users=pair.shared_users,
                dialled=dialled,
                covers=_reaches_nobody(pair),
                trunks_down=down,
                is_certain=False,
            )


def _words(version: Version, node: Reject) -> str:
    return version.tenant.prompt(node.prompt).words if node.prompt is not None else "nothing"


def _example(pair: Pair, name: str) -> tuple[str | None, tuple[str, ...]]:
    """What a user can dial to be refused so, and the trunks that must fail."""
    if not pair.shared_users:
        return None, ()
    match name.rpartition("/")[2]:
        case "unknown-number":
            return NO_NUMBER, ()
        case "no-trunk":
            trunks = dict.fromkeys((*pair.old.tenant.trunks, *pair.new.tenant.trunks))
            return number_out(pair, pair.shared_users[0]), tuple(trunks)
        case _:
            return None, ()


def _reaches_nobody(pair: Pair) -> Covers:
    """Whether a call is to no number or extension of the tenant."""

    def holds(call: Call, _moment: datetime) -> bool:
        return not any(_is_to_somebody(version, call) for version in (pair.old, pair.new))

    return holds


def _is_to_somebody(version: Version, call: Call) -> bool:
    match call.origin:
        case FromTrunk():
            return called_number(call.dialled) in version.entries
        case FromPhone(phone):
            user = version.users.get(phone.partition("/phones/")[0])
            return user is None or isinstance(analyse(version.tenant, user, call.dialled)[0], OnNet)
        case _:
            return True
