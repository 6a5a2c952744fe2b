"""Callback: the exchange refuses an employee's call, calls him, and connects him with the number he then dials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ringplan.ir import Callback, Trunk, User

from .call import FromTrunk
from .dialling import Emergency, NotFound, OffNet, analyse
from .originating import call_from
from .outcome import Outcome, Presented
from .presenting import written
from .redirecting import screen_target

if TYPE_CHECKING:
    from .walk import Walk

ROUNDS: Final = 3
"""How often an employee is asked for a number."""
ACCEPT: Final = "1"
"""What he presses first, and a mailbox does not."""
FIRST_DIGIT_MS: Final = 10_000
"""How long he may think before a number."""
INTER_DIGIT_MS: Final = 5_000
"""How long between two digits of it."""
MAX_DIGITS: Final = 20
"""So many digits are a number, without ``#``."""


def called(walk: Walk, node: Callback) -> Outcome:
    """Somebody calls the number: he is refused and called back, or goes on as everybody else."""
    number = _employee(walk, node)
    if number is None:
        walk.step(node.id, "who calls is not called back", node)
        return walk.go_on(node.otherwise)
    if number in walk.world.called_back:
        walk.step(node.id, f"refuses the call; {number} is being called back already", node)
        return walk.end(486, "Busy Here")
    walk.step(node.id, f"refuses the call, and calls {number} back after {node.delay_ms / 1000:g} s", node)
    return replace(walk.end(486, "Busy Here"), called_back=(node.id, number))


def _employee(walk: Walk, node: Callback) -> str | None:
    """The number to call back: one that a trunk asserts, on the list, and nobody of us has forwarded the call."""
    number = walk.caller.number
    is_his = isinstance(walk.call.origin, FromTrunk) and not walk.call.withheld and not walk.is_forwarded
    return number if is_his and number in dict(node.allowed) else None


def call_back(walk: Walk, node: Callback, number: str) -> Outcome:
    """The call back to one of the allowed numbers."""
    user = walk.tenant.node(dict(node.allowed)[number])
    assert isinstance(user, User)
    verdict = screen_target(walk.tenant, node.plan, OffNet(number))
    walk.step(node.plan, verdict.why, walk.tenant.plan(node.plan))
    if not verdict.allowed:
        return walk.reject("barred")
    outcome = walk.call_out(number, lambda trunk: _own_number(node, trunk))
    return outcome if outcome.code != 200 else _answered(walk, node, user)


def _own_number(node: Callback, trunk: Trunk) -> Presented:
    number = written(node.number, trunk)
    return Presented(number, asserted=number)


def _answered(walk: Walk, node: Callback, user: User) -> Outcome:
    keys = _asked(walk, node, node.accept, FIRST_DIGIT_MS)
    if keys[:1] != ACCEPT:
        return _hang_up(walk, node, f"{keys or 'nothing'} pressed: not accepted")
    for _ in range(ROUNDS):
        dialled = _asked(walk, node, node.ask, INTER_DIGIT_MS).partition("#")[0][:MAX_DIGITS]
        if not dialled:
            return _hang_up(walk, node, "nothing dialled")
        outcome = _connect(walk, node, user, _meant(walk, user, dialled))
        if outcome is not None:
            return outcome
    return _hang_up(walk, node, f"asked {ROUNDS} times")


def _asked(walk: Walk, node: Callback, prompt: str, between_ms: int) -> str:
    walk.hear(node.id, prompt)
    keys = walk.pressed()
    walk.waited(keys, between_ms if keys else FIRST_DIGIT_MS, barge_in=True)
    return keys


def _connect(walk: Walk, node: Callback, user: User, dialled: str) -> Outcome | None:
    """One number: the connected call, or None when another may be dialled."""
    walk.step(node.id, f"{dialled} dialled", node)
    if isinstance(analyse(walk.tenant, user, dialled)[0], Emergency):
        walk.hear(node.id, node.directly)
        return None
    outcome = walk.connect(lambda: call_from(walk, user, dialled))
    if outcome.code != 200:
        walk.hear(node.id, node.failed)
        return None
    if not node.record:
        return outcome
    walk.hear(node.id, node.announced)
    return walk.end(200, "OK", outcome.answered_by)


def _meant(walk: Walk, user: User, digits: str) -> str:
    """The ``#`` that ends a number ends speed dial codes of one digit, too."""
    code = f"{digits}#"
    is_number = not isinstance(analyse(walk.tenant, user, digits)[0], NotFound)
    return digits if is_number or code not in dict(user.speed_dial) else code


def _hang_up(walk: Walk, node: Callback, why: str) -> Outcome:
    walk.step(node.id, f"{why}: hangs up", node)
    return walk.end(200, "OK", (node.id,))
