"""The short form of a fleet: it never changes what a check says, and it spares reading what did not change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.passes.builder import HEAD, PLATFORM, tenant

from ringplan.cache import DiskCache, MemoryCache
from ringplan.claims import Claim, are_apart, decode, encode
from ringplan.pipeline import Options, check
from ringplan.records import Record

NAMES = ("aa", "bb", "cc", "dd")


def head(name: str, block: str = "") -> str:
    """The first lines of a tenant with ten numbers of its own."""
    digit = NAMES.index(name)
    return HEAD.replace("novak", name).replace("400..449", block or f"4{digit}0..4{digit}9")


def write(fleet: Path, name: str, text: str) -> None:
    (fleet / name).mkdir(parents=True, exist_ok=True)
    (fleet / name / "tenant.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Four sound tenants."""
    folder = tmp_path / "fleet"
    for name in NAMES:
        write(folder, name, tenant(head=head(name)))
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    return folder


class CountingCache(MemoryCache):
    """Counts the records it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def record(self, key: bytes) -> Record | None:
        self.asked += 1
        return super().record(key)


CHANGES = {
    "sound": ("bb", tenant(head=head("bb").replace("numbers", "ring_timeout: 30s\nnumbers"))),
    "number of another": ("bb", tenant(head=head("bb", "405..415"))),
    "domain of another": ("bb", tenant(head=head("bb") + f"domain: aa.{PLATFORM.split('domain: ')[1].split()[0]}\n")),
    "name of another": ("bb", tenant(head=head("aa"))),
    "faulty": ("bb", "tenant: bb\nnam: x\n"),
    "unreadable": ("bb", "{"),
    "new tenant": ("ee", tenant(head=head("dd", "490..499").replace("dd", "ee"))),
    "new tenant collides": ("ee", tenant(head=head("dd", "400").replace("dd", "ee"))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_reported_as_by_a_first_run(fleet: Path, change: str) -> None:
    cache = MemoryCache()
    assert check(fleet, Options(cache)).diagnostics == ()
    write(fleet, *CHANGES[change])
    changed = check(fleet, Options(cache))
    fresh = check(fleet, Options(MemoryCache()))
    assert changed.diagnostics == fresh.diagnostics
    assert changed.compiled == 1
    assert bool(fresh.diagnostics) == (change not in ("sound", "new tenant"))


def test_every_change_after_another(fleet: Path, tmp_path: Path) -> None:
    for name, text in CHANGES.values():
        write(fleet, name, text)
        cache = DiskCache(tmp_path / "cache.sqlite")
        found = check(fleet, Options(cache))
        cache.close()
        assert found.diagnostics == check(fleet, Options(MemoryCache())).diagnostics


def test_unchanged_tenants_are_not_read_again(fleet: Path) -> None:
    cache = CountingCache()
    check(fleet, Options(cache))
    cache.asked = 0
    write(fleet, *CHANGES["sound"])
    check(fleet, Options(cache))
    assert cache.asked == 2, "the fleet and the changed tenant"


def test_a_tenant_with_a_warning_keeps_it(fleet: Path) -> None:
    write(fleet, "cc", tenant(head=HEAD.replace("novak", "cc").replace("+420222333400..449", "+420099333400")))
    cache = MemoryCache()
    first = check(fleet, Options(cache)).diagnostics
    assert first, "the number is not valid"
    write(fleet, *CHANGES["sound"])
    assert check(fleet, Options(cache)).diagnostics == first


numbers = st.integers(0, 30).map(lambda number: f"+{number:02}") | st.integers(0, 9).map(lambda number: f"+{number}")
blocks = st.tuples(numbers, numbers).filter(lambda block: len(block[0]) == len(block[1]) and block[0] <= block[1])


@given(st.lists(blocks, max_size=6))
def test_disjoint_means_no_number_in_two_blocks(owned: list[tuple[str, str]]) -> None:
    def members(block: tuple[str, str]) -> set[str]:
        width = len(block[0]) - 1
        return {f"+{number:0{width}}" for number in range(int(block[0]), int(block[1]) + 1)}

    claims = [Claim(f"t{index}", f"d{index}", (block,)) for index, block in enumerate(owned)]
    every = [number for block in owned for number in members(block)]
    assert are_apart(claims) == (len(every) == len(set(every)))


@pytest.mark.parametrize("other", [Claim("a", "other", ()), Claim("other", "a.example", ())])
def test_names_and_domains_are_claimed(other: Claim) -> None:
    assert are_apart([Claim("a", "a.example", ()), Claim("b", "b.example", ())])
    assert not are_apart([Claim("a", "a.example", ()), other])


def test_text_and_back() -> None:
    claims = {b"\x00\xff": Claim("a", "a.example", (("+1", "+2"),)), b"k": Claim("č", "b", ())}
    assert decode(encode(claims)) == claims
