"""Menus, announcements and callbacks for an exchange of `exchange.py`, in few words: the graph itself, no manifest.

A prompt is named by its text: ``say("open")`` is the id of the prompt “open”.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.interpreter.exchange import Exchange, end, origin, phone

from ringplan import ir
from ringplan.diagnostics import Span
from ringplan.interpreter import (
    ORDINARY_MOMENT,
    Call,
    FromCallback,
    FromClick,
    Outcome,
    PhoneState,
    TrunkState,
    World,
    route,
)

PLAN = "acme/calling_plan"
HANG_UP = ir.HangUp(None)
_NUMBERED = (ir.Ivr, ir.Announcement, ir.Callback)
NUMBER = "+420222333449"
"""Of the callback."""


def say(text: str) -> str:
    """The id of a prompt."""
    return f"acme/prompts/{text}"


def to(target: str, prompt: str | None = None) -> ir.Transfer:
    """Transfer to a node, ``users/a``."""
    return ir.Transfer(f"acme/{target}", say(prompt) if prompt else None)


def into(ivr: str) -> ir.Submenu:
    """Submenu of an IVR by its name."""
    return ir.Submenu(f"acme/ivr/{ivr}")


def retry(times: int = 0, prompt: str | None = None, then: ir.Action = HANG_UP) -> ir.Retry:
    """What follows when the caller did not do as he was asked."""
    return ir.Retry(times, say(prompt) if prompt else None, then)


def menu(greeting: str | None = None, keys: dict[str, ir.Action] | None = None, **more: Any) -> ir.Menu:
    """A menu; without a policy the first failure hangs up."""
    fields: dict[str, Any] = {
        "dial_extensions": False,
        "barge_in": True,
        "first_digit_ms": 10_000,
        "inter_digit_ms": 3_000,
        "no_input": retry(),
        "invalid": retry(),
        "failed": retry(),
    } | more
    return ir.Menu(say(greeting) if greeting else None, tuple(sorted((keys or {}).items())), **fields)


def with_menus(line: Exchange, *, number: str | None = None, **menus: ir.Menu) -> Exchange:
    """IVRs by name with their open menu; the first one has extension 1800, the second 1801 …, and none can be called
    from outside. ``number``: what stands for them outside."""
    named = enumerate(menus.items())
    ivrs = (ivr(name, one, extension=f"{1800 + at}", external_number=number) for at, (name, one) in named)
    return with_ivrs(line, *ivrs)


def ivr(name: str, opened: ir.Menu, **more: Any) -> ir.Ivr:
    """An IVR."""
    fields: dict[str, Any] = {
        "name": name,
        "extension": None,
        "number": None,
        "external_number": None,
        "language": "en",
        "holidays": None,
        "hours": None,
        "closed": None,
        "holiday": None,
        "max_ms": 600_000,
        "plan": PLAN,
        "span": _span(),
    } | more
    return ir.Ivr(id=f"acme/ivr/{name}", open=opened, **fields)


def with_ivrs(line: Exchange, *ivrs: ir.Ivr) -> Exchange:
    """The exchange with these IVRs."""
    return with_nodes(line, *ivrs)


def announcement(name: str, text: str, times: int = 1, code: int = 480, reason: str = "Closed") -> ir.Announcement:
    """An announcement, without extension."""
    return ir.Announcement(f"acme/announcements/{name}", name, None, None, say(text), times, code, reason, _span())


def callback(allowed: dict[str, str], otherwise: str = "reject/closed", plan: str = PLAN) -> ir.Callback:
    """The callback `NUMBER` for numbers and their users; prompts are called as their fields."""
    return ir.Callback(
        id="acme/callback/field",
        name="Field",
        number=NUMBER,
        allowed=tuple(sorted((number, f"acme/users/{user}") for number, user in allowed.items())),
        otherwise=f"acme/{otherwise}",
        delay_ms=3_000,
        interval_ms=60_000,
        accept=say("accept"),
        ask=say("ask"),
        directly=say("directly"),
        failed=say("failed"),
        record=False,
        announced=None,
        keep_days=30,
        plan=plan,
        span=_span(),
    )


def with_nodes(line: Exchange, *nodes: ir.Node) -> Exchange:
    """The exchange with further nodes, or others of the same id, their numbers, and every prompt they play."""
    (tenant,) = line.program.tenants
    known = {node.id: node for node in tenant.nodes}
    new = [node for node in nodes if node.id not in known]
    known |= {node.id: node for node in nodes}
    numbers = [ir.Entry(node.number, node.id, _span()) for node in new if isinstance(node, _NUMBERED) and node.number]
    extensions = [
        ir.Entry(node.extension, node.id, _span())
        for node in new
        if isinstance(node, ir.Ivr | ir.Announcement) and node.extension
    ]
    changed = replace(
        tenant,
        nodes=tuple(known[key] for key in sorted(known)),
        numbers=tuple(sorted((*tenant.numbers, *numbers), key=lambda entry: entry.key)),
        extensions=tuple(sorted((*tenant.extensions, *extensions), key=lambda entry: entry.key)),
        prompts=tuple(_prompt(key) for key in sorted(_played(tuple(known.values())))),
    )
    return Exchange(replace(line.program, tenants=(changed,)))


def heard(outcome: Outcome) -> list[str]:
    """The prompts heard, by their texts."""
    return [prompt.removeprefix("acme/prompts/") for prompt in outcome.heard]


def dial(
    line: Exchange,
    by: str,
    to: str,
    *presses: str,
    states: dict[str, str] | None = None,
    trunks: dict[str, str] | None = None,
    withheld: bool = False,
    diversions: int = 0,
    called_back: frozenset[str] = frozenset(),
    switches: dict[str, bool] | None = None,
) -> Outcome:
    """One call, with what the caller presses; ``states``: ``{"busy": "a b"}``."""
    world = _world(states, trunks, called_back, switches)
    return route(line.program, Call(origin(by), to, withheld, diversions, presses), world)


def click(line: Exchange, user: str, to: str, states: dict[str, str] | None = None) -> Outcome:
    """Click-to-dial."""
    return route(line.program, Call(FromClick(f"acme/users/{user}"), to), _world(states, None, frozenset(), None))


def calls_back(line: Exchange, number: str, *presses: str, **states: dict[str, str]) -> Outcome:
    """The call back to an employee; ``states`` and ``trunks`` as for `dial`."""
    world = _world(states.get("states"), states.get("trunks"), frozenset(), None)
    return route(line.program, Call(FromCallback("acme/callback/field", number), "", presses=presses), world)


def ends(outcome: Outcome) -> str:
    """As `exchange.end`, with an IVR or callback that hung up as ``ivr/main``."""
    return end(outcome).removeprefix("acme/")


def _world(
    states: dict[str, str] | None,
    trunks: dict[str, str] | None,
    called_back: frozenset[str],
    switches: dict[str, bool] | None,
) -> World:
    return World(
        phones={phone(one): PhoneState(state) for state, names in (states or {}).items() for one in names.split()},
        trunks={trunk: TrunkState(state) for trunk, state in (trunks or {}).items()},
        now=ORDINARY_MOMENT,
        called_back=called_back,
        switches={f"acme/{name}": on for name, on in (switches or {}).items()},
    )


def _prompt(key: str) -> ir.Prompt:
    text = key.removeprefix("acme/prompts/")
    return ir.Prompt(key, "en", text, None, text, _span())


def _played(value: object) -> set[str]:
    """Every id of a prompt somewhere in some data."""
    if isinstance(value, str):
        return {value} if value.startswith("acme/prompts/") else set()
    if isinstance(value, tuple):
        return {found for item in value for found in _played(item)}
    fields = getattr(value, "__dataclass_fields__", {})
    return {found for name in fields for found in _played(getattr(value, name))}


def _span() -> Span:
    return Span("tenant.yaml", 1, 1, 1, 2)
