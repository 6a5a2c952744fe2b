"""RP5xx: a schedule that is not what it seems."""

from typing import Final

from ..code import Code
from ..model import Severity

SCHEDULES: Final = (
    Code(
        "RP501",
        "unknown schedule",
        what=(
            "Reported when a schedule is named that neither the user nor the tenant defines, or the public holidays of"
            " a country that Ringplan does not know."
        ),
        why="Nobody could say when the forwarding, the time route or the exception holds.",
        example="schedules:\n  open: {weekly: [mon-fri 08:00-17:00], except: [holiday]}\n  holidays: {dates: [12-24]}",
        fix="Use the name of a schedule, define it, or name public holidays as `holidays/CZ`.",
        fixable=True,
    ),
    Code(
        "RP502",
        "schedule depends on itself",
        what="Reported when a schedule excepts itself, directly or over others; every link of the circle is shown.",
        why="Whether it is open would depend on whether it is open.",
        example="schedules:\n  day: {weekly: [mon-fri], except: [night]}\n  night: {weekly: [daily], except: [day]}",
        fix="Remove one of the exceptions; hours that do not overlap need none.",
    ),
    Code(
        "RP503",
        "entry begins where it ends",
        what="Reported when the two times of an entry are the same minute.",
        why="Some systems take it for no time at all, others for the whole day, so nobody knows what was meant.",
        example="schedules:\n  open: {weekly: [sat 08:00-08:00]}",
        fix="Write the day alone (`sat`) for all of it, or remove the entry.",
    ),
    Code(
        "RP504",
        "day that does not exist",
        what="Reported when an entry names a day that no calendar has, such as 30 February.",
        why="The schedule would not be open on the day that was meant.",
        example="schedules:\n  closed: {dates: [2026-02-30]}",
        fix="Correct the date. `02-29` is a day of leap years and may be written.",
    ),
    Code(
        "RP505",
        "dates end before they begin",
        what="Reported when the second date of an entry comes before the first.",
        why="The schedule would never be open.",
        example="schedules:\n  summer: {dates: [2026-07-14..2026-07-01]}",
        fix="Swap the two. A range without years, such as `12-24..01-01`, goes on over the new year.",
    ),
    Code(
        "RP506",
        "dates outside the calendar",
        what="Reported when dates lie before or after the years this version of Ringplan knows the calendar of.",
        why="They are left out: calls are proved for these years only.",
        example="schedules:\n  closed: {dates: [2020-12-24..2021-01-03]}",
        fix="Remove dates that are over; for dates far ahead use a later version.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP507",
        "schedule that is never open",
        what="Reported when a schedule has no entry at all.",
        why="Whatever names it never happens; most likely the entries were forgotten.",
        example="schedules:\n  night: {}",
        fix="Write its hours, or `override: closed` when it is to stay closed.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP508",
        "schedule that is always open",
        what="Reported when the weekly entries cover the whole week and nothing is excepted.",
        why="It decides nothing, and what comes after it is never reached.",
        example="schedules:\n  always: {weekly: [daily]}",
        fix="Leave the condition out where it is named, or write `override: open`.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP509",
        "entries overlap",
        what="Reported when an entry of a schedule shares minutes with an earlier one.",
        why="A schedule is open when any entry is, so nothing goes wrong, but one of them may not be what was meant.",
        example="schedules:\n  open: {weekly: [mon-fri 08:00-17:00, wed 16:00-19:00]}",
        fix="Let the entries meet (`wed 17:00-19:00`), or remove what adds nothing.",
        severity=Severity.INFO,
    ),
    Code(
        "RP510",
        "list of days without quotes",
        what=(
            "Reported when a day alone is followed, behind a comma without a space, by an entry with hours: YAML splits"
            " the list there."
        ),
        why="`[mon,wed 08:00-12:00]` is open on all of Monday, night included.",
        example="schedules:\n  open: {weekly: [mon,wed 08:00-12:00]}",
        fix='Write `"mon,wed 08:00-12:00"` for one entry; put a space behind the comma when two are meant.',
        severity=Severity.WARNING,
        fixable=True,
    ),
    Code(
        "RP511",
        "calendar that runs out",
        what=(
            "Reported when the last of the dates of a schedule is less than 90 days ahead or over, and nothing in it"
            " recurs; and when the years that this version of Ringplan knows the holidays of end so soon."
        ),
        why="After the last date the schedule is never open again, and calls go where nobody planned.",
        example="schedules:\n  shutdown: {dates: [2025-12-24..2026-01-02]}",
        fix="Add the dates of the coming year, write yearly dates such as `12-24..01-02`, or remove the schedule.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP512",
        "exception without effect",
        what="Reported when an exception changes nothing: it is for `weekly` only, `dates` and `holidays` come first.",
        why="The schedule is open at times that were meant to be excepted.",
        example="schedules:\n  sales: {dates: [2026-12-05], except: [holidays/CZ]}",
        fix="Remove the exception, or the dates that are not meant.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP513",
        "exceptions too deep",
        what="Reported when an exception has exceptions that have exceptions, and so on, more than five deep.",
        why="Nobody can tell any more when such a schedule is open, and every call would have to.",
        example=(
            "schedules:\n  a: {weekly: [daily], except: [b]}\n  b: {weekly: [sat], except: [c]}\n"
            "  c: {weekly: [daily], except: [d]}\n  # and so on to g"
        ),
        fix="Let the schedule except the innermost ones directly, or merge some of them.",
    ),
)
