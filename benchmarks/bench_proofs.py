"""CPU of the proofs: one tenant of 100 users with hunt groups, forwards, schedules, masks and plans, part by part.

python -m benchmarks.bench_proofs --json proofs.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from ringplan.diagnostics import Sink
from ringplan.frontend import load_platform, load_tenant
from ringplan.ir import HuntGroup, Platform, Tenant
from ringplan.passes import lower_platform, lower_tenant
from ringplan.proofs import prove
from ringplan.proofs.emergency import counterexamples
from ringplan.proofs.graph import graph_of
from ringplan.proofs.searching import search
from ringplan.proofs.space import space_of

from .bench_frontend import existing, milliseconds, run
from .generate import tenant_name, write_fleet

RUNS = 5


def lowered(scratch: Path, users: int) -> tuple[Tenant, Platform]:
    """A tenant without faults, and its platform."""
    write_fleet(scratch, 1, users, services=True)
    sink = Sink()
    platform = lower_platform(existing(load_platform(scratch / "platform.yaml", scratch, sink)), sink)
    assert platform is not None
    tenant = lower_tenant(existing(load_tenant(scratch / tenant_name(0), scratch, sink)), platform, sink)
    assert tenant is not None, sink.sorted()
    return tenant, platform


def proofs(tenant: Tenant, platform: Platform) -> dict[str, float]:
    """CPU ms of all proofs of a tenant, and of their parts."""
    graph = graph_of(space_of(tenant, platform))
    assert all(proof.holds for proof in prove(tenant, platform)), [
        c for p in prove(tenant, platform) for c in p.counterexamples
    ]
    return {
        "classes": graph.space.classes,
        "slices": len(graph.space.slices),
        "hunt_groups": sum(isinstance(node, HuntGroup) for node in tenant.nodes),
        "prove_ms": round(milliseconds(lambda: prove(tenant, platform), 20), 2),
        "space_ms": round(milliseconds(lambda: space_of(tenant, platform), 20), 2),
        "graph_ms": round(milliseconds(lambda: graph_of(graph.space), 20), 2),
        "search_ms": round(milliseconds(lambda: search(graph), 20), 2),
        "emergency_ms": round(milliseconds(lambda: list(counterexamples(tenant, platform)), 20), 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100, help="users of the tenant, 20 to 180")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "fleet"
        results = proofs(*lowered(scratch, arguments.users))
        command = ("check", "--no-cache", str(scratch / tenant_name(0)))
        results["check_tenant_cpu_s"] = round(min(run(Path(folder), *command).cpu_s for _ in range(RUNS)), 2)
    print(json.dumps(results, indent=2))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
