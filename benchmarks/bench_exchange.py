"""CPU of a complete call: our exchange beside Kamailio's own basic example in its native script.

    python -m benchmarks.bench_exchange --tenants 1 --tenants 10000 --json exchange.json

Both run with the ``fm`` allocator and the same number of workers, get the same calls at the same rate from SIPp,
in alternated pairs. See README.md for what is and what is not equal.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import native, ours
from .load import Load, called, play
from .processes import cpu_s, largest_private_kib, running

PHONE, PHONES_CALLER, TRUNK = "127.0.31.3", "127.0.31.6", "127.0.31.2"
OURS, NATIVE, NATIVE_DIGEST = "127.0.31.1", "127.0.31.5", "127.0.31.7"
RELAY = "127.0.31.4:2223"
OUTSIDE = "+420602123456"
ATTEMPTS = 3
"""Runs until one has no failed call; beside other work the machine may stand still for seconds."""
PASSWORD = "benchmark-only"  # noqa: S105 - of throw-away accounts on loopback


@dataclass(frozen=True)
class Options:
    """How calls are measured."""

    example: Path
    workers: int
    rate: int
    calls: int
    pairs: int
    sdp: bool
    timing: bool


@dataclass(frozen=True)
class Fleet:
    """Which tenants are called."""

    tenants: int
    users: int
    """Of each tenant."""
    lookups: int
    """For the memory figure."""


@dataclass(frozen=True)
class Subject:
    """A running exchange and the load it gets."""

    name: str
    pid: int
    load: Load


@dataclass(frozen=True)
class Run:
    """What a subject's calls took."""

    us: float
    """CPU of each call, in a run without a failed call."""
    failed: tuple[int, ...]
    """Failed calls of every run before, which were not counted: they have to be told beside the figure."""


def measure(subject: Subject, scratch: Path) -> Run:
    """Play the load until no call fails; raises RuntimeError when some always do."""
    failures: list[int] = []
    while len(failures) < ATTEMPTS:
        before = cpu_s(subject.pid)
        failed = play(subject.load, scratch)
        used = cpu_s(subject.pid) - before
        if not failed:
            return Run(used / subject.load.calls * 1e6, tuple(failures))
        failures.append(failed)
        print(f"  {subject.name}: {failed} of {subject.load.calls} calls failed: {errors(scratch)}", file=sys.stderr)
    raise RuntimeError(f"{subject.name}: calls failed in every run: {failures}")


def compare(reference: Subject, subject: Subject, pairs: int, scratch: Path) -> dict[str, object]:
    """Alternated pairs; medians of both and of the ratio, and the failed calls of runs that were not counted."""
    runs: list[tuple[float, float]] = []
    failed: dict[str, list[int]] = {reference.name: [], subject.name: []}
    for turn in range(pairs):
        order = (reference, subject) if turn % 2 == 0 else (subject, reference)
        cost = {item.name: measure(item, scratch) for item in order}
        for name, run in cost.items():
            failed[name].extend(run.failed)
        runs.append((cost[reference.name].us, cost[subject.name].us))
        print(f"  {reference.name} {runs[-1][0]:.0f} us, {subject.name} {runs[-1][1]:.0f} us", file=sys.stderr)
    return {
        "native_us": round(median(run[0] for run in runs)),
        "ours_us": round(median(run[1] for run in runs)),
        "ratio": round(median(run[1] / run[0] for run in runs), 2),
        "pairs": [[round(first), round(second)] for first, second in runs],
        "failed": failed,
    }


def start_native(stack: ExitStack, options: Options, scratch: Path, digest: bool) -> Subject:
    """The example with one registered phone ``callee`` and a caller ``caller``."""
    work = scratch / ("native-digest" if digest else "native")
    work.mkdir()
    address = NATIVE_DIGEST if digest else NATIVE
    passwords = {"caller": PASSWORD, "callee": PASSWORD} if digest else None
    variant = native.Variant(passwords, RELAY if options.sdp else None, options.timing)
    argv = native.command(options.example, work, address, options.workers, variant)
    process = stack.enter_context(running(argv, work / "log"))
    credentials = f"[authentication username=callee password={PASSWORD}]"
    register(Load("register", (("callee", "", address, credentials),), PHONE, address, 10, 1), scratch)
    credentials = f"[authentication username=caller password={PASSWORD}]"
    row = ("caller", "callee", address, credentials)
    scenario, source = ("call_digest", PHONES_CALLER) if digest else ("call", TRUNK)
    load = Load(scenario, (row,), source, address, options.rate, options.calls, options.sdp)
    return Subject("native", process.pid, load)


def register(load: Load, scratch: Path) -> None:
    """Register phones; all must succeed."""
    failed = play(load, scratch)
    if failed:
        raise RuntimeError(f"{failed} of {load.calls} registrations failed at {load.exchange}: {errors(scratch)}")


def errors(scratch: Path) -> str:
    """The end of what SIPp complained about."""
    log = scratch / "errors.log"
    return log.read_text(errors="replace")[-1500:] if log.exists() else ""


