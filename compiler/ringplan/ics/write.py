"""A converted calendar as a part of a manifest."""

from __future__ import annotations

from collections.abc import Iterator

from .convert import Converted, Entry


def write(name: str, converted: Converted) -> str:
    """The ``schedules`` section as YAML; nothing in it depends on how titles are spelt, they are comments."""
    lines = ["schedules:", *_schedule(name, converted)]
    if converted.cancelled:
        lines += [f"  {name}_cancelled:", *_field("dates", converted.cancelled)]
    return "\n".join(lines) + "\n"


def _schedule(name: str, converted: Converted) -> Iterator[str]:
    if not (converted.weekly or converted.dates):
        yield f"  {name}: {{}}"
        return
    yield f"  {name}:"
    yield from _field("weekly", converted.weekly)
    yield from _field("dates", converted.dates)
    if converted.cancelled:
        yield f"    except: [{name}_cancelled]"


def _field(field: str, entries: list[Entry]) -> Iterator[str]:
    if entries:
        yield f"    {field}:"
    seen: set[str] = set()
    for entry in entries:
        if entry.text not in seen:
            seen.add(entry.text)
            yield f"      - {entry.text}  # {entry.title}"
