"""A tenant with menus, an announcement, a callback and rejections with prompts, as the runtime reads it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.targets.kamailio.program import SPAN, platform, tenant

from ringplan import ir
from ringplan.ir import (
    Announcement,
    Callback,
    DialExtension,
    DialName,
    Entry,
    HangUp,
    Ivr,
    Menu,
    Play,
    Prompt,
    Reject,
    Repeat,
    Retry,
    Return,
    Schedule,
    Submenu,
    Transfer,
)
from ringplan_kamailio import TARGET
from ringplan_kamailio.runtime.ringplan_runtime import tenants

MAIN, SUB, DIRECT = "novak/ivr/main", "novak/ivr/sub", "novak/ivr/direct"
CLOSED, FIELD = "novak/announcements/closed", "novak/callback/field"
ANN, BOB, CYR = "novak/users/ann", "novak/users/bob", "novak/users/cyr"
BUSY, BARRED = "novak/reject/busy", "novak/reject/barred"
MOBILE, COMPANY = "+420602111222", "+420222333440"
OPEN, DAYS = "novak/schedules/open", "novak/schedules/days"
OPEN_MOMENT, CLOSED_MOMENT, HOLIDAY = 1_772_618_400, 1_772_661_600, 1_772_704_800
"""Wednesday 2026-03-04 11:00 and 23:00 in Prague, Thursday 11:00."""

PROMPTS = (
    "accept", "announced", "ask", "barred", "bye", "choose1", "choose2", "connecting", "directly", "extension",
    "failed", "greeting", "holiday", "invalid", "name", "name-ann", "name-bob", "night", "no-input", "office",
    "over", "sub",
)  # fmt: skip


def prompt(name: str) -> str:
    """Id of a prompt."""
    return f"novak/prompts/{name}"


def heard(*names: str) -> tuple[str, ...]:
    """Prompts as the runtime names them."""
    return tuple(f"novak/{name}" for name in names)


def menu(greeting: str, **keys: ir.Action) -> Menu:
    """A menu whose policies all are a prompt and another try; a key that is no name has an underscore before it."""
    named = {"star": "*", "hash": "#"}
    return Menu(
        greeting=prompt(greeting),
        keys=tuple(sorted((named.get(key, key.removeprefix("_")), action) for key, action in keys.items())),
        dial_extensions=False,
        barge_in=True,
        first_digit_ms=5_000,
        inter_digit_ms=2_000,
        no_input=Retry(1, prompt("no-input"), HangUp(prompt("bye"))),
        invalid=Retry(2, prompt("invalid"), HangUp(prompt("bye"))),
        failed=Retry(1, prompt("failed"), Transfer(CYR, None)),
    )


def ivr(node: str, opened: Menu, **others: object) -> Ivr:
    """An IVR that is open always, unless ``others`` say more."""
    plain = Ivr(
        id=node, name="", extension=None, number=None, external_number=None, language="cs", holidays=None, hours=None,
        open=opened, closed=None, holiday=None, max_ms=600_000, plan="novak/calling_plan", span=SPAN,
    )  # fmt: skip
    return replace(plain, **others)  # type: ignore[arg-type]


_NAMES = (("2662", ANN, prompt("name-ann")), ("2662", BOB, prompt("name-bob")), ("297", CYR, prompt("name-bob")))
_OPENED = menu(
    "greeting",
    _0=Transfer(CLOSED, None),
    _1=Transfer(ANN, None),
    _2=Transfer(BOB, prompt("connecting")),
    _3=Submenu(SUB),
    _4=DialExtension(prompt("extension"), None),
    _5=DialName(prompt("name"), _NAMES, (prompt("choose1"), prompt("choose2"))),
    _6=Play(prompt("office")),
    _7=HangUp(prompt("bye")),
    _8=Repeat(),
    _9=Return(),
    star=Transfer(BUSY, None),
)


def office() -> ir.Tenant:
    """The tenant; callers from inside reach its IVRs by 1000, 1001 and 1002."""
    base = tenant()
    main = ivr(
        MAIN, _OPENED, extension="1000", hours=OPEN, closed=menu("night", _1=Transfer(BOB, None)),
        holidays=DAYS, holiday=menu("holiday"),
    )  # fmt: skip
    below = menu("sub", _1=Transfer(BOB, None), _3=Submenu(SUB), _9=Return())
    field = Callback(
        id=FIELD, name="", number=COMPANY, allowed=((MOBILE, CYR),), otherwise=ANN, delay_ms=3_000, interval_ms=60_000,
        accept=prompt("accept"), ask=prompt("ask"), directly=prompt("directly"), failed=prompt("failed"), record=False,
        announced=prompt("announced"), keep_days=30, plan="novak/calling_plan", span=SPAN,
    )  # fmt: skip
    told = {BARRED: prompt("barred")}
    nodes = [replace(node, prompt=told.get(node.id)) if isinstance(node, Reject) else node for node in base.nodes]
    nodes += [
        main,
        ivr(SUB, replace(below, barge_in=False), extension="1001"),
        ivr(DIRECT, replace(menu("greeting", _1=Transfer(BOB, None)), dial_extensions=True), extension="1002"),
        Announcement(CLOSED, "", None, None, prompt("over"), 2, 480, "Closed", SPAN),
        field,
    ]
    return replace(
        base,
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        extensions=tuple(
            sorted(
                (*base.extensions, Entry("1000", MAIN, SPAN), Entry("1001", SUB, SPAN), Entry("1002", DIRECT, SPAN)),
                key=lambda entry: entry.key,
            )
        ),
        schedules=(Schedule(DAYS, (), (), (), None, None, SPAN), Schedule(OPEN, (), (), (), None, None, SPAN)),
        prompts=tuple(Prompt(prompt(name), "cs", name, None, name, SPAN) for name in PROMPTS),
    )


def read(described: ir.Tenant) -> tenants.Tenant:
    """The tenant as the runtime has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tenant.py"
        path.write_bytes(TARGET.emit_tenant(platform(), described)[0].content)
        return tenants.read(path)


@cache
def runtime_office() -> tenants.Tenant:
    """`office`, read once."""
    return read(office())
