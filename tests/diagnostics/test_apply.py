"""Applying fixes: exact text edits, none by halves."""

from ringplan.diagnostics import Applicability, Diagnostic, Edit, Fix, Span
from ringplan.diagnostics.apply import apply_fixes
from ringplan.diagnostics.codes import diagnostic, replace


def fault(line: int, column: int, end: int, text: str, *, sure: bool = True, file: str = "f") -> Diagnostic:
    span = Span(file, line, column, line, end)
    return diagnostic("RP301", f"{line}:{column}", span, fixes=[replace(span, text, sure=sure)])


def applied(text: str, *faults: Diagnostic) -> str:
    return apply_fixes(faults, {"f": text}).texts.get("f", text)


def test_edits_in_any_order() -> None:
    text = "a: one\nb: two # two\nc: thrée 😀 four\n"
    assert applied(text, fault(3, 4, 9, "x"), fault(1, 4, 7, "eleven"), fault(3, 12, 16, "y")) == (
        "a: eleven\nb: two # two\nc: x 😀 y\n"
    )


def test_line_ends_and_byte_order_mark_stay() -> None:
    assert applied("\ufeffa: x\r\nb: y\r\n", fault(1, 4, 5, "z"), fault(2, 4, 5, "w")) == "\ufeffa: z\r\nb: w\r\n"
    assert applied("a: x\rb: y\r", fault(2, 4, 5, "w")) == "a: x\rb: w\r"


def test_an_insertion() -> None:
    assert applied("a:\nb: 1\n", fault(1, 3, 3, " {}")) == "a: {}\nb: 1\n"


def test_unsure_fixes_are_not_applied() -> None:
    result = apply_fixes([fault(1, 1, 2, "x", sure=False)], {"f": "abc\n"})
    assert (result.texts, result.fixed, result.skipped) == ({}, (), ())


def test_of_overlapping_fixes_the_first_is_applied() -> None:
    first, second = fault(1, 1, 4, "x"), fault(1, 3, 6, "y")
    result = apply_fixes([second, first], {"f": "abcdef\n"})
    assert result.texts == {"f": "xdef\n"}
    assert (result.fixed, result.skipped) == ((first,), (second,))


def test_all_edits_of_a_fix_or_none() -> None:
    here, there = Span("f", 1, 1, 1, 2), Span("gone", 1, 1, 1, 2)
    fix = Fix((Edit(here, "x"), Edit(there, "y")), Applicability.MACHINE_APPLICABLE, "both")
    both = diagnostic("RP301", "both", here, fixes=[fix])
    result = apply_fixes([both], {"f": "abc\n"})
    assert (result.texts, result.skipped) == ({}, (both,))


def test_the_same_fix_of_two_faults_is_made_once() -> None:
    one = fault(1, 1, 2, "x")
    other = diagnostic("RP402", "same place", Span("f", 1, 1, 1, 2), fixes=one.fixes)
    assert applied("abc\n", one, other) == "xbc\n"


def test_a_place_outside_the_text_is_skipped() -> None:
    faults = [fault(9, 1, 2, "x"), fault(1, 90, 92, "x")]
    assert apply_fixes(faults, {"f": "abc\n"}).texts == {}
