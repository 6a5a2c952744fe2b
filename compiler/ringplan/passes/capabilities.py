"""Capabilities: everything the manifest asks for is done by some target (RP701), before any target is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringplan.diagnostics import Sink, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.target import Capability, Target
from ringplan.values import dataclass

from .subject import Subject


@dataclass(frozen=True, slots=True)
class Need:
    """Something the manifest asks for."""

    capability: Capability
    what: str
    span: Span

    @classmethod
    def transport(cls, name: str, span: Span) -> Need:
        """A SIP transport: ``udp``, ``tcp`` or ``tls``."""
        return cls(Capability(f"transport-{name}"), f"transport `{name}`", span)

    @classmethod
    def media(cls, span: Span) -> Need:
        """Media through relays."""
        return cls(Capability.MEDIA_ANCHORING, "media through relays", span)


_SECTIONS = (
    ("hunt_groups", Capability.HUNT_GROUPS, "hunt groups"),
    ("time_routes", Capability.SCHEDULES, "routing by time"),
    ("schedules", Capability.SCHEDULES, "schedules"),
    ("ivr", Capability.ANSWERED_CALLS, "menus"),
    ("announcements", Capability.ANSWERED_CALLS, "announcements"),
    ("callback", Capability.ANSWERED_CALLS, "callbacks"),
    ("calling_plan", Capability.CALLING_PLANS, "a calling plan"),
    ("number_masks", Capability.CALLING_PLANS, "number masks"),
)
"""Sections of the manifest, and what a target must be able to do for them."""


def tenant_needs(subject: Subject) -> Iterator[Need]:
    """What one tenant asks of the targets."""
    yield Need(Capability.BASIC_CALLS, "a telephone exchange", subject.graph.span)
    for name, user in subject.manifest.users.items():
        if user.speed_dial:
            yield Need(Capability.SPEED_DIAL, "speed dial", subject.key("users", name, "speed_dial"))
        if user.forward.model_fields_set:
            yield Need(Capability.FORWARDING, "call forwarding", subject.key("users", name, "forward"))
        if user.calling_plan is not None:
            yield Need(Capability.CALLING_PLANS, "a calling plan", subject.key("users", name, "calling_plan"))
    if subject.manifest.treatments.model_fields_set:
        yield Need(Capability.ANSWERED_CALLS, "announcements", subject.key("treatments"))
    for name, callback in subject.manifest.callback.items():
        if callback.record and callback.announced is not None:  # RP472 has said enough otherwise
            yield Need(Capability.RECORDING, "the recording of calls", subject.key("callback", name, "record"))
    for section, capability, what in _SECTIONS:
        if getattr(subject.manifest, section):
            yield Need(capability, what, subject.key(section))


def report_unsupported(needs: Iterable[Need], targets: tuple[Target, ...], sink: Sink) -> None:
    """RP701 for every need that no target meets."""
    able: frozenset[Capability] = frozenset().union(*(target.capabilities for target in targets))
    names = ", ".join(f"`{target.name}`" for target in targets) or "none"
    for need in needs:
        if need.capability not in able:
            sink.report(
                diagnostic(
                    "RP701",
                    f"{need.what} is not supported by any target",
                    need.span,
                    label="no target can do this",
                    notes=(f"installed targets: {names}",),
                    help="choose something the targets support, or install a target that supports it",
                )
            )
