"""What people see."""

import unicodedata
from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ringplan.diagnostics import Diagnostic, Label, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.diagnostics.render import human

GOLDEN = Path(__file__).parent / "golden"


def columns(text: str) -> int:
    """Width on a terminal, computed another way than by the renderer."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )


def test_golden(diagnostics: list[Diagnostic], sources: dict[str, str], file_regression: FileRegressionFixture) -> None:
    file_regression.check(human.render(diagnostics, sources), fullpath=GOLDEN / "human.txt", encoding="utf-8")


def test_the_style_is_that_of_rustc() -> None:
    text = "menus:\n" * 40 + "    on_timeout: {group: suport}\n"
    at = Span("tenants/acme.yaml", 41, 25, 41, 31)
    found = diagnostic("RP301", "hunt group `suport` is not defined", at, label="no hunt group with this name")
    assert human.render([found], {"tenants/acme.yaml": text}) == (
        "error[RP301]: hunt group `suport` is not defined\n"
        "  --> tenants/acme.yaml:41:25\n"
        "   |\n"
        "41 |     on_timeout: {group: suport}\n"
        "   |                         ^^^^^^ no hunt group with this name\n"
        "\n"
        "1 error in 1 file\n"
    )


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("a: x", "x"),
        ("\ta:\tx", "x"),
        ("名前: x", "x"),
        ("名前: 前 名", "名"),
        ("e\u0301e\u0301: x", "x"),
        ("ž😀: 'x'", "'x'"),
    ],
)
def test_the_underline_is_below_the_word(line: str, word: str) -> None:
    column = line.rindex(word) + 1
    found = diagnostic("RP204", "wrong", Span("f", 1, column, 1, column + len(word)))
    _, _, _, source, underline, *_ = human.render([found], {"f": line}).split("\n")
    assert columns(source[: source.rindex(word)]) == columns(underline[: underline.index("^")])
    assert underline.count("^") == columns(word)


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "x" * 3000 + " here " + "y" * 3000
    found = diagnostic("RP204", "wrong", Span("f", 1, 3002, 1, 3006), label="!")
    source, underline = human.render([found], {"f": line}).split("\n")[3:5]
    assert len(source) < 120
    assert source.count("…") == 2
    assert source[underline.index("^") : underline.rindex("^") + 1] == "here"


def test_a_place_longer_than_the_page() -> None:
    found = diagnostic("RP204", "wrong", Span("f", 1, 1, 1, 5001))
    source, underline = human.render([found], {"f": "x" * 5000}).split("\n")[3:5]
    assert len(source) < 120
    assert len(underline) <= len(source)


def test_several_places_in_one_file_and_in_others() -> None:
    a, b = {"a": "one\n\n\nfour\n"}, {"b": "x\ny\n"}
    found = diagnostic(
        "RP402",
        "twice",
        Span("a", 4, 1, 4, 5),
        label="again",
        secondary=[Label(Span("a", 1, 1, 1, 4), "first"), Label(Span("b", 2, 1, 2, 2), "and there")],
    )
    text = human.render([found], a | b)
    assert text.index("--- first") < text.index("...") < text.index("^^^^ again") < text.index("- and there")
    assert " --> a:4:1" in text
    assert " --> b:2:1" in text


def test_a_place_without_source_is_named() -> None:
    found = diagnostic("RP804", "missing", Span("platform.yaml", 1, 1, 1, 1), label="expected here")
    assert " --> platform.yaml:1:1   expected here\n" in human.render([found], {})


def test_five_equal_warnings_are_folded(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    warnings = [d for d in diagnostics if d.code == "RP408"]
    assert "similar" not in human.render(warnings[:4], sources)
    text = human.render(warnings, sources)
    assert text.count("warning[RP408]") == 1
    assert "and 5 similar warnings at novak/tenant.yaml:3:11, " in text
    assert text.endswith("6 warnings in 1 file\n")


def test_errors_are_never_folded(sources: dict[str, str]) -> None:
    errors = [diagnostic("RP205", f"wrong {n}", Span("novak/tenant.yaml", 1, 1, 1, 2)) for n in range(9)]
    assert human.render(errors, sources).count("error[RP205]") == 9


def test_the_summary_counts(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    last = human.render(diagnostics, sources).splitlines()[-1]
    assert last == "6 errors, 6 warnings, 1 info in 2 files; 1 can be fixed with --fix"


def test_colours_only_when_asked(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    assert "\x1b" not in human.render(diagnostics, sources)
    assert "\x1b[1;31merror[RP301]\x1b[0m" in human.render(diagnostics, sources, color=True)


def test_nothing_to_say() -> None:
    assert human.render([], {}) == ""


def test_the_order_of_input_does_not_matter(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    assert human.render(diagnostics, sources) == human.render(diagnostics[::-1], sources)
