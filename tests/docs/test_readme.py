"""What the pages show is what happens: their manifests compile, their commands print what stands there.

On a page, ``<!-- file: NAME -->`` before a YAML block writes it to a file, ``<!-- edit: NAME: "A" -> "B" -->`` changes
one; a ``console`` block holds commands with their output. ``RINGPLAN_UPDATE_PAGES=1`` writes the output into the pages.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RINGPLAN = Path(sys.executable).parent / "ringplan"
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "examples/README.md",
    *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md"))),
)
GENERATED = {"docs/codes.md"}
STEP = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$"
    r'|^<!-- edit: (?P<edited>\S+): "(?P<old>.*)" -> "(?P<new>.*)" -->$',
    re.MULTILINE | re.DOTALL,
)


def steps(page: str) -> Iterator[re.Match[str]]:
    """The blocks and marks of a page, in order."""
    return STEP.finditer((ROOT / page).read_text(encoding="utf-8"))


def run(command: str, folder: Path, cache: Path, messages: int = subprocess.STDOUT) -> str:
    """What a command prints on a terminal without colours."""
    name, *arguments = shlex.split(command)
    assert name == "ringplan"
    done = subprocess.run(
        [RINGPLAN, *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=messages,
        text=True,
        check=False,
    )
    return done.stdout.rstrip("\n") + "\n"


def session(body: str, folder: Path, cache: Path) -> str:
    """A console block as it should be."""
    commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{run(command, folder, cache)}" for command in commands)


def follow(page: str, folder: Path, cache: Path) -> str:
    """Do what the page says, step by step in ``folder``; the page as it should be."""
    text = (ROOT / page).read_text(encoding="utf-8")
    done, result = 0, ""
    for step in STEP.finditer(text):
        if step["edited"]:
            file = folder / step["edited"]
            before = file.read_text(encoding="utf-8")
            assert step["old"] in before
            file.write_text(before.replace(step["old"], step["new"]), encoding="utf-8")
        elif step["file"]:
            (folder / step["file"]).write_text(step["body"], encoding="utf-8")
        elif step["kind"] == "console":
            result += text[done : step.start("body")] + session(step["body"], folder, cache)
            done = step.end("body")
    assert done, "a page without a command"
    return result + text[done:]


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_the_commands_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    folder = ROOT if page == "README.md" else tmp_path / "work"
    folder.mkdir(exist_ok=True)
    right = follow(page, folder, tmp_path / "cache")
    if os.environ.get("RINGPLAN_UPDATE_PAGES"):
        (ROOT / page).write_text(right, encoding="utf-8")
    assert (ROOT / page).read_text(encoding="utf-8") == right


@pytest.mark.integration
def test_the_verified_call_of_the_readme(tmp_path: Path) -> None:
    (block,) = [step["body"] for step in steps("README.md") if step["body"] and "ringplan verify" in step["body"]]
    command, _, shown = block.partition("\n")
    printed = run(command.removeprefix("$ "), ROOT, tmp_path, subprocess.DEVNULL)
    seconds = re.compile(r"[0-9.]+ s$", re.MULTILINE)
    assert seconds.sub("", printed) == seconds.sub("", shown)


@pytest.mark.parametrize("page", sorted(set(PAGES) - GENERATED))
def test_the_manifests_of_the_page_have_no_faults(page: str, tmp_path: Path) -> None:
    for number, step in enumerate(steps(page)):
        if step["kind"] != "yaml" or step["file"]:
            continue  # files are checked by the commands of their page
        name = re.search(r"^tenant: (\S+)", step["body"], flags=re.MULTILINE)
        assert name, f"a manifest that is not a whole tenant:\n{step['body']}"
        fleet = tmp_path / str(number)
        (fleet / name[1]).mkdir(parents=True)
        (fleet / name[1] / "tenant.yaml").write_text(step["body"], encoding="utf-8")
        (fleet / "platform.yaml").write_bytes((ROOT / "examples/broken/platform.yaml").read_bytes())
        assert run("ringplan check .", fleet, tmp_path / "cache") == "1 tenant: no faults\n"


def test_the_readme_fits_on_a_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_links_lead_to_files() -> None:
    pages = [*PAGES, *(str(p.relative_to(ROOT)) for p in (ROOT / "docs/decisions").glob("*.md"))]
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
