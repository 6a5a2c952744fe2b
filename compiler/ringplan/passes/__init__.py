"""The middle of the compiler: from a manifest that has the right shape to a graph that can be trusted.

Every pass sees the whole tenant and reports all its faults. No pass depends on another: lowering is total, so a
fault found by one never hides what the next one looks at.
"""

from __future__ import annotations

from ringplan import ir
from ringplan.diagnostics import Sink
from ringplan.frontend.load import LoadedTenant

from . import (
    administrators,
    callbacks,
    extensions,
    hunting,
    identity,
    licence,
    masks,
    menu_faults,
    menu_ways,
    names,
    numbers,
    prompt_faults,
    safety,
    schedule_faults,
    targets,
)
from .fleet import check_fleet, check_trunk_tenants, summarise
from .lower import lower
from .platform import lower_platform, platform_needs
from .subject import Pass, Subject

PASSES: tuple[Pass, ...] = (
    names.check,  # every group and department named is defined; departments form trees
    administrators.check,  # whoever administers something administers what exists, and is named once
    numbers.check,  # public numbers are owned once, assigned once, and real
    extensions.check,  # extensions are unique and never mistaken for anything else
    licence.check,  # no more users than licensed
    identity.check,  # every identity to be shown exists
    targets.check,  # what a speed-dial code stands for or a call is forwarded to exists
    hunting.check,  # members of hunt groups exist and can be rung as written
    prompt_faults.check,  # prompts that are named exist, recordings can be played, somebody answers
    menu_faults.check,  # keys and schedules of menus do what they seem to
    menu_ways.check,  # menus can be reached, do not go round by themselves, and have an exit
    callbacks.check,  # whom a number calls back may be called, and is a user
    schedule_faults.check,  # schedules that are named exist, and say what their author meant
    masks.check,  # masks match something, and no two contradict each other
    safety.check,  # calls out are possible; emergency centres can call back
)


def examine(loaded: LoadedTenant, platform: ir.Platform | None, sink: Sink) -> Subject:
    """Lower one tenant and run every pass over it."""
    graph = lower(loaded.manifest, loaded.spans, platform, loaded.recordings)
    subject = Subject(loaded.manifest, loaded.spans, graph, platform, loaded.recordings)
    for run in PASSES:
        run(subject, sink)
    return subject


def lower_tenant(loaded: LoadedTenant, platform: ir.Platform, sink: Sink) -> ir.Tenant | None:
    """The routing graph of one tenant; None when it has errors."""
    found = Sink()
    subject = examine(loaded, platform, found)
    sink.extend(found.sorted())
    return None if found.has_errors else subject.graph


__all__ = [
    "PASSES",
    "Pass",
    "Subject",
    "check_fleet",
    "check_trunk_tenants",
    "examine",
    "lower_platform",
    "lower_tenant",
    "platform_needs",
    "summarise",
]
