"""The menus of a tenant, and everything that can happen in them: as written, and as lowered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ringplan import ir
from ringplan_schema import KeyAction, Menu, Tenant, ThenAction

MENUS = ("open", "closed", "holiday")
"""The menus of an IVR."""
RETRIES = ("no_input", "invalid", "failed")
"""What a menu does when the caller does not do as he is asked."""

Written = str | KeyAction | ThenAction
"""An action as it is written: a word, or fields."""
Path = tuple[str, ...]


class Step(NamedTuple):
    """One thing that can happen in a menu."""

    ivr: ir.Ivr
    menu: str
    """``open``, ``closed`` or ``holiday``."""
    path: Path
    """Where it stands; where a default is meant, where it could."""
    action: ir.Action
    is_pressed: bool
    """Whether it takes a key; else it follows by itself."""

    @property
    def name(self) -> str:
        """The IVR's name in the manifest."""
        return self.path[1]


def written_menus(manifest: Tenant) -> Iterator[tuple[Path, Menu]]:
    """Every menu with its place, ``("ivr", "main", "open")``."""
    for name, ivr in manifest.ivr.items():
        for which in MENUS:
            menu: Menu | None = getattr(ivr, which)
            if menu is not None:
                yield ("ivr", name, which), menu


def written_actions(manifest: Tenant) -> Iterator[tuple[Path, Written]]:
    """Every action with its place: those of keys, and those that follow without one."""
    for path, menu in written_menus(manifest):
        for key, action in menu.keys.items():
            yield (*path, "keys", key), action
        if menu.then is not None:
            yield (*path, "then"), menu.then
        for name in RETRIES:
            retry = getattr(menu, name)
            if retry is not None:
                yield (*path, name, "then"), retry.then


def steps(manifest: Tenant, graph: ir.Tenant) -> Iterator[Step]:
    """Everything that can happen in the menus of a tenant."""
    for name in manifest.ivr:
        ivr = graph.node(f"{graph.id}/ivr/{name}")
        assert isinstance(ivr, ir.Ivr)
        for which in MENUS:
            lowered: ir.Menu | None = getattr(ivr, which)
            if lowered is not None:
                yield from _steps(ivr, which, ("ivr", name, which), lowered, getattr(manifest.ivr[name], which))


def _steps(ivr: ir.Ivr, which: str, path: Path, lowered: ir.Menu, written: Menu) -> Iterator[Step]:
    for key, action in lowered.keys:
        yield Step(ivr, which, (*path, "keys", key), action, is_pressed=True)
    for field in RETRIES:
        retry: ir.Retry = getattr(lowered, field)
        is_short = field == "no_input" and written.no_input is None
        yield Step(ivr, which, (*path, "then") if is_short else (*path, field, "then"), retry.then, is_pressed=False)
