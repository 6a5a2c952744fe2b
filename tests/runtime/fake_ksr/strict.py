"""No silence: what the fake does not know, and what would crash a real worker, ends the test.

The runtime catches every ``Exception`` so that a worker lives; a gap of the fake must not be caught there, so it
is no ``Exception``, and it is remembered in case it is swallowed all the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kamailio import Kamailio


class GapError(BaseException):
    """The runtime did something the fake does not know or Kamailio does not allow."""


class Namespace:
    """Functions of one Kamailio module: called with exactly the types they are declared with."""

    def __init__(self, active: Callable[[], Kamailio]) -> None:
        self._active = active

    @property
    def _k(self) -> Kamailio:
        return self._active()

    def __init_subclass__(cls) -> None:
        for name, member in list(vars(cls).items()):
            if inspect.isfunction(member) and not name.startswith("_"):
                setattr(cls, name, _checked(f"{cls.__name__}.{name}", member))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise gap(f"KSR.{type(self).__name__.lower()}.{name} is unknown to the fake")


def gap(text: str) -> GapError:
    """Remember a gap and make the error to raise."""
    GAPS.append(text)
    return GapError(text)


GAPS: list[str] = []
"""Gaps since the last look; the harness empties it."""


def _checked(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    wanted = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

    @wraps(function)
    def call(self: Namespace, *arguments: object) -> object:
        if len(arguments) != len(wanted):
            raise gap(f"{name} takes {len(wanted)} arguments, got {len(arguments)}")
        for given, parameter in zip(arguments, wanted, strict=True):
            if type(given) is not parameter.annotation:  # a wrong type can crash a worker
                raise gap(f"{name}: {parameter.name} is {given!r}, must be {parameter.annotation.__name__}")
        try:
            return function(self, *arguments)
        except Exception as error:
            raise gap(f"{name}{arguments}: {type(error).__name__}: {error}") from error

    return call
