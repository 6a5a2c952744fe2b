"""Which prompts are heard, and what the judge says of those that are not heard as they should be."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.targets.sipp.listening import EAR, PROMPTS, RELAY, SILENCE, frame, playing, rtp, sound

from ringplan.interpreter import Waiting
from ringplan_sipp.judge.evidence import Evidence
from ringplan_sipp.judge.prompts import prompts as judged
from ringplan_sipp.prompts import Listener, Place, Prompts, heard
from ringplan_sipp.scenario import PromptHeard
from ringplan_sipp.wire import Packet


def hear(packets: list[Packet]) -> tuple[PromptHeard, ...]:
    return heard(packets, EAR, PROMPTS, 0.0)


def verdict(packets: list[Packet], *expected: str, waits: tuple[Waiting, ...] = ()) -> list[str]:
    """What the judge says."""
    outcome = SimpleNamespace(heard=expected, waits=waits)
    evidence = SimpleNamespace(
        scenario=SimpleNamespace(expected=outcome), observed=SimpleNamespace(prompts=hear(packets))
    )
    return list(judged(cast(Evidence, cast(Any, evidence))))


def test_only_frames_that_occur_once_tell_a_prompt() -> None:
    found = Prompts.of({"one": sound("one", 3, leading=1), "two": sound("one", 1) + sound("two", 2) + SILENCE})
    assert found.telling == {"one": (2, 3), "two": (1, 2)}
    assert found.lengths == {"one": 4, "two": 4}
    assert found.places[frame("one", 1)] == Place("one", 2)
    assert SILENCE not in found.places
    assert frame("one", 0) not in found.places


def test_a_frame_that_occurs_three_times_tells_nothing() -> None:
    assert SILENCE not in Prompts.of({"one": SILENCE * 3}).places


def test_a_whole_prompt() -> None:
    (one,) = hear(playing("hello", 1.0, range(50)))
    assert (one.prompt, one.frames, one.of) == ("hello", 50, 50)
    assert one.begun == pytest.approx(1.0)
    assert one.ended == pytest.approx(1.98)
    assert one.gap_s == pytest.approx(0.0, abs=1e-9)
    assert verdict(playing("hello", 1.0, range(50)), "hello") == []


def test_silence_around_a_prompt_belongs_to_it() -> None:
    (one,) = hear(playing("menu", 1.0, range(60)))
    assert [one.leading_s, one.trailing_s] == pytest.approx([0.06, 0.22])


def test_times_count_from_the_beginning() -> None:
    (one,) = heard(playing("hello", 101.0, range(50)), EAR, PROMPTS, 100.0)
    assert [one.begun, one.ended] == pytest.approx([1.0, 1.98])


def test_what_goes_to_others_is_not_heard() -> None:
    packets = [rtp(frame("hello", 0), 1.0, destination="127.0.40.31:20000"), rtp(SILENCE, 1.02)]
    packets.append(replace(rtp(frame("hello", 1), 1.0), transport="tcp"))
    packets.append(Packet(1.0, RELAY, EAR, "udp", 0, 0, b"SIP/2.0 200 OK\r\n\r\n"))
    assert hear(packets) == ()


@pytest.mark.parametrize("frames", [range(30), range(5, 50)], ids=["end", "beginning"])
def test_a_prompt_that_is_cut_is_reported(frames: range) -> None:
    (fault,) = verdict(playing("hello", 1.0, frames), "hello")
    assert "hello was not heard whole" in fault


@pytest.mark.parametrize(("missing", "faults"), [(3, 0), (4, 1)])
def test_missing_frames_are_counted(missing: int, faults: int) -> None:
    packets = playing("hello", 1.0, range(50))
    del packets[10 : 10 + missing]
    found = verdict(packets, "hello")
    assert len(found) == faults
    assert all(f"{missing} of 50 packets are missing" in fault for fault in found)


@pytest.mark.parametrize(("late", "faults"), [(0.19, []), (0.3, ["hello was interrupted for 300 ms"])])
def test_a_late_frame_is_a_gap(late: float, faults: list[str]) -> None:
    packets = [*playing("hello", 1.0, range(20)), *playing("hello", 1.0 + late, range(20, 50))]
    assert verdict(packets, "hello") == faults


def test_missing_frames_are_no_gap() -> None:
    """They were lost on the way; what comes after them comes in time."""
    packets = [*playing("hello", 1.0, range(20)), *playing("hello", 1.0, range(40, 50))]
    (one,) = hear(packets)
    assert one.gap_s == pytest.approx(0.0, abs=1e-9)


def test_a_prompt_that_begins_again_is_heard_twice() -> None:
    packets = [*playing("hello", 1.0, range(50)), *playing("hello", 2.0, range(50))]
    assert [one.prompt for one in hear(packets)] == ["hello", "hello"]
    assert verdict(packets, "hello") == ["the caller heard hello, hello, not hello"]


def test_a_wrong_or_missing_prompt_is_reported() -> None:
    assert verdict(playing("menu", 1.0, range(60)), "hello") == ["the caller heard menu, not hello"]
    assert verdict([], "hello") == ["the caller heard no prompt, not hello"]
    assert verdict(playing("menu", 1.0, range(60))) == ["the caller heard menu, not no prompt"]


def test_whoever_interrupts_need_not_hear_the_rest() -> None:
    packets = [*playing("hello", 1.0, range(10)), *playing("menu", 1.4, range(60))]
    waits = (Waiting(1, 2000, True, "1"),)
    assert verdict(packets, "hello", "menu", waits=waits) == []
    assert verdict(packets, "hello", "menu", waits=(replace(waits[0], barge_in=False),))
    assert verdict(packets, "hello", "menu", waits=(replace(waits[0], pressed=""),))


@pytest.mark.parametrize(
    ("waited", "right"), [(2.0, True), (1.8, True), (1.7, False), (3.1, True), (3.3, False), (1.0, False), (4.0, False)]
)
def test_how_long_the_exchange_waits_for_a_key(waited: float, right: bool) -> None:
    """From the end of a prompt, its trailing silence included, to the beginning of the next one."""
    first = playing("menu", 1.0, range(60))
    ended = 1.0 + 60 * 0.02 + 10 * 0.02
    packets = [*first, *playing("hello", ended + waited, range(50))]
    found = verdict(packets, "menu", "hello", waits=(Waiting(1, 2000, True, ""),))
    assert (found == []) is right
    assert all(f"the exchange waited {waited:.1f} s for a key, not 2.0 s" in fault for fault in found)


def test_a_wait_that_nothing_follows_is_not_measured() -> None:
    assert verdict(playing("hello", 1.0, range(50)), "hello", waits=(Waiting(1, 2000, True, ""),)) == []


def test_a_listener_knows_the_end() -> None:
    listener = Listener(PROMPTS)
    ends = [listener.at_end]
    for packet in playing("hello", 1.0, range(50)):
        listener.hear(packet)
        ends.append(listener.at_end)
    assert ends == [False] * 50 + [True]
    assert listener.of("hello") == 50
    assert listener.of("nothing") == 0
