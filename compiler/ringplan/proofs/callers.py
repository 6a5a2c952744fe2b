"""Who can call, in classes: callers of one class are the same to every forwarding entry and callback of the tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ringplan import patterns
from ringplan.interpreter.dialling import calling_number
from ringplan.interpreter.screening import canonical, matches
from ringplan.ir import Callback, DialPlan, Rule, Tenant, User
from ringplan.values import dataclass

_DIGITS: Final = "6012345789"
_LONGEST: Final = 20
"""Digits of the longest numbers that are looked at; longer ones differ from these in nothing."""


@dataclass(frozen=True, slots=True)
class CallerClass:
    """One representative of a class of callers."""

    user: User | None
    """The calling user; None: the call comes from a trunk."""
    number: str | None
    """What the carrier sends; None: nothing, or a user calls."""
    canonical: str | None
    """What forwarding entries compare; None: unknown."""
    withheld: bool
    """Whether the caller asks for privacy on this call."""

    def is_among(self, rule: Rule) -> bool:
        """Whether a forwarding entry applies to the caller, whatever the time."""
        if not rule.callers:
            return True
        hidden = self.withheld or (self.user is not None and self.user.identity.withheld)
        if hidden or self.canonical is None:
            return rule.anonymous
        return any(matches(pattern, self.canonical) for pattern in rule.callers)


def caller_classes(
    tenant: Tenant, users: Iterable[User], *, outside: bool, numbers: Iterable[str] = ()
) -> tuple[CallerClass, ...]:
    """All classes, callers from outside first; ``outside``: whether calls can come in at all.

    ``numbers``: canonical dial strings of further callers who are one class each.
    """
    users = tuple(users)
    compared = frozenset(pattern for user in users for rule in user.rules for pattern in rule.callers)
    compared |= {*numbers}
    compared |= {canonical(tenant.dial_plan, number) for number in _called_back(tenant)}
    found = list(_outsiders(tenant.dial_plan, compared)) if outside else []
    hiding = (False, True) if compared else (False,)
    found += [CallerClass(user, None, user.extension, withheld) for withheld in hiding for user in users]
    return tuple(found)


def _called_back(tenant: Tenant) -> Iterator[str]:
    """Numbers that callbacks treat unlike others."""
    return (number for node in tenant.nodes if isinstance(node, Callback) for number, _ in node.allowed)


def _outsiders(plan: DialPlan, compared: frozenset[str]) -> Iterator[CallerClass]:
    ordinary = f"+{plan.calling_code}{'601111222333'[: plan.national_length]}"
    if not compared:
        yield CallerClass(None, ordinary, _read(plan, ordinary), False)
        return
    seen: set[frozenset[str]] = set()
    for number in (ordinary, *_numbers(plan, compared)):
        known = _read(plan, number)
        matched = frozenset(pattern for pattern in compared if matches(pattern, known))
        if matched not in seen:
            seen.add(matched)
            yield CallerClass(None, number, known, False)
    yield CallerClass(None, None, None, False)


def _read(plan: DialPlan, number: str) -> str:
    return canonical(plan, calling_number(plan, number))


def _numbers(plan: DialPlan, compared: frozenset[str]) -> list[str]:
    """A number of every class, real ones first."""
    own = plan.calling_code
    edges = [plan.international_prefix + own, own]  # beginnings that decide how a number is read
    split = [patterns.literal(text, is_open=True) for edge in ("0", *edges) for text in (edge, edge + "0")]
    strings = _representatives([*map(patterns.parse, sorted(compared)), *split])
    numbers = (number for text in strings for number in _sent(plan, text) if _read(plan, number) == text)
    return sorted(numbers, key=lambda number: (not number.startswith("+"), not _is_real(plan, number)))


def _is_real(plan: DialPlan, number: str) -> bool:
    digits = number.removeprefix(f"+{plan.calling_code}")
    return len(digits) == plan.national_length if digits[0:1] != "+" else 8 <= len(digits) <= 13


def _sent(plan: DialPlan, text: str) -> Iterator[str]:
    """What a carrier may have sent for a caller whose canonical dial string is ``text``."""
    if text.startswith(plan.international_prefix):
        yield "+" + text.removeprefix(plan.international_prefix)
    if text.startswith(plan.national_prefix):
        yield f"+{plan.calling_code}{text.removeprefix(plan.national_prefix)}"
    if text:
        yield text


def _representatives(masks: list[patterns.Pattern]) -> Iterator[str]:
    """A string for every length and every set of masks that some string of it matches.

    All masks are followed at once, digit by digit; strings that leave the same ones alive are alike.
    """
    alive = {frozenset(range(len(masks))): ""}
    for depth in range(max(_LONGEST, *(len(mask.steps) for mask in masks)) + 2):
        yield from alive.values()
        following: dict[frozenset[int], str] = {}
        for indexes, text in alive.items():
            for digit in _DIGITS:
                left = frozenset(index for index in indexes if _goes_on(masks[index], depth, digit))
                following.setdefault(left, text + digit)
        alive = following


def _goes_on(mask: patterns.Pattern, depth: int, digit: str) -> bool:
    return digit in mask.steps[depth] if depth < len(mask.steps) else mask.is_open
