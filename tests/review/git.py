"""A repository with a fleet of two of the examples and people."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/tenants"
OPERATORS = "administrators:\n  op@ringplan.example: {role: operator}\n\nexchange:"
PEOPLE = """
administrators:
  boss@novak.example: {role: tenant}
  jan@novak.example: {role: department, department: sales}
  eva@novak.example: {role: user, user: novakova}

caller_id:"""


class Repository:
    """A git repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tenants = folder / "tenants"
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, author: str = "op@ringplan.example") -> str:
        """Runs git with nobody's configuration."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(self.folder)}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": "x", f"GIT_{role}_EMAIL": author}
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout

    def commit(self, author: str = "op@ringplan.example") -> None:
        """Everything as it is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x", author=author)

    def replace(self, file: str, old: str, new: str) -> None:
        """Edits a manifest, in which the text must occur."""
        path = self.tenants / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def without_people(text: str) -> str:
    """A manifest without its own administrators."""
    return re.sub(r"^administrators:.*\n(?:  .*\n)+\n?", "", text, flags=re.MULTILINE)


def fleet(folder: Path, *, operators: bool = True, people: bool = True) -> Repository:
    """Two tenants, committed by the operator."""
    made = Repository(folder)
    for name in ("novak", "lipa"):
        shutil.copytree(EXAMPLES / name, made.tenants / name)
    for file in ("platform.yaml", "novak/tenant.yaml"):
        text = without_people((EXAMPLES / file).read_text(encoding="utf-8"))
        (made.tenants / file).write_text(text.replace("tenants: [vltava]", "tenants: [lipa]"), encoding="utf-8")
    if operators:
        made.replace("platform.yaml", "exchange:", OPERATORS)
    if people:
        made.replace("novak/tenant.yaml", "caller_id:", PEOPLE)
    made.commit()
    return made
