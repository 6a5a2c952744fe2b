"""Every pattern of the models has words for people, and the models' walk finds every field."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from ringplan.frontend import forms
from ringplan.frontend.model_walk import choices_at, field_names, limits, models_at, types_at
from ringplan_schema import Phone, Platform, Tenant, User


def all_patterns(annotation: Any, seen: set[Any]) -> Iterator[str]:
    """Patterns of everything below a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen:
            return
        seen.add(annotation)
        for field in annotation.model_fields.values():
            yield from forms.patterns(field)
            yield from all_patterns(field.annotation, seen)
    elif get_origin(annotation) is Annotated:
        yield from forms.patterns(annotation)
        yield from all_patterns(get_args(annotation)[0], seen)
    else:
        for argument in get_args(annotation):
            yield from all_patterns(argument, seen)


PATTERNS = sorted({pattern for root in (Tenant, Platform) for pattern in all_patterns(root, set())})


def test_patterns_are_found() -> None:
    assert len(PATTERNS) > 8


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_words(pattern: str) -> None:
    words = forms.form_of(pattern, "").words
    assert words != "written in the form this field requires"


def test_the_walk() -> None:
    assert models_at(Tenant, ("users", "novak")) == (User,)
    assert models_at(Tenant, ("users", "novak", "phones", "desk")) == (Phone,)
    assert types_at(Tenant, ("nothing", "here")) == ()
    assert choices_at(Tenant, ("country",)) == ["CZ", "SK"]
    assert choices_at(Tenant, ("users", "novak", "caller_id", "show_number_of"))[0] == "user"
    assert limits(Tenant.model_fields["licensed_users"]) == (1, 100_000)
    assert field_names((Phone,)) == ["secret"]