def run_fleet(options: Options, fleet: Fleet, scratch: Path) -> dict[str, object]:
    """All measurements of our exchange with one fleet."""
    scratch.mkdir()
    tenants = fleet.tenants
    with ExitStack() as stack:
        site = ours.build(scratch / "ours", tenants, fleet.users, options.workers, PASSWORD)
        stack.enter_context(running(site.relay_command, scratch / "relay.log"))
        exchange = stack.enter_context(running(site.command, scratch / "exchange.log", site.environment))
        trunk_reference = start_native(stack, options, scratch, digest=False)
        phone_reference = start_native(stack, options, scratch, digest=True)
        phones = tuple(ours.phone_row(tenant, 0, "", PASSWORD) for tenant in range(tenants))
        register(Load("register", phones, PHONE, OURS, 500, tenants), scratch)
        stack.enter_context(running(called("answer", PHONE, options.sdp, scratch), scratch / "answering.log"))
        rows = ours.shuffled(tenants)
        trunk_rows = tuple((OUTSIDE, ours.number(tenant, 0), OURS) for tenant in rows)
        phone_rows = tuple(ours.phone_row(tenant, 1, "2000", PASSWORD) for tenant in rows)
        from_trunk = Load("call", trunk_rows, TRUNK, OURS, options.rate, options.calls, options.sdp)
        from_phone = Load("call_digest", phone_rows, PHONES_CALLER, OURS, options.rate, options.calls, options.sdp)
        started_kib = largest_private_kib(exchange.pid)
        result: dict[str, object] = {"tenants": tenants, "sdp": options.sdp}
        print(f"{tenants} tenants, trunk to user", file=sys.stderr)
        subject = Subject("ours", exchange.pid, from_trunk)
        result["trunk_to_user"] = compare(trunk_reference, subject, options.pairs, scratch)
        print(f"{tenants} tenants, user to user", file=sys.stderr)
        subject = Subject("ours", exchange.pid, from_phone)
        result["user_to_user"] = compare(phone_reference, subject, options.pairs, scratch)
        looked_up = tuple((OUTSIDE, ours.number(tenant, 199), OURS) for tenant in rows)
        half = fleet.lookups // 2
        kib = [started_kib]
        for _ in range(2):
            failed = play(Load("unassigned", looked_up, TRUNK, OURS, 4 * options.rate, half), scratch)
            if failed:
                raise RuntimeError(f"{failed} of {half} look-ups failed")
            kib.append(largest_private_kib(exchange.pid))
        result["worker_private_kib"] = dict(zip(("start", "half", "end"), kib, strict=True))
        result["lookups"] = 2 * half
        return result


def markdown(results: list[dict[str, object]]) -> str:
    """The results as a table."""
    lines = ["| tenants | call | SDP | native us | ours us | ratio |", "|---:|---|---|---:|---:|---:|"]
    for result in results:
        for kind in ("trunk_to_user", "user_to_user"):
            figures = result[kind]
            assert isinstance(figures, dict)
            head = (result["tenants"], kind, "yes" if result["sdp"] else "no")
            cells = (*head, figures["native_us"], figures["ours_us"], figures["ratio"])
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "| tenants | look-ups | worker's private memory: start, half, end (KiB) |", "|---:|---:|---|"]
    for result in results:
        memory = result["worker_private_kib"]
        assert isinstance(memory, dict)
        lines.append(f"| {result['tenants']} | {result['lookups']} | {', '.join(map(str, memory.values()))} |")
    return "\n".join(lines)


def parser(description: str | None, calls: int) -> argparse.ArgumentParser:
    """What every measurement of an exchange has to be told."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--native", type=Path, default=native.DEBIAN, help="folder of Kamailio's KEMI examples")
    made.add_argument("--workers", type=int, default=1)
    made.add_argument("--rate", type=int, default=300, help="calls each second")
    made.add_argument("--calls", type=int, default=calls, help="calls of one run")
    made.add_argument("--pairs", type=int, default=5)
    made.add_argument("--without-sdp", action="store_true", help="calls in which no media relay has a part")
    made.add_argument("--native-without-timing", action="store_true", help="leave out its six timing lines a call")
    made.add_argument("--json", type=Path, help="also write the figures here")
    return made


def options(found: argparse.Namespace) -> Options:
    """From the command line, as `parser` has read it."""
    return Options(
        example=found.native,
        workers=found.workers,
        rate=found.rate,
        calls=found.calls,
        pairs=found.pairs,
        sdp=not found.without_sdp,
        timing=not found.native_without_timing,
    )


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__, calls=2000)
    arguments.add_argument("--tenants", type=int, action="append", help="may be repeated; default: 1 and 10000")
    arguments.add_argument("--users", type=int, default=10, help="users of each tenant")
    arguments.add_argument("--lookups", type=int, default=100_000, help="for the memory figure")
    found = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = [
            run_fleet(options(found), Fleet(tenants, found.users, found.lookups), Path(folder) / str(tenants))
            for tenants in found.tenants or (1, 10_000)
        ]
    print(markdown(results))
    if found.json is not None:
        found.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
