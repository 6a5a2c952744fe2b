"""A program whose only tenant uses every service: hunting, forwarding, schedules, plans. Rings are short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.targets.sipp.conftest import SPAN, make_program, make_tenant, make_trunk, make_user

from ringplan.ir import (
    CALL_TYPES,
    CallTable,
    Entry,
    HuntGroup,
    MaskRule,
    Member,
    Outside,
    Plan,
    Program,
    Rule,
    Schedule,
    SipUri,
    Tenant,
    TimeRoute,
    User,
)
from ringplan.ir.schedules import MINUTES_OF_DAY, Interval

T = "works"
NUMBER = "+4202223335"
MOBILE, ABROAD, PREMIUM = "+420602123456", "+436601234567", "+420900123456"
RING_MS = 2_000


def user(slug: str, extension: str, number: str | None = None, phones: int = 1, **changes: object) -> User:
    made = make_user(T, slug, extension, NUMBER + number if number else None, phones)
    made = replace(made, ring_ms=RING_MS, speed_dial=(), **changes)  # type: ignore[arg-type]
    shown = made.number
    return replace(made, identity=replace(made.identity, external_number=shown, emergency_number=f"{NUMBER}01"))


def group(
    slug: str, policy: str, members: tuple[str, ...], extension: str | None = None, **changes: object
) -> HuntGroup:
    weights = (75, 25) if policy == "weighted" else (0,) * len(members)
    made = HuntGroup(
        id=f"{T}/hunt_groups/{slug}",
        name=slug.title(),
        extension=extension,
        number=None,
        external_number=f"{NUMBER}10",
        policy=policy,
        members=tuple(Member(f"{T}/{node}", weight) for node, weight in zip(members, weights, strict=True)),
        turns=(0, 0, 1, 0) if policy == "weighted" else (),
        ring_ms=RING_MS,
        advance=True,
        overflow_ms=None,
        call_waiting=False,
        is_busy=False,
        busy=f"{T}/reject/busy",
        no_answer=f"{T}/reject/no-answer",
        unreachable=f"{T}/reject/unreachable",
        overflow=f"{T}/reject/no-answer",
        plan=f"{T}/calling_plan",
        span=SPAN,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def users() -> tuple[User, ...]:
    night, strict = f"{T}/schedules/night", f"{T}/users/emil/calling_plan"
    away = f"{T}/outside/{MOBILE}"
    return (
        user("anna", "1201", "01"),
        user("bela", "1202", "02", phones=2),
        user("cyril", "1203"),
        user(
            "dana",
            "1204",
            "04",
            rules=(
                Rule(None, ("602*",), False, None, SPAN),
                Rule(night, ("601*",), True, f"{T}/reject/closed", SPAN),
                Rule(night, (), False, away, SPAN),
            ),
            busy=away,
            no_answer=away,
            unreachable=f"{T}/sip/guest@partner.example",
        ),
        user("emil", "1205", "05", plan=strict, busy=away),
        user("filip", "1206", "06", busy=f"{T}/users/gita"),
        user("gita", "1207", "07", busy=f"{T}/users/dana", rules=()),
        user("hana", "1208", "08", rules=(Rule(None, (), False, f"{T}/hunt_groups/sales", SPAN),)),
        user("ivan", "1209", "09", rules=(Rule(None, (), False, f"{T}/outside/{PREMIUM}", SPAN),)),
    )


def groups() -> tuple[HuntGroup, ...]:
    three = ("users/anna", "users/bela", "users/cyril")
    sales = group("sales", "circular", three, "1301", number=f"{NUMBER}10", no_answer=f"{T}/outside/{MOBILE}")
    return (
        replace(sales, unreachable=f"{T}/users/gita"),
        group("crew", "uniform", three, "1303"),
        group("share", "weighted", three[:2], "1304", busy=f"{T}/users/gita"),
        group("all", "simultaneous", three, "1305", unreachable=f"{T}/users/gita"),
        group("once", "regular", ("users/bela", "users/anna"), "1306", advance=False, no_answer=f"{T}/users/gita"),
        group("empty", "regular", (), "1307", unreachable=f"{T}/users/gita"),
        group("waiting", "regular", three[:2], "1308", call_waiting=True),
        group(
            "desk",
            "regular",
            ("users/cyril", "hunt_groups/crew"),
            "1302",
            overflow_ms=3_000,
            overflow=f"{T}/users/gita",
        ),
    )


def day(year: int, month: int, number: int, days: int = 1) -> Interval:
    """Whole days."""
    start = date(year, month, number).toordinal() * MINUTES_OF_DAY
    return start, start + days * MINUTES_OF_DAY


def week(first: int, last: int, start: int, end: int) -> tuple[Interval, ...]:
    """Hours of several days, in minutes of the week; they may run past midnight."""
    return tuple(
        (number * MINUTES_OF_DAY + start * 60, number * MINUTES_OF_DAY + end * 60) for number in range(first, last)
    )


def schedules() -> tuple[Schedule, ...]:
    fixed = tuple(day(year, 5, 1) for year in range(2026, 2031))
    easter = (day(2026, 4, 6), day(2027, 3, 29), day(2028, 4, 17))
    holidays = tuple(sorted((*fixed, *easter)))
    shop = f"{T}/schedules/break"
    return (
        Schedule(f"{T}/holidays/CZ", (), holidays, (), None, None, SPAN),
        Schedule(shop, (), (day(2026, 7, 6, 5),), (), None, None, SPAN),
        Schedule(
            f"{T}/schedules/fair", (), ((day(2026, 6, 13)[0] + 540, day(2026, 6, 13)[0] + 720),), (), None, None, SPAN
        ),
        Schedule(
            f"{T}/schedules/night", ((0, 360), *week(0, 6, 22, 30), (10_020 - 60, 10_080)), (), (), None, None, SPAN
        ),
        Schedule(f"{T}/schedules/open", week(0, 5, 8, 17), (), (f"{T}/holidays/CZ", shop), None, None, SPAN),
    )


def plans() -> tuple[Plan, ...]:
    ordinary = {"international": False, "premium": False, "unknown": False}
    closed = dict.fromkeys(CALL_TYPES, False)
    masks = (
        MaskRule("900123456", True, f"{T}/number_masks/hotline", SPAN),
        MaskRule("60299?*", False, f"{T}/number_masks/expensive", SPAN),
        MaskRule("004366*", True, f"{T}/number_masks/vienna", SPAN),
    )
    forwarding = (MaskRule("602*", True, f"{T}/number_masks/mobile", SPAN), masks[1])
    return (
        Plan(f"{T}/calling_plan", table(ordinary, masks), table({**ordinary, "sip_uri": True}, forwarding[::-1]), SPAN),
        Plan(f"{T}/users/emil/calling_plan", table(closed, masks[:1]), table(closed, ()), SPAN),
    )


def table(types: dict[str, bool], masks: tuple[MaskRule, ...]) -> CallTable:
    return CallTable(masks, tuple((kind, types.get(kind, True)) for kind in CALL_TYPES))


def tenant() -> Tenant:
    made = make_tenant(T, users(), f"{NUMBER}00", f"{NUMBER}49", ("alpha", "beta", "delta"))
    route = TimeRoute(
        id=f"{T}/time_routes/main",
        extension="1400",
        number=f"{NUMBER}20",
        external_number=f"{NUMBER}20",
        rules=(
            (f"{T}/schedules/open", f"{T}/hunt_groups/sales"),
            (f"{T}/schedules/fair", f"{T}/users/anna"),
            (f"{T}/schedules/night", f"{T}/outside/{MOBILE}"),
        ),
        otherwise=f"{T}/reject/closed",
        plan=f"{T}/calling_plan",
        span=SPAN,
    )
    targets = (
        Outside(f"{T}/outside/{MOBILE}", MOBILE, SPAN),
        Outside(f"{T}/outside/{PREMIUM}", PREMIUM, SPAN),
        SipUri(f"{T}/sip/guest@partner.example", "guest", "partner.example", "gamma", SPAN),
    )
    further: tuple[HuntGroup | TimeRoute, ...] = (*groups(), route)
    numbers = (*made.numbers, *(Entry(n.number, n.id, SPAN) for n in further if n.number))
    extensions = (*made.extensions, *(Entry(n.extension, n.id, SPAN) for n in further if n.extension))
    return replace(
        made,
        nodes=tuple(sorted((*made.nodes, *further, *targets), key=lambda node: node.id)),
        numbers=tuple(sorted(numbers, key=lambda entry: entry.key)),
        extensions=tuple(sorted(extensions, key=lambda entry: entry.key)),
        schedules=schedules(),
        plans=plans(),
    )


def services() -> Program:
    """The program."""
    platform = make_program().platform
    alpha, beta = platform.trunks
    trunks = (
        replace(alpha, diversion="both"),
        replace(beta, diversion="history_info", diverted_caller="diverter"),
        replace(make_trunk("delta", "198.51.100.3", 30, plus=True), diversion="none"),
        replace(
            make_trunk("gamma", "198.51.100.4", 40, plus=True),
            numbers=False,
            domains=("partner.example",),
            diversion="diversion",
        ),
    )
    return Program(replace(platform, trunks=trunks), (tenant(),))
