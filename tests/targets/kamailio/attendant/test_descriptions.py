"""Session descriptions the attendant writes itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.kamailio.sip_client import sdp as described

from ringplan_kamailio.runtime.ringplan_runtime.attendant import sdp

OFFER = (
    "v=0\r\no=alice 53655765 2353687637 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 9 0 8 97\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
    "m=video 51372 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\na=sendrecv\r\n"
)


def with_line(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
def test_direction_of_a_stream(direction: str) -> None:
    offer = with_line(OFFER, "a=ptime:20\r\na=sendrecv", f"a=ptime:20\r\na={direction}")
    assert sdp.direction(offer) == direction
    assert sdp.is_held(offer) == (direction in ("sendonly", "inactive"))


def test_direction_of_all_streams_holds_where_a_stream_says_nothing() -> None:
    said = with_line(described("192.0.2.7"), "t=0 0\r\n", "t=0 0\r\na=inactive\r\n")
    assert sdp.direction(with_line(said, "a=sendrecv\r\n", "")) == "inactive"
    assert sdp.direction(said) == "sendrecv"


NOWHERE = "0.0.0.0"  # noqa: S104


def test_address_of_nowhere_is_the_old_way_to_hold() -> None:
    assert sdp.direction(described(NOWHERE)) == "sendonly"
    assert sdp.direction(described(NOWHERE).replace("sendrecv", "recvonly")) == "inactive"


def test_written_direction_is_the_only_one() -> None:
    text = sdp.with_direction(with_line(OFFER, "t=0 0\r\n", "t=0 0\r\na=inactive\r\n"), "recvonly")
    assert sdp.direction(text) == "recvonly"
    assert [line for line in sdp.lines(text) if line in ("a=recvonly", "a=sendrecv", "a=inactive")] == [
        "a=recvonly"
    ] * 2


def test_only_what_was_agreed_is_left() -> None:
    answer = described("192.0.2.9").replace("RTP/AVP 8 101", "RTP/AVP 8 97")
    text = sdp.reduced(OFFER, answer)
    assert sdp.payload_types(text) == ("8", "97")
    assert "G722" not in text
    assert "a=fmtp:97 0-16" in text
    assert "m=video 0 RTP/AVP 99" in text
    assert "H264" not in text
    assert "a=ptime:20" in text


def test_stand_in_has_the_codecs_of_the_offer_and_nobody_listens() -> None:
    text = sdp.stand_in(OFFER, "198.51.100.5")
    assert "m=audio 9 RTP/AVP 9 0 8 97\r\n" in text
    assert "a=rtpmap:97 telephone-event/8000\r\n" in text
    assert "c=IN IP4 198.51.100.5\r\n" in text
    assert "m=video 0 " in text
    assert sdp.direction(text) == "sendrecv"


def test_origin_is_constant_but_for_its_version() -> None:
    first, second = sdp.with_origin(OFFER, "call", 1), sdp.with_origin(OFFER, "call", 2)
    other = sdp.with_origin(OFFER, "other", 1)
    one, two, three = (
        next(line for line in sdp.lines(text) if line[0] == "o").split() for text in (first, second, other)
    )
    assert one[1] == two[1] != three[1]
    assert (one[2], two[2]) == ("1", "2")
    assert one[5] == "192.0.2.7"


def test_events_are_those_of_the_audio_stream() -> None:
    assert sdp.has_events(OFFER)
    assert not sdp.has_events(with_line(OFFER, "a=rtpmap:97 telephone-event/8000\r\n", ""))


@pytest.mark.parametrize(
    "text", ["", "v=0", "m=audio 0 RTP/AVP 8", "m=audio 9", "m=video 9 RTP/AVP 8", "m=audiox 9 RTP 8"]
)
def test_without_audio(text: str) -> None:
    assert not sdp.has_audio(text)


ANY_LINE = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20),
    st.sampled_from([*OFFER.split("\r\n"), "m=", "a=", "a=rtpmap:", "c=", "m=audio", "a=inactive", "a=rtpmap: "]),
)


@given(st.lists(ANY_LINE, max_size=12), st.sampled_from(["\r\n", "\n", "\r"]))
def test_whatever_comes_is_understood_somehow(found: list[str], end: str) -> None:
    text = end.join(found)
    assert sdp.direction(sdp.with_direction(text, "inactive")) == "inactive" or not sdp.has_audio(text)
    sdp.reduced(text, OFFER)
    stand_in = sdp.stand_in(text, "198.51.100.5")
    assert sdp.has_audio(stand_in) == sdp.has_audio(text)
    assert sdp.payload_types(stand_in) == sdp.payload_types(text)
    assert len(sdp.with_origin(text, "x", 1).encode("utf-8", "surrogatepass")) < 10_000
