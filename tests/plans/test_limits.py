"""RP429: how many patterns a tenant's plans may have."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from tests.plans.manifests import load

from ringplan.diagnostics import Sink
from ringplan.passes import masks
from ringplan.passes.lower import lower
from ringplan.passes.mask_limits import MOST_IN_ALL, MOST_IN_TABLE
from ringplan.passes.subject import Subject
from ringplan_kamailio.emit_plans import expression


def section(patterns: int) -> str:
    """Masks with so many patterns in all."""
    written = [f"6{at:05}*" for at in range(patterns)]
    lists = [written[at : at + 100] for at in range(0, patterns, 100)]
    return "number_masks:\n" + "".join(f"  m{at}: [{', '.join(texts)}]\n" for at, texts in enumerate(lists))


def plan(patterns: int, denied: int = 0) -> str:
    """A plan that names those masks; ``denied``: how many of them it denies, so that it differs from others."""
    count = -(-patterns // 100)
    return ", ".join(f"m{at}: {'deny' if at < denied else 'allow'}" for at in range(count))


def codes(folder: Path, text: str, users: str) -> list[str]:
    loaded = load(folder, text, users=users)
    subject = Subject(loaded.manifest, loaded.spans, lower(loaded.manifest, loaded.spans, None), None)
    sink = Sink()
    masks.check(subject, sink)
    return [found.code for found in sink.sorted()]


JANA = "users:\n  jana: {name: J, extension: 9012, number: +420222333404, phones: {desk: {secret: novak/jana}}}\n"


@pytest.mark.parametrize(("patterns", "reported"), [(MOST_IN_TABLE, 0), (MOST_IN_TABLE + 1, 1)])
def test_a_table(tmp_path: Path, patterns: int, reported: int) -> None:
    text = section(patterns) + f"calling_plan: {{outgoing: {{masks: {{{plan(patterns)}}}}}}}\n"
    assert codes(tmp_path, text, JANA).count("RP429") == reported


@pytest.mark.parametrize(("plans", "reported"), [(MOST_IN_ALL // 1000, 0), (MOST_IN_ALL // 1000 + 1, 1)])
@pytest.mark.timeout(120)
def test_all_tables(tmp_path: Path, plans: int, reported: int) -> None:
    """The same table counts once, however many users have it."""
    users = "users:\n" + "".join(
        f"  u{at}: {{name: U, extension: {9000 + at}, phones: {{desk: {{secret: novak/u{at}}}}}, "
        f"calling_plan: {{outgoing: {{masks: {{{plan(1000, at // 2)}}}}}}}}}\n"
        for at in range(2 * plans)
    )
    assert codes(tmp_path, section(1000), users).count("RP429") == reported


def test_the_largest_table_is_read_in_a_moment(tmp_path: Path) -> None:
    """What a worker does at the first call of a user with this plan, while the calls of others wait."""
    text = section(MOST_IN_TABLE) + f"calling_plan: {{outgoing: {{masks: {{{plan(MOST_IN_TABLE, 5)}}}}}}}\n"
    loaded = load(tmp_path, text, users=JANA)
    table = lower(loaded.manifest, loaded.spans, None).plan("novak/calling_plan").outgoing
    assert len(table.masks) == MOST_IN_TABLE
    began = time.process_time()
    match = re.compile(expression(table.masks)).fullmatch
    assert match("600999123") is not None
    assert match("7" * 64) is None
    assert time.process_time() - began < 1
