"""The registry: every code has a page, no other code can be reported."""

import re
from pathlib import Path

import pytest

from ringplan.diagnostics import Diagnostic, Label, Severity, Sink, Span
from ringplan.diagnostics.codes import CODES, Code, UnknownCodeError, codes_markdown, diagnostic, explain, replace

ROOT = Path(__file__).resolve().parents[2]
HERE = Span("f", 1, 1, 1, 2)


def test_codes_are_sorted_and_unique() -> None:
    from ringplan.diagnostics.catalogue import ALL

    codes = [code.code for code in ALL]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"RP[1-8][0-9]{2}", code) for code in codes)
    assert len({code.title for code in ALL}) == len(ALL)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_page_says_something(code: Code) -> None:
    page = explain(code.code)
    assert page.startswith(f"# {code.code}: {code.title}\n")
    assert re.findall(r"^## (.*)$", page, flags=re.MULTILINE) == ["What it does", "Why it matters", "Example", "Fix"]
    assert all(len(text) >= 15 for text in (code.what, code.why, code.example, code.fix))
    assert not code.title.endswith(".")
    assert all(text.endswith(".") for text in (code.what, code.why, code.fix))
    assert "did you mean" not in page.lower()
    assert "illegal" not in page.lower()


def test_fixable_pages_say_so() -> None:
    assert "--fix" in explain("RP201")
    assert "--fix" not in explain("RP102")


def test_explain_is_tolerant_and_names_similar_codes() -> None:
    assert explain(" rp301 ") == explain("RP301")
    with pytest.raises(UnknownCodeError, match=r"a similar code exists: RP30[123]"):
        explain("RP309")
    with pytest.raises(UnknownCodeError, match=r"no such diagnostic code: nonsense$"):
        explain("nonsense")


def test_an_unregistered_code_cannot_be_reported() -> None:
    with pytest.raises(UnknownCodeError):
        diagnostic("RP999", "x", HERE)
    with pytest.raises(UnknownCodeError):
        Sink().report(Diagnostic("RP999", "x", Label(HERE)))


def test_the_severity_is_the_registry_s() -> None:
    assert diagnostic("RP301", "x", HERE).severity is Severity.ERROR
    assert diagnostic("RP408", "x", HERE).severity is Severity.WARNING
    assert diagnostic("RP408", "x", HERE, severity=Severity.ERROR).severity is Severity.ERROR


def test_replace_makes_a_fix() -> None:
    fix = replace(HERE, "sales", sure=True)
    assert (fix.title, fix.applicability.value, fix.edits[0].text) == (
        "replace with `sales`",
        "machine-applicable",
        "sales",
    )
    assert replace(HERE, "x", sure=False, title="t").applicability.value == "maybe-incorrect"


def test_the_page_of_all_codes_is_fresh() -> None:
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert page == codes_markdown(), "run: python -m ringplan.diagnostics > docs/codes.md"


def test_every_link_of_the_page_has_its_place() -> None:
    page = codes_markdown()
    assert set(re.findall(r"\]\(#(rp\d+)\)", page)) == set(re.findall(r'<a id="(rp\d+)">', page)) != set()
