"""Tenants that have schedules and nothing else, and random schedules."""

from __future__ import annotations

from hypothesis import strategies as st

from ringplan import ir
from ringplan.diagnostics import Span
from ringplan.ir.schedules import MINUTES_OF_DAY, MINUTES_OF_WEEK, Interval
from ringplan.passes import calendar
from ringplan.passes.calendar import FIRST_DAY, LAST_DAY, normalised

NOWHERE = Span("tenant.yaml", 1, 1, 1, 1)
PRAGUE = "Europe/Prague"
ZONES = (PRAGUE, "Africa/Cairo", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata")
"""With summer time of one hour, with one that begins at midnight on both halves of the earth, of half an hour, none."""


def schedule(
    name: str,
    weekly: tuple[str, ...] = (),
    dates: tuple[str, ...] = (),
    holidays: tuple[str, ...] = (),
    excluded: tuple[str, ...] = (),
    forced: bool | None = None,
) -> ir.Schedule:
    """A schedule from entries as they are written."""
    named = [interval for entry in dates for interval in calendar.dates(entry).intervals]
    named += [interval for country in holidays for interval in calendar.holidays(country)]
    hours = [interval for entry in weekly for interval in calendar.weekly(entry).intervals]
    return ir.Schedule(name, normalised(hours), normalised(named), excluded, forced, None, NOWHERE)


def tenant(*schedules: ir.Schedule, zone: str = PRAGUE) -> ir.Tenant:
    """A tenant with these schedules."""
    return ir.Tenant(
        id="novak",
        name="Novák",
        domain="novak.example",
        time_zone=zone,
        licensed_users=1,
        dial_plan=ir.DialPlan("CZ", "420", "0", "", "00", 9, ("112",)),
        blocks=(),
        numbers=(),
        extensions=(),
        nodes=(),
        schedules=tuple(sorted(schedules, key=lambda one: one.id)),
        plans=(),
        trunks=(),
        span=NOWHERE,
    )


@st.composite
def intervals(draw: st.DrawFn, low: int, high: int, step: int, longest: int) -> tuple[Interval, ...]:
    """Up to four intervals between two minutes."""
    begin = st.integers(low // step, high // step - 1)
    length = st.integers(1, longest // step)
    pairs = draw(st.lists(st.tuples(begin, length), max_size=4))
    return normalised((start * step, min((start + size) * step, high)) for start, size in pairs)


@st.composite
def tenants(draw: st.DrawFn, step: int = 1, days: tuple[int, int] = (FIRST_DAY, LAST_DAY)) -> ir.Tenant:
    """One to five schedules, each of which may except those before it."""
    found: list[ir.Schedule] = []
    for at in range(draw(st.integers(1, 5))):
        others = st.lists(st.sampled_from([one.id for one in found]), unique=True, max_size=3) if found else st.just([])
        found.append(
            ir.Schedule(
                f"novak/schedules/s{at}",
                draw(intervals(0, MINUTES_OF_WEEK, step, 3 * MINUTES_OF_DAY)),
                draw(intervals(days[0] * MINUTES_OF_DAY, (days[1] + 1) * MINUTES_OF_DAY, step, 20 * MINUTES_OF_DAY)),
                tuple(sorted(draw(others))),
                draw(st.sampled_from((None, None, None, None, True, False))),
                None,
                NOWHERE,
            )
        )
    return tenant(*found, zone=draw(st.sampled_from(ZONES)))
