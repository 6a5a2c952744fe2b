"""What must be seen on the wire of an outcome of the interpreter, written down a second time."""

from __future__ import annotations

from dataclasses import replace

from tests.runtime.harness import Opened, visible

from ringplan.interpreter import Attempt, Diversion, Outcome
from ringplan.ir import Program, Trunk

_CAUSES = {
    "unconditional": "302",
    "user-busy": "486",
    "no-answer": "408",
    "unavailable": "503",
    "deflection": "480",
    "time-of-day": "302",
}


def attempts(program: Program, outcome: Outcome, carried: int) -> tuple[Opened, ...]:
    """The attempts; ``carried``: how often the call was forwarded before."""
    return tuple(_opened(program, attempt, carried) for attempt in outcome.attempts)


def _opened(program: Program, attempt: Attempt, carried: int) -> Opened:
    name = attempt.presented.name
    presented = replace(attempt.presented, name=(visible(name) or None) if name is not None else None)
    opened = Opened(attempt.kind, attempt.targets, attempt.request_user, presented, attempt.request_host)
    if attempt.kind == "phones" or not attempt.diversions:
        return opened
    trunk = next(trunk for trunk in program.platform.trunks if trunk.id == attempt.targets[0])
    domain = program.platform.domain
    uri = f"{attempt.request_user}@{attempt.request_host or f'{trunk.host}:{trunk.port}'}"
    if attempt.request_host is None and trunk.transport != "udp":
        uri += f";transport={trunk.transport}"
    return replace(
        opened,
        diversion=_diversion(attempt, trunk, domain, carried) if trunk.diversion in ("diversion", "both") else (),
        history=_history(attempt, trunk, domain, uri) if trunk.diversion in ("history_info", "both") else (),
    )


def _uri(diversion: Diversion, trunk: Trunk, domain: str) -> str:
    if diversion.number is None:
        return "sip:anonymous@anonymous.invalid"
    return f"sip:{diversion.number if trunk.plus else diversion.number.lstrip('+')}@{domain}"


def _diversion(attempt: Attempt, trunk: Trunk, domain: str, carried: int) -> tuple[str, ...]:
    found = []
    for at, diversion in enumerate(attempt.diversions[::-1]):
        counter = f";counter={len(attempt.diversions) + carried}" if at == 0 else ""
        privacy = "full" if diversion.private or not diversion.number else "off"
        found.append(f"<{_uri(diversion, trunk, domain)}>;reason={diversion.reason}{counter};privacy={privacy}")
    return tuple(found)


def _history(attempt: Attempt, trunk: Trunk, domain: str, uri: str) -> tuple[str, ...]:
    causes = ["", *(f";cause={_CAUSES[diversion.reason]}" for diversion in attempt.diversions)]
    called = []
    for diversion, cause in zip(attempt.diversions, causes, strict=False):
        private = "?Privacy=history" if diversion.private or not diversion.number else ""
        called.append(f"<{_uri(diversion, trunk, domain)}{cause}{private}>")
    called.append(f"<sip:{uri}{causes[-1]}>")
    return tuple(f"{entry};index={'.'.join(['1'] * (at + 1))}" for at, entry in enumerate(called))
