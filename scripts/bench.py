"""Times `ringplan check` and `ringplan compile` over the example tenants, a fresh process each."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RINGPLAN = Path(sys.executable).with_name("ringplan")
RUNS = 5


def seconds(*arguments: str) -> float:
    """Wall-clock time of one run, which must succeed."""
    start = time.perf_counter()
    subprocess.run([RINGPLAN, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    tenants = str(ROOT / "examples" / "tenants")
    with tempfile.TemporaryDirectory() as scratch:
        for name, arguments in {
            "--help": ("--help",),
            "check": ("check", tenants),
            "compile": ("compile", tenants, "-o", f"{scratch}/bundle"),
        }.items():
            times = [seconds(*arguments) for _ in range(RUNS)]
            print(f"{name:10} best {min(times):6.3f} s   first {times[0]:6.3f} s")


if __name__ == "__main__":
    main()
