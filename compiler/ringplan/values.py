"""``dataclass`` as in the standard library, but frozen classes with slots are made in a third of the time.

The library compiles each function of each class by itself, a millisecond a class on Python 3.11, and the smallest check
needs more than a hundred classes. Here ``__init__``, ``__eq__`` and ``__hash__`` are compiled at once, as Python 3.13
does, and the other functions, which ask a class for its fields, exist once. Classes with other options, and everything
that is asked of a class, are the library's: ``fields``, ``replace``, ``match``, the order of arguments, pickling.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

__all__ = ["dataclass"]

_T = TypeVar("_T")

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type[_T] | None = None, /, **options: bool) -> type[_T] | Callable[[type[_T]], type[_T]]:
        """The library's decorator."""
        if cls is None and options == {"frozen": True, "slots": True}:
            return _frozen
        return dataclasses.dataclass(cls, **options)


def _frozen(cls: type[_T]) -> type[_T]:
    for name, function in _SHARED.items():
        if name not in cls.__dict__:
            setattr(cls, name, function)
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for name, function in _compiled(made).items():
        if cls.__dict__.get(name) is None:  # a class that has its own __eq__ has None for __hash__
            function.__qualname__ = f"{made.__qualname__}.{name}"
            setattr(made, name, function)
    return made


def _compiled(cls: type[Any]) -> Mapping[str, Callable[..., object]]:
    """The functions that differ from class to class."""
    fields = dataclasses.fields(cls)
    if hasattr(cls, "__post_init__") or any(not field.init or field.kw_only for field in fields):
        raise TypeError(f"{cls.__qualname__} needs the dataclass of the standard library")
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters = "".join(f", {_parameter(field, scope)}" for field in fields)
    statements = "".join(f"  _set(self, {field.name!r}, {_value(field)})\n" for field in fields) or "  pass\n"
    compared = [field for field in fields if field.compare]
    hashed = [field for field in fields if (field.compare if field.hash is None else field.hash)]
    source = (
        f"def __init__(self{parameters}):\n{statements}"
        "def __eq__(self, other):\n"
        f"  same = other.__class__ is self.__class__\n"
        f"  return {_values('self', compared)} == {_values('other', compared)} if same else NotImplemented\n"
        f"def __hash__(self):\n  return hash({_values('self', hashed)})\n"
    )
    exec(source, scope)  # noqa: S102 - of the names of fields and nothing else, as the library does
    return {name: scope[name] for name in ("__init__", "__eq__", "__hash__")}


def _parameter(field: Field[Any], scope: dict[str, Any]) -> str:
    """A field as a parameter; what it needs to be known is put into the scope."""
    if field.default_factory is not MISSING:
        scope[f"_new_{field.name}"] = field.default_factory
        return f"{field.name}=_missing"
    if field.default is not MISSING:
        scope[f"_default_{field.name}"] = field.default
        return f"{field.name}=_default_{field.name}"
    return field.name


def _value(field: Field[Any]) -> str:
    name = field.name
    return name if field.default_factory is MISSING else f"_new_{name}() if {name} is _missing else {name}"


def _values(of: str, fields: list[Field[Any]]) -> str:
    return f"({''.join(f'{of}.{field.name}, ' for field in fields)})"


# -- the same for all classes


def _setattr(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _getstate(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED: Final[Mapping[str, Callable[..., object]]] = {
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__repr__": _repr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
