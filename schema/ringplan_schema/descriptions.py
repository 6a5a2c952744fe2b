"""Docstrings of fields as text for people: schemas, messages.

Read from the source when somebody wants to see them. Pydantic could do it (``use_attribute_docstrings``), but for all
models and at every start, which takes a tenth of the time of a small check.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from pydantic import BaseModel

# References to the documents a field was derived from; they help who changes the models, not who writes manifests.
_REFERENCE: Final = re.compile(r"\s*\((?:S\d|OCI|services|BroadWorks)\b[^()]*\)")


def without_references(text: str) -> str:
    """The description on one line, without the places of its sources."""
    return " ".join(_REFERENCE.sub("", text).replace("``", "`").split())


@cache
def descriptions(model: type[BaseModel]) -> Mapping[str, str]:
    """What the docstrings below the fields of a model say, without references, by the name of the field."""
    (definition,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in pairwise(definition.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(docstring))):
                found[name] = without_references(docstring)
    return found
