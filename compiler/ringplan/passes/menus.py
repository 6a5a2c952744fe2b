"""The menus of a manifest, and everything that can happen in them."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan_schema import KeyAction, Menu, Tenant, ThenAction

MENUS = ("open", "closed", "holiday")
"""The menus of an IVR."""

Written = str | KeyAction | ThenAction
"""An action as it is written: a word, or fields."""


def written_menus(manifest: Tenant) -> Iterator[tuple[tuple[str, ...], Menu]]:
    """Every menu with its place, ``("ivr", "main", "open")``."""
    for name, ivr in manifest.ivr.items():
        for which in MENUS:
            menu: Menu | None = getattr(ivr, which)
            if menu is not None:
                yield ("ivr", name, which), menu


def written_actions(manifest: Tenant) -> Iterator[tuple[tuple[str, ...], Written]]:
    """Every action with its place: those of keys, and those that follow without one."""
    for path, menu in written_menus(manifest):
        for key, action in menu.keys.items():
            yield (*path, "keys", key), action
        if menu.then is not None:
            yield (*path, "then"), menu.then
        for name, retry in (("no_input", menu.no_input), ("invalid", menu.invalid), ("failed", menu.failed)):
            if retry is not None:
                yield (*path, name, "then"), retry.then
