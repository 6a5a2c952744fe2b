"""Every recorded change on the real stack: the old version does what it did, and fails what the new one passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plan.side_by_side import opened

from ringplan_sipp.changed import play, trials
from ringplan_sipp.verify import Settings

FIRST_LANE = 121

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]


def test_every_change_is_seen_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    both, plan = opened(tmp_path)
    found = trials(plan, both.sides)
    assert found.untried == ()
    played = play(both.sides, found.played, (), Settings(first_lane=FIRST_LANE))
    failed = {result.scenario.id: (*result.faults, *result.notes) for result in played.summary.failures}
    assert failed == {}
    assert len(played.summary.results) == len(plan.changes) >= 45
