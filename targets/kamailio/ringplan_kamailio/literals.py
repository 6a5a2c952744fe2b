"""The only way text of a manifest enters Python that Kamailio runs: as checked literals.

Nothing is quoted by hand. Every value is written by ``repr``, and the finished module is parsed again: it may
contain one docstring and assignments of literals, nothing else, and every literal must be what was put in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Final, TypeAlias, TypeGuard, cast

Literal: TypeAlias = "str | int | bool | tuple[Literal, ...] | None"
"""What a record may hold."""
Section: TypeAlias = "Literal | Mapping[str, Literal]"
"""What a module may assign to one name: a record, a tuple of records, or records by key."""

_SCALARS: Final = frozenset({str, int, bool, type(None)})
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


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
    except (SyntaxError, ValueError) as error:
        raise NotALiteralError(f"the module is not plain data: {error}") from error
    if ast.get_docstring(tree, clean=False) != doc:
        raise NotALiteralError("the module does not begin with its docstring")
    if len(tree.body) != len(sections) + 1:
        raise NotALiteralError("the module does not assign each name once")
    for statement, (name, value) in zip(tree.body[1:], sections.items(), strict=True):
        if not (_assigns(statement, name) and _is_section(statement.value, value)):
            raise NotALiteralError(f"{name} does not evaluate to the data it was written from")


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
    # Exact classes: what a class derived from text or a number writes of itself is anybody's guess.
    kind = value.__class__
    if kind is str:
        return _quoted(cast("str", value))
    if kind is tuple:
        records = cast("tuple[Literal, ...]", value)
        inner = ", ".join([_written(item) for item in records])
        return f"({inner},)" if len(records) == 1 else f"({inner})"
    if kind in _SCALARS:
        return repr(value)
    raise NotALiteralError(f"{kind.__name__} is not a literal")


def _quoted(text: str) -> str:
    """``repr`` with double quotes where that needs no escape; surrogates cannot be written as UTF-8."""
    if not text.isascii() and _SURROGATE.search(text):
        raise NotALiteralError("text with a lone surrogate")
    written = repr(text)
    if written.startswith("'") and '"' not in written and "\\'" not in written:
        return f'"{written[1:-1]}"'
    return written


# -- the check walks the syntax tree and the data side by side: whatever is no literal is not equal to any data


def _assigns(statement: ast.stmt, name: str) -> TypeGuard[ast.Assign]:
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id == name


def _is_section(node: ast.expr, value: Section) -> bool:
    if not isinstance(value, Mapping):
        return _is_literal(node, value)
    if not (isinstance(node, ast.Dict) and len(node.keys) == len(value)):
        return False
    records = zip(node.keys, node.values, sorted(value.items()), strict=True)
    return all(
        written_key is not None and _is_literal(written_key, key) and _is_literal(written, record)
        for written_key, written, (key, record) in records
    )


def _is_literal(node: ast.expr, value: Literal) -> bool:
    """Whether an expression is a plain literal of this value; ``True`` is not ``1``."""
    kind = value.__class__
    if isinstance(node, ast.Constant):
        return kind in _SCALARS and node.value.__class__ is kind and node.value == value
    if isinstance(node, ast.Tuple):
        items = cast("tuple[Literal, ...]", value)
        return kind is tuple and len(node.elts) == len(items) and all(map(_is_literal, node.elts, items))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        digits = node.operand.value
        return kind is int and isinstance(digits, int) and not isinstance(digits, bool) and -digits == value
    return False
