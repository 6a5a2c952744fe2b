"""The commits that last touched the lines a call was decided by.

What git may be told to run stays off: lines are asked of a commit and never of the files on disk, so that no filter of
an attribute is run on these; what was edited since is found by comparing texts here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from difflib import SequenceMatcher
from pathlib import Path
from time import monotonic
from typing import Final

from ringplan.diagnostics import Span
from ringplan.frontend.discover import UsageError
from ringplan.review.repository import git

_WAIT: Final = 3.0
"""Seconds git may take in all; what it has not said by then is left out."""
_LONGEST: Final = 2000
"""Lines between the first and the last edited one that are compared; more take long."""

Place = tuple[str, int]
"""File, as spans name it, and line."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Who touched a line last."""

    id: str
    """All of its name, hexadecimal."""
    date: str
    """Day on the author's calendar, ``2026-11-24``."""
    author: str
    subject: str
    is_oldest: bool
    """Whether git knows nothing older (a shallow clone), so that the line may be older."""

    @property
    def short(self) -> str:
        """As people write it."""
        return self.id[:7]


@dataclass(frozen=True, slots=True)
class Touched:
    """What git says of some lines."""

    lines: Mapping[Place, Commit | None] = field(default_factory=dict)
    """The last commit of a line, None: it is not committed yet. Lines that git says nothing of are not in it."""
    is_complete: bool = True
    """Whether git answered in time."""


@dataclass(frozen=True, slots=True)
class Committed:
    """Files as they were at a commit, and not as they are on disk."""

    folder: Path
    """Any folder of the repository that still exists."""
    commit: str


def touched(spans: Iterable[Span], at: Committed | None = None, wait: float = _WAIT) -> Touched:
    """The commits that last touched lines of files on disk, or of a commit; nothing where there is no git."""
    until = monotonic() + wait
    wanted: dict[str, set[int]] = {}
    for span in spans:
        wanted.setdefault(span.file, set()).add(span.line)
    found: dict[Place, Commit | None] = {}
    for file, lines in sorted(wanted.items()):
        try:
            source = _on_disk(file, until) if at is None else _at_commit(file, at)
            found.update({(file, line): commit for line, commit in _file(source, lines, until)} if source else {})
        except TimeoutError:
            return Touched(found, is_complete=False)
        except (UsageError, OSError):
            continue  # no git, no repository, nothing there
    return Touched(found)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file as git knows it."""

    folder: Path
    name: str
    """Below ``folder``."""
    commit: str | None
    """None: no commit holds it."""
    content: bytes | None = None
    """What is on disk; None: what the commit holds."""


def _at_commit(file: str, at: Committed) -> _Source:
    return _Source(at.folder, os.path.relpath(os.path.realpath(file), os.path.realpath(at.folder)), at.commit)


def _on_disk(file: str, until: float) -> _Source | None:
    """A file on disk; None: it is in no repository."""
    real = Path(os.path.realpath(file))
    content = real.read_bytes()
    try:
        _ask(real.parent, until, "rev-parse", "--show-toplevel")
    except UsageError:
        return None
    try:
        listed = _ask(real.parent, until, "ls-tree", "HEAD", "--", real.name)
    except UsageError:  # nothing was ever committed
        listed = b""
    return _Source(real.parent, real.name, "HEAD" if listed else None, content)


def _file(source: _Source, lines: set[int], until: float) -> Iterator[tuple[int, Commit | None]]:
    """The last commits of lines of one file."""
    if source.commit is None:
        yield from dict.fromkeys(lines).items()
        return
    before = {line: line for line in lines}
    if source.content is not None:
        stored = _ask(source.folder, until, "cat-file", "blob", f"{source.commit}:./{source.name}")
        before, new = earlier(stored, source.content, lines)
        yield from dict.fromkeys(new).items()
    if not before:
        return
    ranges = (word for line in sorted(set(before.values())) for word in ("-L", f"{line},{line}"))
    printed = _ask(source.folder, until, *_BLAME, *ranges, source.commit, "--", source.name)
    commits = _read(printed, _is_shallow(source.folder, until) if b"\nboundary\n" in printed else False)
    yield from ((line, commits[was]) for line, was in before.items() if was in commits)


_BLAME: Final = ("blame", "--porcelain", "--no-textconv", "--no-ignore-revs-file")


def _ask(folder: Path, until: float, *arguments: str) -> bytes:
    """What git says; raises TimeoutError or UsageError."""
    return git(folder, *arguments, timeout=until - monotonic(), offline=True)


def _is_shallow(folder: Path, until: float) -> bool:
    return _ask(folder, until, "rev-parse", "--is-shallow-repository").strip() == b"true"


def earlier(old: bytes, new: bytes, lines: Iterable[int]) -> tuple[dict[int, int], set[int]]:
    """Where lines of a text stood in an earlier one, and which were not in it.

    Both are empty of lines amid so many others that comparing takes long. Ends of lines are not compared, which git
    may have changed.
    """
    before, after = _lines(old), _lines(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    shift = len(before) - len(after)
    found, added = dict[int, int](), set[int]()
    middle = after[head : len(after) - tail]
    pairs = _pairs(before[head : len(before) - tail], middle)
    for line in lines:
        at = line - 1
        if at < head:
            found[line] = line
        elif at >= len(after) - tail:
            found[line] = line + shift
        elif pairs is not None and (at - head) in pairs:
            found[line] = pairs[at - head] + head + 1
        elif pairs is not None:
            added.add(line)
    return found, added


def _lines(text: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in text.removesuffix(b"\n").split(b"\n")]


def _common(old: list[bytes], new: list[bytes]) -> int:
    """How many lines both begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _pairs(old: list[bytes], new: list[bytes]) -> dict[int, int] | None:
    """Lines that stand in both, by their place in the new text; None: there are too many to compare."""
    if max(len(old), len(new)) > _LONGEST:
        return None
    blocks = SequenceMatcher(None, old, new).get_matching_blocks()
    return {block.b + i: block.a + i for block in blocks for i in range(block.size)}


def _read(printed: bytes, is_shallow: bool) -> dict[int, Commit]:
    """The commits of the lines in what ``git blame --porcelain`` prints."""
    about: dict[str, dict[str, str]] = {}
    found: dict[int, str] = {}
    for block in _blocks(printed.decode("utf-8", "replace")):
        name, _, final, *_ = block[0].split(" ")
        found[int(final)] = name
        about.setdefault(name, {}).update(line.partition(" ")[::2] for line in block[1:])
    return {line: _commit(name, about[name], is_shallow) for line, name in found.items()}


def _blocks(printed: str) -> Iterator[list[str]]:
    """What is said of each line: a header, then fields; the line itself, which begins with a tab, is left out."""
    block: list[str] = []
    for line in printed.split("\n"):
        if line.startswith("\t"):
            yield block
            block = []
        elif line:
            block.append(line)


def _commit(name: str, about: Mapping[str, str], is_shallow: bool) -> Commit:
    return Commit(
        id=name,
        date=_day(about.get("author-time", "0"), about.get("author-tz", "+0000")),
        author=about.get("author", ""),
        subject=about.get("summary", ""),
        is_oldest=is_shallow and "boundary" in about,
    )


def _day(seconds: str, zone: str) -> str:
    """The day on the author's calendar; what nobody can live to see becomes nothing."""
    try:
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        return f"{datetime.fromtimestamp(int(seconds), UTC).astimezone(timezone(offset)):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return ""
