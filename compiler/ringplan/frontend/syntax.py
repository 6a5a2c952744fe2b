"""What libyaml complains about, in words that help the person who wrote the manifest."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ringplan.diagnostics import Diagnostic, Label, Span
from ringplan.diagnostics.codes import diagnostic


class _Words(NamedTuple):
    message: str
    label: str
    help: str | None = None


_QUOTE: Final = "put the text between quotes"
_INDENT: Final = "indent with two spaces a level; entries of one mapping begin in the same column"
# First match wins: a part of libyaml's problem text, and what we say instead.
_PROBLEMS: Final[tuple[tuple[str, _Words], ...]] = (
    ("tab character", _Words("a tab stands where indentation is expected", "a tab", "indent with spaces")),
    ("cannot start any token", _Words("a value cannot begin with this character", "not allowed here", _QUOTE)),
    (
        "mapping values are not allowed",
        _Words("a `: ` is not allowed here", "unexpected", f"check the indentation, or {_QUOTE} if it holds a colon"),
    ),
    ("unexpected ':'", _Words("a colon is not allowed here", "`:` inside brackets", _QUOTE)),
    (
        "expected ':'",
        _Words("a field name is not followed by a colon", "`:` missing before this", "write `field: value`"),
    ),
    ("expected key", _Words("the indentation does not match", "this line fits no field above", _INDENT)),
    ("expected '-' indicator", _Words("the indentation does not match", "expected `- ` of the list above", _INDENT)),
    ("block sequence entries", _Words("a list is not allowed here", "unexpected `-`", _INDENT)),
    ("block collections", _Words("an indented block is not allowed here", "unexpected", _INDENT)),
    ("',' or ']'", _Words("a list is not closed", "expected `,` or `]`", "close the list with `]`")),
    ("',' or '}'", _Words("a mapping in braces is not closed", "expected `,` or `}`", "close the mapping with `}`")),
    ("unexpected end of stream", _Words("a quote is not closed", "the file ends here", "close the quote")),
    ("unexpected document indicator", _Words("a quote is not closed", "a new document begins here", "close the quote")),
    (
        "escape",
        _Words(
            "an unknown escape in double quotes", "unknown escape", "use single quotes, or write `\\\\` for a backslash"
        ),
    ),
    ("directive", _Words("YAML directives are not allowed", "directive", "remove the line")),
    ("tag", _Words("tags are not allowed", "tag", "remove the tag")),
    ("anchor", _Words("an anchor or alias is not allowed", "not allowed here", f"write the value out, or {_QUOTE}")),
    ("document start", _Words("text after the end of the document", "unexpected", _INDENT)),
    (
        "simple key",
        _Words("a field name is not followed by a colon", "expected `:`", "write `field: value` on one line"),
    ),
    ("line break", _Words("unexpected text after the start of a text block", "expected the end of the line")),
    ("indent", _Words("the indentation of a text block is wrong", "unexpected", _INDENT)),
)
_OTHER: Final = _Words("the text is not valid YAML", "not understood from here")


def syntax_fault(error: YAMLError, text: str, file: str) -> Diagnostic:
    """The diagnostic of a syntax error, with the place where the broken construct began when libyaml knows it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return diagnostic("RP101", _OTHER.message, Span(file, 1, 1, 1, 1))
    problem = error.problem or ""
    words = next((words for part, words in _PROBLEMS if part in problem), _OTHER)
    at = _character(file, lines, error.problem_mark)
    begin = error.context_mark
    secondary = []
    if begin is not None and begin.line < error.problem_mark.line and "simple key" not in (error.context or ""):
        secondary.append(Label(_character(file, lines, begin), "what is being read began here"))
    return diagnostic("RP101", words.message, at, label=words.label, secondary=secondary, help=words.help)


def _character(file: str, lines: list[str], mark: Any) -> Span:
    """The character at a mark; at the end of the file the end of the last line with text, where a person would look."""
    line, column = mark.line, mark.column
    if line >= len(lines) or (line == len(lines) - 1 and not lines[line]):
        while line > 0 and (line >= len(lines) or not lines[line].strip()):
            line -= 1
        column = len(lines[line].rstrip())
    return Span(file, line + 1, column + 1, line + 1, column + 2)
