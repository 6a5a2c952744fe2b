"""Announcements and rejections with a prompt."""

from __future__ import annotations

from tests.targets.kamailio.attendant.office import BARRED, BUSY, CLOSED, heard
from tests.targets.kamailio.attendant.stage import PROMPT_MS, Stage

from ringplan_kamailio.runtime.ringplan_runtime import errands
from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import Answer, Progress, Refuse


def test_an_announcement_is_played_and_never_answered() -> None:
    stage = Stage(CLOSED).invite()
    assert stage.of(Progress)
    assert stage.heard == heard("over", "over")
    stage.wait(2 * PROMPT_MS - 1)
    assert stage.state == "announcing"
    stage.wait()
    assert stage.of(Refuse) == [Refuse(480, "Closed")]
    assert not stage.of(Answer)
    assert stage.results == [("refused", 480)]


def test_a_rejection_with_a_prompt() -> None:
    stage = Stage(BARRED, kind=errands.TREAT).invite().wait()
    assert stage.heard == heard("barred")
    assert stage.of(Refuse) == [Refuse(403, "Call Barred")]


def test_a_rejection_without_one_and_nothing_at_all() -> None:
    stage = Stage(BUSY, kind=errands.TREAT).invite()
    assert (stage.of(Refuse), stage.of(Progress)) == ([Refuse(486, "Busy Here")], [])
    stage = Stage("novak/reject/none", kind=errands.TREAT).invite()
    assert (stage.of(Refuse), stage.results) == ([Refuse(480, "Temporarily Unavailable")], [("gone", 480)])


def test_digits_do_not_shorten_it() -> None:
    assert Stage(CLOSED).invite().press("1#").state == "announcing"
