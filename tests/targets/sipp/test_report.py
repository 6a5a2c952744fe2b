"""The reports: complete, harmless, and the same in every form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from ringplan.interpreter import Call, FromPhone
from ringplan.ir import Program, User
from ringplan_sipp.generate import scenarios
from ringplan_sipp.report import Summary, html, junit, table
from ringplan_sipp.report.ladder import as_text, clean, ladder
from ringplan_sipp.report.summary import duration
from ringplan_sipp.scenario import MediaFlow, Message, Observed, Result, Scenario
from ringplan_sipp.verify import Selection, select, write_reports

Perfect = Callable[[Scenario], Observed]

HOSTILE = "</pre><script>alert(1)</script> ]]> \x1b[31m \x00 \"quoted\" & 'apostrophe'"
SECRET = "d41d8cd98f00b204"


@pytest.fixture(scope="module")
def summary(program: Program, perfect: Perfect) -> Summary:
    """All scenarios, of which the busy ones failed, with hostile text wherever text can be."""
    return Summary.of((_result(scenario, perfect) for scenario in scenarios(program)), 83.4, program.platform.id)


def _result(scenario: Scenario, perfect: Perfect) -> Result:
    observed = perfect(scenario)
    if scenario.kind != "busy":
        return Result(scenario, (), observed, 0.5)
    first = observed.messages[0]
    text = first.text.replace(
        "CSeq", f'Proxy-Authorization: Digest username="x",\r\n response="{SECRET}"\r\nSubject: {HOSTILE}\r\nCSeq'
    )
    observed = replace(
        observed,
        messages=(replace(first, text=text), *observed.messages[1:]),
        media=(MediaFlow("127.0.1.11:1", observed.caller, 3, (("caller", 3),), 0xB8),),
    )
    return Result(scenario, (f"the caller saw {HOSTILE}", "a second fault"), observed, 0.5, ("SIPp said nothing",))


def test_summary_counts_by_kind_and_tenant(summary: Summary, program: Program) -> None:
    counts = summary.counts
    assert counts["busy", "novak"].failed == counts["busy", "novak"].played == 4
    assert str(counts["busy", "novak"]) == "0/4"
    assert str(counts["extension", "novak"]) == "4"
    assert sum(counts[kind, ""].played for kind in summary.kinds) == summary.total.played == len(scenarios(program))
    assert summary.verdict() == f"6 of {summary.total.played} scenarios failed."


def test_common_faults_are_counted_without_names_and_numbers(summary: Summary) -> None:
    said = [
        "alpha was shown name “Jana”, not no name",
        "alpha was shown name “Petr”, not no name",
        "phone novak/users/a/phones/desk rang 1.9 s, not 5.0 s",
        "phone novak/users/b/phones/desk rang 12.5 s, not 60.0 s",
        "the caller got 480 Busy, not 486 Busy Here",
    ]
    failed = [replace(r, faults=(fault, fault)) for r, fault in zip(summary.results, said, strict=False)]
    assert [(fault, count) for fault, count, _ in replace(summary, results=tuple(failed)).common] == [
        ("alpha was shown name “…”, not no name", 2),
        ("phone … rang … s, not … s", 2),
    ]


def test_verdicts() -> None:
    assert Summary.of((), 0, "lab").verdict() == "No scenario was played."


def test_duration() -> None:
    assert [duration(4.24), duration(59.9), duration(187)] == ["4.2 s", "59.9 s", "3 min 07 s"]


def test_table_shows_counts_faults_and_verdict(summary: Summary) -> None:
    text = _printed(summary)
    assert re.search(r"^busy +0/2 +0/4 +0/6", text, re.MULTILINE)
    assert re.search(r"^extension +1 +4 +5", text, re.MULTILINE)
    assert "✗ novak/busy/reception" in text
    assert "    a second fault" in text
    assert summary.verdict() in text
    assert "\x1b[31m" not in text
    assert "\x00" not in text


def test_table_of_a_single_tenant_has_one_column(summary: Summary) -> None:
    one = replace(summary, results=tuple(r for r in summary.results if r.scenario.tenant == "clinic"))
    assert re.search(r"^scenarios +passed$", _printed(one), re.MULTILINE)


def _printed(summary: Summary) -> str:
    stream = StringIO()
    Console(file=stream, width=200).print(table(summary))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def test_junit_has_a_case_for_every_scenario(summary: Summary) -> None:
    root = ElementTree.fromstring(junit(summary))  # noqa: S314 - our own output
    cases = root.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == [result.scenario.id for result in summary.results]
    assert root.get("tests") == str(len(cases))
    assert root.get("failures") == str(len(root.findall("testsuite/testcase/failure"))) == "6"
    failure = root.find("testsuite[@name='novak']/testcase[@name='novak/busy/reception']/failure")
    assert failure is not None
    assert failure.text is not None
    assert "- a second fault" in failure.text
    assert re.search(r"\|-+ INVITE 1200 -+>\|", failure.text)


def test_junit_is_the_same_for_results_in_another_order(summary: Summary) -> None:
    assert junit(Summary.of(reversed(summary.results), 83.4, summary.platform)) == junit(summary)


class _Page(HTMLParser):
    """Collects tags and text, and complains about tags that do not match."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def page(summary: Summary, program: Program) -> _Page:
    parsed = _Page()
    parsed.feed(html(summary, program))
    parsed.close()
    return parsed


