"""House rules that hold for the whole repository."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    ROOT / "schema/ringplan_schema",
    ROOT / "compiler/ringplan",
    ROOT / "targets/kamailio/ringplan_kamailio",
    ROOT / "targets/rtpengine/ringplan_rtpengine",
    ROOT / "targets/sipp/ringplan_sipp",
)
MAX_FUNCTION_LINES = 60
MAX_MODULE_LINES = 500
# "path" or "path:function"; an entry needs a reason beside it.
ALLOWED_TO_BE_LONG: frozenset[str] = frozenset()

# The patterns do not match their own source text.
FORBIDDEN = {
    "a path of somebody's machine": re.compile(r"(?<![\w.$}*])/(?:(?:work|root)/|home/[a-z])"),
    "a registry's host or index": re.compile(r"pypi\.org|files\.pythonhosted\.org|--(?:extra-)?index-url"),
    "something put off": re.compile(r"\b(?:TO[D]O|FIX[M]E)\b"),
}


def repository_files() -> list[Path]:
    """Files that are or will be committed; generated and ignored ones are not ours to judge."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).is_file()]


def text_lines(path: Path) -> list[str]:
    """The lines of a text file; nothing for a binary one."""
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        return []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    pattern = FORBIDDEN[what]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in repository_files()
        for number, line in enumerate(text_lines(path), start=1)
        if pattern.search(line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of somebody's machine", "see " + "/work" + "/main/x.py"),
        ("a path of somebody's machine", 'PATH = "' + "/home" + '/jana/x"'),
        ("a registry's host or index", "https://" + "pypi" + ".org/simple"),
        ("a registry's host or index", "--" + "index-url somewhere"),
        ("something put off", "# TO" + "DO: later"),
    ],
)
def test_the_patterns_catch(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)


def locked() -> dict[str, list[str]]:
    """Canonical name → hashes, as the lock file has them."""
    hashes: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if pinned := re.match(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==\S+", line):
            name = canonicalize_name(pinned[1])
            hashes[name] = []
        elif found := re.match(r"\s+--hash=sha256:([0-9a-f]{64})\b", line):
            hashes[name].append(found[1])
        else:
            assert re.match(r"\s*(#|$)", line), f"not a pin, a hash or a comment: {line!r}"
    return hashes


def test_every_locked_requirement_has_hashes() -> None:
    assert [name for name, hashes in locked().items() if not hashes] == []


def test_an_extra_that_is_asked_for_is_locked_with_its_pin() -> None:
    # Without it, pip before 23.3 looks for the newest release of `coverage[toml]`, which no hash covers.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.search(r"^coverage\[toml\]==", text, re.MULTILINE)


def test_the_lock_names_no_place() -> None:
    found = re.findall(
        r"^.*(?:://|file:|--find-links|--trusted-host|/).*$",
        (ROOT / "requirements.lock").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    assert found == []


def test_the_lock_covers_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
    ]
    assert {canonicalize_name(Requirement(line).name) for line in wanted} <= set(locked())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_package_is_typed_and_its_source_root_is_no_package(package: Path) -> None:
    assert (package / "__init__.py").is_file()
    assert (package / "py.typed").is_file()
    above = [folder for folder in package.parents if folder.is_relative_to(ROOT) and folder != ROOT]
    assert [folder for folder in above if (folder / "__init__.py").exists()] == []


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Qualified name and number of lines of every function, nested ones included."""
    for node in ast.iter_child_nodes(tree):
        name = prefix
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}.{node.name}".lstrip(".")
            if not isinstance(node, ast.ClassDef):
                yield name, (node.end_lineno or node.lineno) - node.lineno + 1
        yield from functions(node, name)


def too_long(path: Path, label: str) -> Iterator[str]:
    """What in this module exceeds the limits and is not allowed to."""
    source = path.read_text(encoding="utf-8")
    if source.count("\n") > MAX_MODULE_LINES and label not in ALLOWED_TO_BE_LONG:
        yield f"{label}: {source.count(chr(10))} lines"
    for name, lines in functions(ast.parse(source)):
        if lines > MAX_FUNCTION_LINES and f"{label}:{name}" not in ALLOWED_TO_BE_LONG:
            yield f"{label}:{name}: {lines} lines"


def test_functions_and_modules_stay_short() -> None:
    found = [
        message
        for package in PACKAGES
        for path in sorted(package.rglob("*.py"))
        for message in too_long(path, str(path.relative_to(ROOT)))
    ]
    assert not found, "\n".join(found)


def test_a_long_function_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    body = "        x = 1\n" * MAX_FUNCTION_LINES
    module.write_text(f"class C:\n    def long(self):\n{body}", encoding="utf-8")
    assert list(too_long(module, "m.py")) == [f"m.py:C.long: {MAX_FUNCTION_LINES + 1} lines"]
