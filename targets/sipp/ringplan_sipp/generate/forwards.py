"""Call forwarding: every entry, every edge, and what a redirecting phone may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ringplan.interpreter import ORDINARY_MOMENT, Call, FromPhone, PhoneState, TrunkState, World, route
from ringplan.interpreter.schedules import is_open
from ringplan.interpreter.screening import matches
from ringplan.interpreter.slices import boundaries
from ringplan.ir import MAX_DIVERSIONS, HuntGroup, Reject, Rule, User

from ..scenario import Scenario
from .cast import Cast, is_playable, notations
from .numbers import filled, number_of

_MOST_WAITS = 2
_Item = TypeVar("_Item")


def forward_always(cast: Cast) -> Iterator[Scenario]:
    """Everybody who forwards all calls, called from inside and from outside."""
    for slug, user in cast.named_users():
        if not any(rule.to and not _conditional(rule) for rule in user.rules):
            continue
        moment = _unforwarded_moment(cast, user)
        for direction, call in _calls(cast, user, World(now=moment)):
            yield from _playable(cast, f"{slug}/{direction}", call, World(now=moment))


def _conditional(rule: Rule) -> bool:
    return rule.when is not None or bool(rule.callers)


def _unforwarded_moment(cast: Cast, user: User) -> datetime:
    """A moment at which no selective entry that depends on the time alone decides."""
    timed = [rule.when for rule in user.rules if rule.when is not None and not rule.callers]
    moments = [ORDINARY_MOMENT]
    for schedule in timed:
        moments.extend(boundaries(cast.tenant, schedule, ORDINARY_MOMENT, 2))
    closed = (m for m in moments if not any(is_open(cast.tenant, schedule, m, {}) for schedule in timed))
    return next(closed, ORDINARY_MOMENT)


def _calls(cast: Cast, user: User, world: World) -> Iterator[tuple[str, Call]]:
    """One call from inside and one from outside, where there are such."""
    inside = next((c for c in cast.calls_to(user.id, (user.id,)) if isinstance(c.origin, FromPhone)), None)
    if inside is not None and inside.origin.phone.partition("/phones/")[0] != user.id:  # type: ignore[union-attr]
        yield "inside", inside
    for number in cast.numbers(user.id)[:1]:
        outside = cast.from_outside(number, world)
        if outside is not None:
            yield "outside", outside


def forward_selective(cast: Cast) -> Iterator[Scenario]:
    """Every selective entry: by whom and when it decides; another caller, another time."""
    for slug, user in cast.named_users():
        for index, rule in enumerate(user.rules):
            if _conditional(rule):
                yield from _entry(cast, f"{slug}/{index}", user, rule)


def _entry(cast: Cast, name: str, user: User, rule: Rule) -> Iterator[Scenario]:
    moments = _both_sides(cast, rule.when) if rule.when is not None else {}
    now = moments.get("open") or _telling_moment(cast, user, rule)
    callers = _callers(cast, user, rule, World(now=now))
    for what, call in callers.items():
        yield from _playable(cast, f"{name}-{what}", call, World(now=now))
    if "closed" in moments:
        for what, call in list(callers.items())[:1]:
            yield from _playable(cast, f"{name}-{what}-closed", call, World(now=moments["closed"]))


def _telling_moment(cast: Cast, user: User, rule: Rule) -> datetime:
    """A moment at which an entry that holds at any time makes a difference: when one after it would decide."""
    later = user.rules[user.rules.index(rule) + 1 :]
    timed = [_both_sides(cast, other.when).get("open") for other in later if other.when is not None]
    return next((moment for moment in timed if moment is not None), ORDINARY_MOMENT)


def _both_sides(cast: Cast, schedule: str) -> dict[str, datetime]:
    """A moment at which the schedule is open and one at which it is closed, if there are."""
    near = boundaries(cast.tenant, schedule, ORDINARY_MOMENT, 1)
    moments = [ORDINARY_MOMENT, *near]
    return {"open" if is_open(cast.tenant, schedule, moment, {}) else "closed": moment for moment in moments}


def _callers(cast: Cast, user: User, rule: Rule, world: World) -> dict[str, Call]:
    """Who is meant, who is not, and who does not say who he is."""
    if not rule.callers:
        return dict(list(_calls(cast, user, world))[:1])
    found: dict[str, Call] = {}
    named = [u for u in cast.users if u is not user and any(matches(one, u.extension) for one in rule.callers)]
    for colleague in named[:1]:
        found["colleague"] = Call(cast.phone(colleague), user.extension)
    for number in cast.numbers(user.id)[:1]:
        read = (number_of(cast.plan, filled(cast.plan, pattern)) for pattern in rule.callers)
        meant = next((shown for shown in read if shown), "")
        calls = {
            "meant": cast.from_outside(number, world, caller=meant) if meant else None,
            "other": cast.from_outside(number, world),
            "nobody": cast.from_outside(number, world, caller=None),
            "withheld": cast.from_outside(number, world, withheld=True),
        }
        found |= {what: call for what, call in calls.items() if call is not None}
    return found


def forward_edges(cast: Cast) -> Iterator[Scenario]:
    """Everybody who forwards when busy, away or nobody answers; waiting for no answer twice at most."""
    waits = 0
    for slug, user in cast.named_users():
        for name, target, state in (
            ("busy", user.busy, PhoneState.BUSY),
            ("unreachable", user.unreachable, PhoneState.UNREGISTERED),
            ("no-answer", user.no_answer, PhoneState.SILENT),
        ):
            if isinstance(cast.tenant.node(target), Reject):
                continue
            waits += name == "no-answer"
            if name == "no-answer" and waits > _MOST_WAITS:
                continue
            world = World(phones={phone.id: state for phone in user.phones}, now=_unforwarded_moment(cast, user))
            calls = list(_calls(cast, user, world))
            for direction, call in calls if name != "no-answer" else calls[-1:]:
                yield from _playable(cast, f"{slug}/{name}-{direction}", call, world)


# -- phones that redirect


def forward_redirect(cast: Cast) -> Iterator[Scenario]:
    """A phone answers 302: to a colleague, a hunt group, outside, a SIP URI, an emergency number, nobody.

    Outside and to a SIP URI once by somebody who may, and once by somebody who may not.
    """
    for index, (target, text) in enumerate(sorted(_targets(cast).items())):
        seen: set[bool] = set()
        for user in _turned(_ringing_users(cast), index):
            call = next((call for _, call in _turned(list(_calls(cast, user, redirecting(user, text))), index)), None)
            if call is None:
                continue
            scenario = cast.scenario(f"{target}/{user.id.rsplit('/', 1)[-1]}", call, redirecting(user, text))
            followed = scenario.expected.attempts[:1] and scenario.expected.attempts[0].result == "redirected"
            goes = any("redirected to" in step.text and "allowed" in step.text for step in scenario.expected.steps)
            if followed and goes not in seen and is_playable(scenario):
                seen.add(goes)
                yield scenario
            if seen and target not in ("outside", "sip-uri"):
                break


def _turned(items: list[_Item], by: int) -> list[_Item]:
    """The list, begun elsewhere."""
    by %= len(items) or 1
    return items[by:] + items[:by]


def _ringing_users(cast: Cast) -> list[User]:
    """Users whose phones ring whoever calls whenever."""
    return [user for user in cast.users if not user.rules]


def redirecting(user: User, text: str, world: World | None = None) -> World:
    """The world in which all phones of a user are redirected to ``text``."""
    world = world or World()
    phones = {phone.id: PhoneState.REDIRECTS for phone in user.phones}
    return replace(
        world, phones={**world.phones, **phones}, redirects={**world.redirects, **dict.fromkeys(phones, text)}
    )


def _targets(cast: Cast) -> dict[str, str]:
    """Where phones redirect to."""
    plan, ringing = cast.plan, _ringing_users(cast)
    found = {
        "outside": notations(plan, cast.outsider())["national"],
        "emergency": plan.emergency[0],
        "nowhere": plan.outside_prefix + "2",
        "colleague": ringing[-1].extension if ringing else "",
        "foreign-domain": f"sip:{plan.emergency[0]}@elsewhere.invalid",
    }
    for node in cast.tenant.nodes:
        if isinstance(node, HuntGroup) and cast.keys(node.id):
            found["hunt-group"] = cast.keys(node.id)[0]
    for trunk in cast.program.platform.trunks:
        if trunk.domains and (not trunk.tenants or cast.tenant.id in trunk.tenants):
            found["sip-uri"] = f"sip:guest@{trunk.domains[0]}"
    return {name: text for name, text in found.items() if text}


# -- what carriers are told, and how far a call goes


def forward_presented(cast: Cast) -> Iterator[Scenario]:
    """A call is forwarded out by every trunk: who is shown as the caller, who as the one who forwarded."""
    found = _forwarding_out(cast)
    if found is None:
        return
    user, there = found
    for index, trunk in enumerate(cast.tenant.trunks):
        world = replace(there, trunks=dict.fromkeys(cast.tenant.trunks[:index], TrunkState.FAILS))
        for name, call in _presenting(cast, user, world).items():
            yield from _playable(cast, f"{trunk}/{name}", call, world)


def _forwarding_out(cast: Cast) -> tuple[User, World] | None:
    """Somebody who forwards outside, with a number of his own if possible, and the world in which he does."""
    text = notations(cast.plan, cast.outsider(1))["national"]
    for user in sorted(_ringing_users(cast), key=lambda user: not cast.numbers(user.id)):
        away, busy = (
            World(phones={phone.id: state for phone in user.phones})
            for state in (PhoneState.UNREGISTERED, PhoneState.BUSY)
        )
        for world in (redirecting(user, text), away, busy):
            for _, call in list(_calls(cast, user, world))[:1]:
                attempts = route(cast.program, call, world).attempts
                if attempts and attempts[-1].kind == "trunk" and attempts[-1].request_host is None:
                    return user, world
    return None


def _presenting(cast: Cast, user: User, world: World) -> dict[str, Call]:
    """Callers of every kind: shown, withheld, from outside with and without a number."""
    found: dict[str, Call] = {}
    for name, call in _calls(cast, user, world):
        if name == "inside":
            found |= {"inside": call, "withheld": replace(call, withheld=True)}
    for number in cast.numbers(user.id)[:1]:
        outside = {
            "outside": cast.from_outside(number, world),
            "outside-withheld": cast.from_outside(number, world, withheld=True),
            "outside-carried": cast.from_outside(number, world, diversions=2),
            "outside-nobody": cast.from_outside(number, world, caller=None),
        }
        found |= {name: call for name, call in outside.items() if call is not None}
    return found


def forward_limit(cast: Cast) -> Iterator[Scenario]:
    """The longest way through the tenant; and carriers that have forwarded a call often enough already."""
    chain = _longest(cast)
    if chain is not None:
        yield chain
    ringing = _ringing_users(cast)
    user = next((user for user in ringing if cast.numbers(user.id)), None)
    if user is None or len(ringing) < 2:
        return
    world = redirecting(user, (ringing[-1] if ringing[-1] is not user else ringing[0]).extension)
    for before in (MAX_DIVERSIONS - 1, MAX_DIVERSIONS):
        call = cast.from_outside(cast.numbers(user.id)[0], world, diversions=before)
        if call is not None:
            yield from _playable(cast, f"carrier-{before}", call, world)


def _longest(cast: Cast) -> Scenario | None:
    """The call that is forwarded most often when everybody is busy, if it is at least twice."""
    world = World(phones={phone.id: PhoneState.BUSY for user in cast.users for phone in user.phones})
    best: tuple[int, str, Call] | None = None
    for entry in (*cast.tenant.extensions, *cast.tenant.numbers):
        for call in list(cast.calls_to(entry.node))[:1]:
            attempts = route(cast.program, call, world).attempts
            length = max((len(attempt.diversions) for attempt in attempts), default=0)
            if length >= 2 and (best is None or length > best[0]):
                best = length, entry.key, call
    if best is None:
        return None
    scenario = cast.scenario(f"longest-{best[1].removeprefix('+')}", best[2], world)
    return scenario if is_playable(scenario) else None


def _playable(cast: Cast, name: str, call: Call, world: World) -> Iterator[Scenario]:
    scenario = cast.scenario(name, call, world)
    if is_playable(scenario):
        yield scenario
