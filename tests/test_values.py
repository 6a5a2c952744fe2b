"""``ringplan.values.dataclass`` makes what the standard library's makes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

from ringplan import values


@values.dataclass(frozen=True, slots=True)
class Ours:
    """One field of every kind."""

    first: int
    second: str = "b"
    third: list[int] = field(default_factory=list)
    unshown: int = field(default=0, repr=False)
    uncompared: int = field(default=0, compare=False)
    unhashed: int = field(default=0, hash=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same, made by the standard library."""

    first: int
    second: str = "b"
    third: list[int] = field(default_factory=list)
    unshown: int = field(default=0, repr=False)
    uncompared: int = field(default=0, compare=False)
    unhashed: int = field(default=0, hash=False)


@values.dataclass(frozen=True, slots=True)
class Hashed:
    """A class whose fields can be hashed."""

    name: str
    weight: int = 1


@values.dataclass(frozen=True, slots=True)
class Nothing:
    """A class without fields."""


@values.dataclass(frozen=True, slots=True)
class Own:
    """A class that brings functions of its own."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.name.lower() == other.name.lower()

    def __repr__(self) -> str:
        return "own"


BOTH = pytest.mark.parametrize("made", [Ours, Theirs])


def facts(value: Any) -> tuple[object, ...]:
    """All that its fields say."""
    return tuple((entry.name, getattr(value, entry.name)) for entry in dataclasses.fields(value))


@BOTH
def test_arguments(made: Any) -> None:
    assert str(inspect.signature(made.__init__)).startswith("(self, first")
    expected = (("first", 1), ("second", "x"), ("third", [3]), ("unshown", 0), ("uncompared", 5), ("unhashed", 0))
    assert facts(made(1, "x", [3], uncompared=5)) == expected
    assert facts(made(1))[:3] == (("first", 1), ("second", "b"), ("third", []))
    with pytest.raises(TypeError, match=rf"{made.__name__}.__init__\(\) missing 1 required positional argument"):
        made()
    with pytest.raises(TypeError, match="unexpected keyword argument 'fourth'"):
        made(1, fourth=4)


@BOTH
def test_a_default_that_is_made_is_made_for_each(made: Any) -> None:
    one, other = made(1), made(1)
    one.third.append(1)
    assert other.third == []


@BOTH
def test_equality(made: Any) -> None:
    assert made(1) == made(1)
    assert made(1) != made(2)
    assert made(1, uncompared=1) == made(1, uncompared=2)
    assert made(1, unhashed=1) != made(1, unhashed=2)
    assert made(1).__eq__(1) is NotImplemented
    assert made(1) != (Theirs if made is Ours else Ours)(1)


@BOTH
def test_a_hash_is_that_of_the_fields(made: Any) -> None:
    one, other = made(1, "b", ()), made(1, "b", (), unhashed=7, uncompared=7)
    assert hash(one) == hash(other) == hash((1, "b", (), 0))
    with pytest.raises(TypeError, match="unhashable"):
        hash(made(1))


@BOTH
def test_text(made: Any) -> None:
    assert repr(made(1)) == f"{made.__name__}(first=1, second='b', third=[], uncompared=0, unhashed=0)"
    circle = made(1)
    circle.third.append(circle)
    assert "third=[...]" in repr(circle)


@BOTH
def test_nothing_can_be_changed(made: Any) -> None:
    value = made(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'first'"):
        value.first = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'first'"):
        del value.first
    with pytest.raises((FrozenInstanceError, TypeError)):  # the library's stumbles over its own class
        value.other = 2
    assert not hasattr(value, "__dict__")


@BOTH
def test_journeys(made: Any) -> None:
    value = made(1, "x", [[3]], unshown=2, uncompared=3)
    travelled = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]  # noqa: S301
    for one in (*travelled, copy.copy(value), copy.deepcopy(value)):
        assert facts(one) == facts(value)
        assert one is not value
    assert copy.deepcopy(value).third[0] is not value.third[0]


@BOTH
def test_what_the_library_does_with_them(made: Any) -> None:
    value = made(1, "x")
    assert dataclasses.is_dataclass(made)
    assert facts(dataclasses.replace(value, first=2))[:2] == (("first", 2), ("second", "x"))
    assert list(dataclasses.asdict(value)) == ["first", "second", "third", "unshown", "uncompared", "unhashed"]
    match value:
        case Ours(1, second) | Theirs(1, second):
            assert second == "x"
        case _:
            raise AssertionError


def test_small_classes() -> None:
    assert Nothing() == Nothing()
    assert {Nothing(): 1}[Nothing()] == 1
    assert repr(Nothing()) == "Nothing()"
    assert len({Hashed("a"), Hashed("a", 1), Hashed("a", 2)}) == 2


def test_functions_of_a_class_stay() -> None:
    assert Own("A") == Own("a")
    assert repr(Own("A")) == "own"
    assert hash(Own("a")) == hash(("a",))  # as the library does


@pytest.mark.parametrize("unusual", [{"init": False, "default": 1}, {"kw_only": True}])
def test_what_it_does_not_do_it_refuses(unusual: dict[str, Any]) -> None:
    class Unusual:
        """A class with a field that is no ordinary argument."""

        name: str = field(**unusual)

    with pytest.raises(TypeError, match="needs the dataclass of the standard library"):
        values.dataclass(frozen=True, slots=True)(Unusual)


def test_other_options_are_those_of_the_library() -> None:
    @values.dataclass(order=True)
    class Ordered:
        """A class that is neither frozen nor slotted."""

        name: str

    ordered = Ordered("a")
    ordered.name = "c"
    assert ordered > Ordered("b")
