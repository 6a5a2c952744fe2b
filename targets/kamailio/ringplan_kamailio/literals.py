"""The only way text of a manifest enters Python that Kamailio runs: as checked literals.

Nothing is quoted by hand. Every value is written by ``repr``, and the finished module is parsed again: it may
contain assignments of literals and one docstring, nothing else, and must evaluate to what was put in.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeAlias, cast

Literal: TypeAlias = "str | int | bool | tuple[Literal, ...] | None"
"""What a record may hold."""
Section: TypeAlias = "Literal | Mapping[str, Literal]"
"""What a module may assign to one name: a record, a tuple of records, or records by key."""


class NotALiteralError(ValueError):
    """A value cannot be written as data, or what was written is not data."""


def module(doc: str, sections: Mapping[str, Section]) -> bytes:
    """A Python module that assigns ``sections`` in the given order; mappings are sorted by key, one record a line.

    ``doc`` becomes the docstring. Raises NotALiteralError when the result is anything but these literals.
    """
    blocks = [_written(doc) + "\n"]
    blocks.extend(_assignment(name, value) for name, value in sections.items())
    text = "\n".join(blocks)
    check(text, doc, sections)
    return text.encode("utf-8")


def check(text: str, doc: str, sections: Mapping[str, Section]) -> None:
    """Raises NotALiteralError unless ``text`` is a docstring and exactly these assignments of literals."""
    try:
        tree = ast.parse(text)
        found = dict(_assigned(statement) for statement in tree.body[1:])
    except (SyntaxError, ValueError) as error:
        raise NotALiteralError(f"the module is not plain data: {error}") from error
    if ast.get_docstring(tree, clean=False) != doc or len(found) != len(tree.body) - 1:
        raise NotALiteralError("the module does not begin with its docstring")
    expected = {name: dict(value) if isinstance(value, Mapping) else value for name, value in sections.items()}
    # repr tells True from 1, which == does not.
    if (
        found != expected
        or list(found) != list(expected)
        or any(_canonical(found[name]) != _canonical(value) for name, value in expected.items())
    ):
        raise NotALiteralError("the module does not evaluate to the data it was written from")


def _assignment(name: str, value: Section) -> str:
    if not (name.isidentifier() and name.isascii() and name.isupper()):
        raise NotALiteralError(f"{name!r} is not a name for data")
    if isinstance(value, Mapping):
        lines = [f"    {_written(key)}: {_written(record)},\n" for key, record in sorted(value.items())]
        return f"{name} = {{\n{''.join(lines)}}}\n" if lines else f"{name} = {{}}\n"
    if isinstance(value, tuple) and any(isinstance(record, tuple) for record in value):
        return f"{name} = (\n{''.join(f'    {_written(record)},{chr(10)}' for record in value)})\n"
    return f"{name} = {_written(value)}\n"


def _written(value: Literal) -> str:
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        inner = ", ".join(_written(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    raise NotALiteralError(f"{type(value).__name__} is not a literal")


def _quoted(text: str) -> str:
    """``repr`` with double quotes where that needs no escape; surrogates cannot be written as UTF-8."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise NotALiteralError("text with a lone surrogate")
    written = repr(text)
    if written.startswith("'") and '"' not in written and "\\'" not in written:
        return f'"{written[1:-1]}"'
    return written


def _assigned(statement: ast.stmt) -> tuple[str, object]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            _only_literals(value)
            return name, ast.literal_eval(value)
    raise NotALiteralError(f"statement of kind {type(statement).__name__}")


def _only_literals(node: ast.expr) -> None:
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, (str, bool, int, type(None))):
            continue
        if isinstance(child, (ast.Tuple, ast.Dict, ast.Load, ast.USub)):
            continue
        if (
            isinstance(child, ast.UnaryOp)
            and isinstance(child.op, ast.USub)
            and isinstance(child.operand, ast.Constant)
        ):
            continue  # a negative number
        raise NotALiteralError(f"expression of kind {type(child).__name__}")


def _canonical(value: object) -> str:
    if isinstance(value, Mapping):
        records = cast("Mapping[str, object]", value)
        return repr(sorted(records.items()))
    return repr(value)
