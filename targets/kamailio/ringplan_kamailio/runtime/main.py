"""The script Kamailio loads: finds the current generation of the runtime and starts it.

Kamailio executes this file again at every reload, and an exception here or in ``mod_init`` would end the whole
server. So nothing happens at import, and ``mod_init`` returns the handler of the generation that works when the
new one does not.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
import types
from pathlib import Path

HOLDER = "ringplan_generation"
"""Name in sys.modules of what survives a reload: the handler in use, its package, and how many there were."""


def mod_init() -> object:
    """The object whose methods Kamailio calls."""
    holder = vars(sys.modules.setdefault(HOLDER, types.ModuleType(HOLDER)))
    holder["count"] = holder.get("count", 0) + 1
    package = f"ringplan_runtime_{holder['count']}"
    try:
        handler = start(package)
    except BaseException:
        forget(package)
        report("refused: " + traceback.format_exc())
        if "handler" not in holder:
            raise
        return holder["handler"]
    if "package" in holder:
        forget(holder["package"])
        report("taken over")
    holder.update(handler=handler, package=package)
    return handler


def start(package: str) -> object:
    """Imports the runtime of the current generation under a name of its own and starts it."""
    exchange = (Path(os.environ["RINGPLAN_SITE"]) / "current").resolve(strict=True) / "exchange"
    folder = exchange / "ringplan_runtime"
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(str(folder))
    sys.modules[package] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: object = module.start(exchange, os.environ.get("RINGPLAN_ROLE", "exchange"))
    return handler


def forget(package: str) -> None:
    """Drops a package from sys.modules; what is still in use lives on."""
    for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
        del sys.modules[name]


def report(text: str) -> None:
    """Writes to Kamailio's log what became of a generation."""
    import KSR

    generation = (Path(os.environ["RINGPLAN_SITE"]) / "current").resolve().name
    KSR.notice(f"generation {generation} {text}".replace("\n", " | ") + "\n")
