"""CPU of calls through schedules, hunt groups, calling plans and forwards, beside Kamailio's own basic example.

    python -m benchmarks.bench_services --json services.json

The example always does the same: it calls the one phone it knows, without any of this. Otherwise as bench_exchange.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from . import ours, services
from .bench_exchange import (
    OURS,
    OUTSIDE,
    PASSWORD,
    PHONE,
    PHONES_CALLER,
    TRUNK,
    Options,
    Subject,
    compare,
    options,
    parser,
    register,
    start_native,
)
from .generate import platform_yaml
from .load import Load, called
from .processes import running

CARRIER, BUSY_PHONE = "127.0.31.8", "127.0.31.9"


def measure_all(options: Options, chosen: str, scratch: Path) -> list[dict[str, object]]:
    """Every case whose name holds ``chosen``."""
    with ExitStack() as stack:
        exchange = start_ours(stack, options, scratch)
        references = {digest: start_native(stack, options, scratch, digest=digest) for digest in (False, True)}
        for address, users in ((PHONE, services.ANSWERING), (BUSY_PHONE, services.BUSY_PHONES)):
            rows = services.registrations(users, PASSWORD)
            register(Load("register", rows, address, OURS, 100, len(rows)), scratch)
        for scenario, address in (("answer", PHONE), ("busy", BUSY_PHONE), ("answer", CARRIER)):
            log = scratch / f"{address}.log"
            stack.enter_context(running(called(scenario, address, options.sdp, scratch), log))
        results = []
        for case in services.cases(OUTSIDE, OURS, PASSWORD):
            if chosen not in case.name:
                continue
            scenario, source = ("call_digest", PHONES_CALLER) if case.of_phone else ("call", TRUNK)
            load = Load(scenario, case.rows, source, OURS, options.rate, options.calls, options.sdp)
            print(case.name, file=sys.stderr)
            figures = compare(references[case.of_phone], Subject("ours", exchange, load), options.pairs, scratch)
            results.append({"call": case.name, "load_average": round(os.getloadavg()[0], 1), **figures})
        return results


def start_ours(stack: ExitStack, options: Options, scratch: Path) -> int:
    """Our exchange and the relay; the process id."""
    trunk = f"{{address: {CARRIER}:5060, sources: [{TRUNK}]}}"
    platform = platform_yaml(workers=options.workers).replace(f"{{address: {TRUNK}:5060}}", trunk)
    assert trunk in platform
    services.write(scratch / "fleet", platform)
    site = ours.activated(scratch, scratch / "fleet", services.secrets(PASSWORD))
    stack.enter_context(running(site.relay_command, scratch / "relay.log"))
    return stack.enter_context(running(site.command, scratch / "exchange.log", site.environment)).pid


def markdown(results: list[dict[str, object]]) -> str:
    """The results as a table."""
    keys = ("call", "native_us", "ours_us", "ratio", "load_average", "failed")
    lines = ["| call | native us | ours us | ratio | load average | failed |", "|---|---:|---:|---:|---:|---|"]
    lines += ["| " + " | ".join(str(result[key]) for key in keys) + " |" for result in results]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__, calls=1200)
    arguments.add_argument("--case", default="", help="only kinds of calls whose name holds this text")
    found = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measure_all(options(found), found.case, Path(folder))
    print(markdown(results))
    if found.json is not None:
        found.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
