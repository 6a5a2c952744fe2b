"""RP501 to RP510, RP512, RP513."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.passes.builder import HEAD, user

from ringplan.diagnostics import Diagnostic, Severity, Sink, Span
from ringplan.frontend.load import load_tenant
from ringplan.passes import examine
from ringplan.passes.schedule_faults import check
from ringplan.passes.schedules import lower_schedules, references, resolve


@dataclass
class Found:
    """What came of the schedules of a manifest."""

    text: str
    diagnostics: tuple[Diagnostic, ...]

    def codes(self) -> list[str]:
        return [one.code for one in self.diagnostics]

    def at(self, span: Span) -> str:
        assert span.line == span.end_line
        return self.text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


Check = Callable[..., Found]


@pytest.fixture
def found(tmp_path: Path) -> Check:
    """Checks the schedules of a tenant with these lines below ``schedules:``."""

    def run(*lines: str, more: str = "") -> Found:
        text = HEAD + "schedules:\n" + "".join(f"  {line}\n" for line in lines) + "users:\n" + user("jana", more=more)
        (tmp_path / "tenant.yaml").write_text(text, encoding="utf-8")
        sink = Sink()
        loaded = load_tenant(tmp_path, tmp_path, sink)
        assert loaded is not None, sink.sorted()
        check(examine(loaded, None, Sink()), sink)
        for one in sink.sorted():
            assert one.help
            assert one.message[0].islower() or not one.message[0].isalpha()
            assert not one.message.endswith(".")
        return Found(text, sink.sorted())

    return run


SOUND = (
    "open: {weekly: [mon-fri 08:00-17:00, sat 09:00-12:00, fri 22:00 - sat 06:00], except: [holidays/CZ, shutdown]}",
    "shutdown: {dates: [12-24..01-01, 2026-07-01..2026-07-14], except: []}",
    "night: {weekly: [daily 20:00-06:00], except: [open]}",
    "feast: {holidays: [CZ, SK]}",
    "closed: {override: closed}",
    "forced: {weekly: [daily], override: open}",
    "split: {weekly: [mon, wed 08:00-12:00]}",
    'quoted: {weekly: ["mon,wed 08:00-12:00"]}',
)


def test_sound_schedules_have_no_faults(found: Check) -> None:
    assert found(*SOUND).codes() == []


def test_an_unknown_schedule_with_a_near_miss(found: Check) -> None:
    result = found("open: {weekly: [mon], except: [shutdwn]}", "shutdown: {dates: [12-24]}")
    (fault,) = result.diagnostics
    assert (fault.code, result.at(fault.primary.span)) == ("RP501", "shutdwn")
    assert "tenant.yaml:9:3" in fault.notes[0]
    assert fault.fixes[0].edits[0].text == "shutdown"


@pytest.mark.parametrize("name", ["summer", "holidays/DE"])
def test_an_unknown_schedule_like_no_other_lists_what_there_is(found: Check, name: str) -> None:
    (fault,) = found(f"open: {{weekly: [mon], except: [{name}]}}").diagnostics
    assert fault.code == "RP501"
    assert "open" in fault.notes[0] or "holidays/" in fault.notes[0]


def test_a_user_sees_the_tenants_schedules_and_the_tenant_not_the_users(found: Check) -> None:
    mine = "schedules: {mine: {weekly: [mon], except: [open]}}"
    assert found("open: {weekly: [tue]}", more=mine).codes() == []
    assert found("open: {weekly: [tue], except: [mine]}", more=mine).codes() == ["RP501"]


def test_every_field_called_when_is_a_reference(found: Check) -> None:
    result = found("open: {weekly: [tue]}", more="forward: {selective: [{when: opne, to: users/jana}]}")
    assert "RP501" in result.codes()


def test_a_circle_shows_every_link_once(found: Check) -> None:
    lines = [
        f"{one}: {{weekly: [mon 0{at}:00-0{at}:30], except: [{other}]}}"
        for at, (one, other) in enumerate((("a", "b"), ("b", "c"), ("c", "a")))
    ]
    result = found(*lines, "outside: {weekly: [sun], except: [a]}")
    (fault,) = result.diagnostics
    assert fault.code == "RP502"
    assert [result.at(label.span) for label in (fault.primary, *fault.secondary)] == ["b", "c", "a"]


def test_a_schedule_that_excepts_itself(found: Check) -> None:
    assert found("a: {weekly: [mon], except: [a]}").codes() == ["RP502"]


def test_a_users_schedule_may_except_the_tenants_of_the_same_name_only_by_another(found: Check) -> None:
    assert found("open: {weekly: [mon]}", more="schedules: {open: {weekly: [tue], except: [open]}}").codes() == [
        "RP502"
    ]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("weekly: [sat 08:00-08:00]", "RP503"),
        ("dates: [2026-12-24 18:00 - 2026-12-24 18:00]", "RP503"),
        ("dates: [2026-02-30]", "RP504"),
        ("dates: [2026-07-14..2026-07-01]", "RP505"),
        ("dates: [2041-01-01]", "RP506"),
    ],
)
def test_a_wrong_entry_is_one_fault(found: Check, entry: str, code: str) -> None:
    result = found(f"open: {{{entry}}}")
    assert result.codes() == [code]
    assert result.at(result.diagnostics[0].primary.span) == entry.partition("[")[2][:-1]


def test_overlaps_are_told_once_an_entry(found: Check) -> None:
    result = found("open: {weekly: [mon-fri 08:00-17:00, wed 16:00-19:00, thu 09:00-10:00, fri 17:00-18:00]}")
    assert result.codes() == ["RP509", "RP509"]
    assert [one.message for one in result.diagnostics] == [
        "`wed 16:00-19:00` overlaps `mon-fri 08:00-17:00`",
        "`thu 09:00-10:00` adds nothing to `mon-fri 08:00-17:00`",
    ]
    assert {one.severity for one in result.diagnostics} == {Severity.INFO}


@pytest.mark.parametrize(
    "entries",
    ["weekly: [fri 22:00 - mon 06:00, sun]", "dates: [12-24..01-01, 2030-01-01]", "dates: [12-31 22:00-06:00, 01-01]"],
)
def test_overlaps_over_the_edge_of_week_and_year(found: Check, entries: str) -> None:
    assert "RP509" in found(f"open: {{{entries}}}").codes()


def test_days_without_quotes(found: Check) -> None:
    result = found("open: {weekly: [mon,wed 08:00-12:00]}")
    (fault,) = result.diagnostics
    assert (fault.code, result.at(fault.primary.span)) == ("RP510", "mon,wed 08:00-12:00")
    assert fault.fixes[0].edits[0].text == '"mon,wed 08:00-12:00"'


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("x: {}", ["RP507"]),
        ("x: {override: open}", []),
        ("x: {weekly: [daily]}", ["RP508"]),
        ("x: {weekly: [mon-fri, sat-sun]}", ["RP508"]),
        ("x: {weekly: [daily 00:00-23:59]}", []),
        ("x: {weekly: [daily], except: [holidays/CZ]}", []),
    ],
)
def test_schedules_that_never_change(found: Check, line: str, codes: list[str]) -> None:
    assert found(line).codes() == codes


@pytest.mark.parametrize(
    "fields",
    [
        "dates: [12-24], except: [holidays/CZ]",
        "weekly: [mon], holidays: [CZ], except: [holidays/CZ]",
        "weekly: [mon], except: [holidays/CZ, holidays/CZ]",
    ],
)
def test_exceptions_without_effect(found: Check, fields: str) -> None:
    result = found(f"x: {{{fields}}}")
    assert result.codes() == ["RP512"]
    assert result.at(result.diagnostics[0].primary.span) == "holidays/CZ"


def test_exceptions_are_at_most_five_deep(found: Check) -> None:
    names = "abcdefg"
    chain = [
        f"{one}: {{weekly: [mon 0{at}:00-0{at}:30], except: [{names[at + 1]}]}}" for at, one in enumerate(names[:-1])
    ]
    assert found(*chain, "g: {weekly: [sun]}").codes() == ["RP513"]
    assert found(*chain[1:], "g: {weekly: [sun]}").codes() == []


# -- lowering


def lowered(tmp_path: Path, text: str) -> dict[str, tuple[object, ...]]:
    (tmp_path / "tenant.yaml").write_text(text, encoding="utf-8")
    loaded = load_tenant(tmp_path, tmp_path, Sink())
    assert loaded is not None
    return {
        one.id: (one.weekly, len(one.dates), one.excluded, one.forced, one.ends is not None)
        for one in lower_schedules(loaded.manifest, loaded.spans)
    }


def test_lowering(tmp_path: Path) -> None:
    text = HEAD + (
        "schedules:\n"
        "  open: {weekly: [mon 08:00-12:00, mon 12:00-17:00, sun 22:00-06:00], except: [holidays/CZ, shut, nope]}\n"
        "  shut: {dates: [2026-07-01..2026-07-14, 2026-07-15]}\n"
        "  both: {weekly: [mon], dates: [2026-07-01], override: closed}\n"
        "  loop: {weekly: [mon], except: [loop, shut]}\n"
        "users:\n"
        + user("jana", more="schedules: {shut: {weekly: [tue], except: [open, holidays/SK], override: open}}")
    )
    assert lowered(tmp_path, text) == {
        "novak/holidays/CZ": ((), 160, (), None, True),
        "novak/holidays/SK": ((), 174, (), None, True),
        "novak/schedules/both": (((0, 1440),), 1, (), False, False),
        "novak/schedules/loop": (((0, 1440),), 0, ("novak/schedules/shut",), None, False),
        "novak/schedules/open": (
            ((0, 360), (480, 1020), (9960, 10080)),
            0,
            ("novak/holidays/CZ", "novak/schedules/shut"),
            None,
            False,
        ),
        "novak/schedules/shut": ((), 1, (), None, True),
        "novak/users/jana/schedules/shut": (
            ((1440, 2880),),
            0,
            ("novak/holidays/SK", "novak/schedules/open"),
            True,
            False,
        ),
    }


def test_names_mean_the_users_own_first(tmp_path: Path) -> None:
    text = HEAD + "schedules:\n  open: {weekly: [mon]}\n  day: {weekly: [mon]}\nusers:\n"
    text += user("jana", more="schedules: {open: {weekly: [tue]}}")
    (tmp_path / "tenant.yaml").write_text(text, encoding="utf-8")
    loaded = load_tenant(tmp_path, tmp_path, Sink())
    assert loaded is not None
    assert resolve(loaded.manifest, "open", "jana") == "novak/users/jana/schedules/open"
    assert resolve(loaded.manifest, "day", "jana") == "novak/schedules/day"
    assert resolve(loaded.manifest, "open", None) == "novak/schedules/open"
    assert resolve(loaded.manifest, "holidays/SK", "jana") == "novak/holidays/SK"
    assert resolve(loaded.manifest, "holidays/DE", None) is None
    assert resolve(loaded.manifest, "night", "jana") is None
    assert list(references(loaded.manifest)) == []


def test_schedules_may_stand_in_further_files(tmp_path: Path) -> None:
    (tmp_path / "hours.yaml").write_text("schedules:\n  open: {weekly: [mon]}\n", encoding="utf-8")
    assert list(lowered(tmp_path, HEAD + "users:\n" + user("jana"))) == ["novak/schedules/open"]


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        ("weekly: [Monday-Friday 8:00-17:00]", "mon-fri 08:00-17:00"),
        ("weekly: [mon–fri 08:00–17:00]", "mon-fri 08:00-17:00"),
        ("dates: [24.12.2026]", "2026-12-24"),
        ("dates: [24. 12. 2026..2. 1. 2027]", "2026-12-24..2027-01-02"),
        ("weekly: [25:00-26:00]", None),
        ("weekly: [mon-fri]]", None),
    ],
)
def test_other_ways_to_write_an_entry_are_repaired(tmp_path: Path, line: str, repaired: str | None) -> None:
    text = HEAD + f"schedules:\n  open: {{{line}}}\nusers:\n" + user("jana")
    (tmp_path / "tenant.yaml").write_text(text, encoding="utf-8")
    sink = Sink()
    assert load_tenant(tmp_path, tmp_path, sink) is None
    fixes = [fix.edits[0].text for one in sink.sorted() if one.code == "RP204" for fix in one.fixes]
    assert fixes == ([repaired] if repaired else [])