def test_html_is_well_formed_and_needs_no_network(page: _Page) -> None:
    assert page.open == []
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    urls = [value for _, attrs in page.tags for name, value in attrs.items() if name in ("href", "src")]
    assert urls
    assert all(url is not None and url.startswith("#") for url in urls)
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_html_links_lead_somewhere(page: _Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"] for tag, attrs in page.tags if tag == "a"} <= {f"#{id_}" for id_ in ids}


def test_html_shows_everything_about_a_failure(page: _Page, summary: Summary) -> None:
    text = " ".join(" ".join(page.text).split())
    assert summary.verdict() in text
    assert "1 min 23 s" in text
    for wanted in (
        "novak/busy/reception",
        "a second fault",
        "SIPp said nothing",
        "the caller gets 486 Busy Here",
        "the caller got 486 Busy Here",
        "reception/desk is busy",
        "Why this is expected",
        "test.yaml:1",
        "INVITE 1200",
    ):
        assert wanted in text, wanted
    assert all(result.scenario.id in text for result in summary.results)


def test_hostile_text_is_shown_but_does_nothing(page: _Page, summary: Summary, program: Program) -> None:
    assert any("<script>alert(1)</script>" in text for text in page.text)
    raw = html(summary, program)
    assert "<script" not in raw
    assert "\x00" not in raw
    assert "\x1b" not in raw


def test_credentials_are_in_no_report(summary: Summary, program: Program) -> None:
    for report in (html(summary, program), junit(summary).decode(), _printed(summary)):
        assert SECRET not in report
    assert "Proxy-Authorization: (removed)" in html(summary, program)


def test_html_of_nothing_failed_and_of_nothing_played(summary: Summary, program: Program) -> None:
    passed = replace(summary, results=tuple(result for result in summary.results if result.passed))
    assert "What failed" not in html(passed, program)
    assert "No scenario was played." in html(replace(summary, results=()), program)


def test_a_ladder_marks_who_should_not_be_called(program: Program, perfect: Perfect) -> None:
    scenario = next(s for s in scenarios(program) if s.id == "novak/extension/1200")
    observed = perfect(scenario)
    doctor = next(place for place, party in observed.parties.items() if party.startswith("clinic/"))
    invite = next(m for m in observed.messages if m.text.startswith("INVITE sip:contact"))
    wrong = replace(invite, destination=doctor, time=9.0)
    drawn = ladder(scenario, replace(observed, messages=(*observed.messages, wrong)))
    assert [arrow.time for arrow in drawn.arrows if arrow.wrong] == [9.0]
    assert drawn.columns == ("svoboda/desk", "exchange", "reception/desk", "doctor/desk")


def test_a_ladder_counts_repetitions_and_survives_garbage(program: Program, perfect: Perfect) -> None:
    scenario = next(s for s in scenarios(program) if s.id == "novak/extension/1200")
    observed = perfect(scenario)
    garbage = Message(8.0, "10.0.0.1:5", "10.0.0.2:6", "udp", "\x00\xff not SIP at all")
    drawn = ladder(scenario, replace(observed, messages=(observed.messages[0], observed.messages[0], garbage)))
    assert [(arrow.title, arrow.repeated) for arrow in drawn.arrows] == [
        ("INVITE 1200", 2),
        ("unreadable message", 1),
    ]
    assert "INVITE 1200 ×2" in as_text(drawn)


def test_hostile_tenant_text_in_expected_and_steps(summary: Summary, program: Program) -> None:
    tenant = program.tenant("novak")
    nodes = tuple(replace(n, name="<b>x</b>") if isinstance(n, User) else n for n in tenant.nodes)
    hostile = replace(program, tenants=(replace(tenant, nodes=nodes),))
    scenario = next(s for s in scenarios(hostile) if s.kind == "busy")
    scenario = replace(scenario, call=Call(FromPhone("novak/users/reception/phones/desk"), "<i>1</i>"))
    failed = Result(scenario, ("<u>fault</u>",), summary.results[0].observed)
    raw = html(Summary.of([failed], 1.0, "<s>lab</s>"), hostile)
    assert not re.search(r"<(b>x|i>1|u>|s>)", raw)


def test_reports_are_written(tmp_path: Path, summary: Summary, program: Program) -> None:
    written = write_reports(summary, program, tmp_path / "a" / "b")
    assert [file.name for file in written] == ["report.html", "junit.xml"]
    assert all(file.stat().st_size > 1000 for file in written)


def test_selection(program: Program) -> None:
    assert select(program, Selection()) == scenarios(program)
    chosen = select(program, Selection(("novak",), ("busy", "extension"), ("*/120?",)))
    assert [s.id for s in chosen] == ["novak/extension/1200", "novak/extension/1204", "novak/extension/1205"]


@pytest.mark.parametrize("code", [0x00, 0x08, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0x200F, 0x2028, 0x202E, 0x2066, 0xD800])
def test_nothing_a_terminal_obeys_remains(code: int) -> None:
    """U+009B begins a control sequence as ESC [ does; U+202E turns the reading direction."""
    assert clean(f"a{chr(code)}31mb\tc\n") == "a\N{REPLACEMENT CHARACTER}31mb\tc\n"
