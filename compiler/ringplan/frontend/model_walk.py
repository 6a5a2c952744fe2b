"""Finding the place in the manifest models that a path of the data belongs to.

Errors name a path; messages need the field's neighbours, choices and limits. Types are followed as sets of
alternatives, so that an optional field or a union needs no case of its own.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ringplan_schema.descriptions import descriptions

from .spans import Path, Step

Model = type[BaseModel]


def arms(annotation: Any) -> Iterator[Any]:
    """The alternatives of a type, without ``Annotated`` and ``None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from arms(get_args(annotation)[0])
    elif origin is Union or origin is types.UnionType:
        for arm in get_args(annotation):
            yield from arms(arm)
    elif annotation is not type(None):
        yield annotation


def types_at(root: Model, path: Path) -> tuple[Any, ...]:
    """What the node at ``path`` may be; empty when the models know no such node."""
    found: tuple[Any, ...] = (root,)
    for step in path:
        found = tuple(arm for parent in found for child in _children(parent, step) for arm in arms(child))
    return found


def models_at(root: Model, path: Path) -> tuple[Model, ...]:
    """The models the node at ``path`` may be."""
    return tuple(arm for arm in types_at(root, path) if is_model(arm))


def is_model(annotation: Any) -> bool:
    """Whether the type is a mapping with named fields."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def field_names(models: tuple[Model, ...]) -> list[str]:
    """The names under which the fields are written, in the order of the models."""
    return list(dict.fromkeys(written(name, field) for model in models for name, field in model.model_fields.items()))


def field_at(root: Model, path: Path) -> FieldInfo | None:
    """The definition of the field the path ends with; None for an entry of a section or list."""
    found = _named(root, path)
    return None if found is None else found[0].model_fields[found[1]]


def meaning_at(root: Model, path: Path) -> str:
    """What the docstring of the field says with which the path ends; empty for an entry of a section or list."""
    found = _named(root, path)
    return "" if found is None else descriptions(found[0]).get(found[1], "")


def _named(root: Model, path: Path) -> tuple[Model, str] | None:
    """The model and the name of the field the path ends with."""
    for model in models_at(root, path[:-1]) if path else ():
        for name, field in model.model_fields.items():
            if written(name, field) == path[-1]:
                return model, name
    return None


def choices_at(root: Model, path: Path) -> list[str]:
    """The fixed values allowed at ``path``."""
    return [str(value) for arm in types_at(root, path) if get_origin(arm) is Literal for value in get_args(arm)]


def limits(field: FieldInfo | None) -> tuple[int | None, int | None]:
    """The smallest and largest number the field allows, as far as it states them."""
    low: int | None = None
    high: int | None = None
    for item in _metadata(field):
        low = getattr(item, "ge", low)
        high = getattr(item, "le", high)
    return low, high


def written(name: str, field: FieldInfo) -> str:
    """A field's name in YAML."""
    return field.alias or name


def _metadata(field: Any) -> Iterator[Any]:
    if isinstance(field, FieldInfo):
        yield from field.metadata
        yield from _metadata(field.annotation)
    elif get_origin(field) is Annotated:
        base, *items = get_args(field)
        for item in items:
            yield from item.metadata if isinstance(item, FieldInfo) else (item,)
        yield from _metadata(base)
    elif get_origin(field) in (Union, types.UnionType):
        for arm in get_args(field):
            yield from _metadata(arm)


def _children(parent: Any, step: Step) -> Iterator[Any]:
    """The types below one step of a path."""
    origin, arguments = get_origin(parent), get_args(parent)
    if is_model(parent):
        for name, field in parent.model_fields.items():
            if written(name, field) == step:
                yield field.annotation
    elif origin is dict and arguments:
        yield arguments[1]
    elif origin in (list, tuple, set, frozenset) and arguments:
        yield arguments[0]
