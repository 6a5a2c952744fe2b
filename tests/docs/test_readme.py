"""What the pages show is what happens: their manifests compile, their commands print what stands there.

On a page, ``<!-- file: NAME -->`` before a YAML block writes it to a file, ``<!-- edit: NAME -->`` before a ``diff``
block changes one; a ``console`` block holds commands with their output, which ``RINGPLAN_UPDATE_PAGES=1`` puts right. A
``text`` block holds a command that plays calls, which only the integration tests run.
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
WITH_COMMANDS = ("README.md", "docs/tutorial.md")
SECONDS = re.compile(r"[0-9.]+ s$", re.MULTILINE)
STEP = re.compile(
    r"(?:<!-- (?:file|edit): (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)


def steps(page: str) -> Iterator[re.Match[str]]:
    """The blocks of a page, in order."""
    return STEP.finditer((ROOT / page).read_text(encoding="utf-8"))


def run(command: str, folder: Path, cache: Path, messages: int = subprocess.STDOUT) -> str:
    """What a command prints on a terminal without colours, outside of git: a page is older than the next commit."""
    name, *arguments = shlex.split(command)
    assert name == "ringplan"
    done = subprocess.run(
        [RINGPLAN, *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "NO_COLOR": "1", "GIT_DIR": os.devnull},
        stdout=subprocess.PIPE,
        stderr=messages,
        text=True,
        check=False,
    )
    return done.stdout.rstrip("\n") + "\n"


def session(body: str, folder: Path, cache: Path, messages: int = subprocess.STDOUT) -> str:
    """A block of commands as it should be."""
    commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{run(command, folder, cache, messages)}" for command in commands)


def edit(file: Path, change: str) -> None:
    """Replace the lines of a diff that begin with a minus, which stand in the file once, by those with a plus."""
    lines = change.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line.startswith(sign)) for sign in "-+")
    before = file.read_text(encoding="utf-8")
    assert before.count(old) == 1, change
    file.write_text(before.replace(old, new), encoding="utf-8")


def follow(page: str, folder: Path, cache: Path, play: bool = False) -> str:
    """Do what the page says, step by step in ``folder``; the page as it should be.

    ``play``: the calls of ``text`` blocks are played as well; what they write beside their result is left out.
    """
    text = (ROOT / page).read_text(encoding="utf-8")
    done, result = 0, ""
    for step in STEP.finditer(text):
        if step["file"] and step["kind"] == "diff":
            edit(folder / step["file"], step["body"])
        elif step["file"]:
            (folder / step["file"]).write_text(step["body"], encoding="utf-8")
        elif step["kind"] == "console" or (play and step["body"].startswith("$ ringplan verify")):
            messages = subprocess.STDOUT if step["kind"] == "console" else subprocess.DEVNULL
            result += text[done : step.start("body")] + session(step["body"], folder, cache, messages)
            done = step.end("body")
    assert done, "a page without a command"
    return result + text[done:]


def workplace(page: str, tmp_path: Path) -> Path:
    """Where the commands of a page are run: the README's in the repository, a tutorial's in an empty folder."""
    folder = ROOT if page == "README.md" else tmp_path / "work"
    folder.mkdir(exist_ok=True)
    return folder


def shown(page: str, right: str) -> str:
    """What stands on the page, after it was put right if that is wanted."""
    if os.environ.get("RINGPLAN_UPDATE_PAGES"):
        (ROOT / page).write_text(right, encoding="utf-8")
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    right = follow(page, workplace(page, tmp_path), tmp_path / "cache")
    assert shown(page, right) == right


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_a_counterexample_is_followed_by_its_command(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = re.findall(r"= note: to see it: (ringplan trace .*)$", text, flags=re.MULTILINE)
    assert commands
    for command in commands:
        assert f"\n$ {command}\n" in text


@pytest.mark.integration
@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_played_calls_end_as_the_page_shows(page: str, tmp_path: Path) -> None:
    right = follow(page, workplace(page, tmp_path), tmp_path / "cache", play=True)
    assert "\n$ ringplan verify" in right
    assert SECONDS.sub("", shown(page, right)) == SECONDS.sub("", right)


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
