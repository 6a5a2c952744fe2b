"""What programs read: JSON, GitHub workflow commands, SARIF."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture

from ringplan import __version__
from ringplan.diagnostics import Diagnostic, Label, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.diagnostics.render import RENDERERS, github, sarif
from ringplan.diagnostics.render import json as json_renderer

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["json", "github", "sarif"])
def test_golden(
    name: str, diagnostics: list[Diagnostic], sources: dict[str, str], file_regression: FileRegressionFixture
) -> None:
    shown = [d for d in diagnostics if d.code in ("RP801", "RP301", "RP603")]
    text = RENDERERS[name](shown, sources).replace(f'"version": "{__version__}"', '"version": "VERSION"')
    file_regression.check(text, fullpath=GOLDEN / f"{name}.txt", encoding="utf-8")


@pytest.mark.parametrize("name", RENDERERS)
def test_the_order_of_input_does_not_matter(name: str, diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    assert RENDERERS[name](diagnostics, sources) == RENDERERS[name](diagnostics[::-1], sources)
    assert "\x1b" not in RENDERERS[name](diagnostics, sources)


def test_json_has_everything(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    document = json.loads(json_renderer.render(diagnostics, sources))
    assert document["format"] == 1
    assert document["summary"] == {"errors": 6, "warnings": 6, "infos": 1, "files": 2, "fixable": 1}
    (unknown,) = (d for d in document["diagnostics"] if d["code"] == "RP301")
    assert unknown["primary"]["span"] == {
        "file": "novak/tenant.yaml",
        "line": 6,
        "column": 21,
        "end_line": 6,
        "end_column": 26,
    }
    assert unknown["fixes"][0]["applicability"] == "machine-applicable"
    assert unknown["fixes"][0]["edits"][0]["text"] == "sales"
    assert unknown["rendered"].startswith("error[RP301]: department `salse`")
    assert len(document["diagnostics"]) == len(diagnostics)


def test_json_of_nothing_is_a_document() -> None:
    assert json.loads(json_renderer.render([], {}))["diagnostics"] == []


def test_github_escapes() -> None:
    found = diagnostic("RP301", "100 %, a: b\nsecond", Span("a,b:c%.yaml", 2, 3, 2, 6), notes=["x\r\ny"], help="do it")
    (line,) = github.render([found], {}).splitlines()
    command, properties, text = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()  # type: ignore[union-attr]
    assert command == "error"
    assert properties == "file=a%2Cb%3Ac%25.yaml,line=2,endLine=2,col=3,endColumn=5,title=RP301%3A unknown name"
    assert text == "100 %25, a: b\\nsecond%0Anote: x\\r\\ny%0Ahelp: do it"


def test_github_gives_no_columns_for_several_lines() -> None:
    line = github.render([diagnostic("RP203", "x", Span("f", 2, 3, 4, 6))], {})
    assert "line=2,endLine=4,title" in line


def test_github_names_all_places(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    (line,) = (x for x in github.render(diagnostics, sources).splitlines() if "RP801" in x)
    assert "%0Aclinic/tenant.yaml:3:5: first claimed here" in line
    assert github.render(diagnostics, sources).count("\n") == len(diagnostics)


SPANS = st.builds(
    lambda line, column, lines, width: Span(
        "f", line, column, line + lines, column + width if not lines else width + 1
    ),
    st.integers(1, 6),
    st.integers(1, 90),
    st.integers(0, 2),
    st.integers(0, 200),
)


@given(st.text(max_size=300), SPANS, st.lists(SPANS, max_size=3), st.text(max_size=20))
def test_any_text_and_place_can_be_shown(text: str, at: Span, others: list[Span], words: str) -> None:
    found = diagnostic(
        "RP204", words, at, label=words, secondary=[Label(span, words) for span in others], notes=[words]
    )
    for name, render in RENDERERS.items():
        page = render([found], {"f": text})
        assert "RP204" in page
        assert all(character == "\n" or character.isprintable() for character in page), name


REGION = {
    "type": "object",
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "additionalProperties": {"type": "integer", "minimum": 1},
}
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "message": TEXT,
        "physicalLocation": {
            "required": ["artifactLocation", "region"],
            "properties": {
                "region": REGION,
                "artifactLocation": {"required": ["uri"], "properties": {"uri": {"format": "uri-reference"}}},
            },
        },
    },
}
SARIF = {
    # The parts of the OASIS schema of SARIF 2.1.0 that a log of ours may have.
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool", "results", "columnKind"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "version", "rules"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id", "shortDescription", "help", "defaultConfiguration"],
                                            "properties": {"help": TEXT, "shortDescription": TEXT},
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "items": {
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": TEXT,
                                "locations": {"minItems": 1, "items": LOCATION},
                                "relatedLocations": {"items": LOCATION},
                                "fixes": {
                                    "items": {
                                        "required": ["artifactChanges"],
                                        "properties": {
                                            "artifactChanges": {
                                                "minItems": 1,
                                                "items": {
                                                    "required": ["artifactLocation", "replacements"],
                                                    "properties": {
                                                        "replacements": {
                                                            "minItems": 1,
                                                            "items": {
                                                                "required": ["deletedRegion"],
                                                                "properties": {"deletedRegion": REGION},
                                                            },
                                                        }
                                                    },
                                                },
                                            }
                                        },
                                    }
                                },
                            },
                        }
                    },
                },
            },
        },
    },
}


def test_sarif_has_the_shape_of_the_standard(diagnostics: list[Diagnostic], sources: dict[str, str]) -> None:
    document = json.loads(sarif.render(diagnostics, sources))
    jsonschema.validate(document, SARIF)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({d.code for d in diagnostics})
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert len(run["results"]) == len(diagnostics)


def test_sarif_counts_utf16_code_units() -> None:
    found = diagnostic(
        "RP204", "x", Span("a b.yaml", 1, 4, 1, 6), secondary=[Label(Span("a b.yaml", 1, 1, 1, 3), "seen")]
    )
    result = json.loads(sarif.render([found], {"a b.yaml": "😀ž😀x\n"}))["runs"][0]["results"][0]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20b.yaml"
    assert (location["region"]["startColumn"], location["region"]["endColumn"]) == (6, 8)
    related = result["relatedLocations"][0]
    assert related["physicalLocation"]["region"]["endColumn"] == 4
    assert related["message"] == {"text": "seen"}


def test_sarif_of_nothing_is_a_log() -> None:
    document = json.loads(sarif.render([], {}))
    jsonschema.validate(document, SARIF)
    assert document["runs"][0]["results"] == []
