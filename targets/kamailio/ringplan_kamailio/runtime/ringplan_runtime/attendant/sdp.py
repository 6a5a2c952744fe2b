"""Session descriptions (RFC 4566), as far as the attendant writes them itself. One audio stream; others are refused."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

SENDRECV, SENDONLY, RECVONLY, INACTIVE = "sendrecv", "sendonly", "recvonly", "inactive"
_MIRROR = {SENDRECV: SENDRECV, SENDONLY: RECVONLY, RECVONLY: SENDONLY, INACTIVE: INACTIVE}
_DIRECTIONS = {f"a={direction}": direction for direction in _MIRROR}
_OF_A_CODEC = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:")
NOWHERE = "0.0.0.0"  # noqa: S104 - SDP's own word
MOST = 16_000
"""Characters of a description; a longer one is refused."""


def lines(sdp: str) -> list[str]:
    """Its lines; ends of line of any kind are understood."""
    return [line for line in sdp.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line]


def joined(found: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in found)


def _sections(sdp: str) -> Iterator[list[str]]:
    """What stands before the first stream, then each stream."""
    section: list[str] = []
    for line in lines(sdp):
        if line.startswith("m="):
            yield section
            section = []
        section.append(line)
    yield section


def has_audio(sdp: str) -> bool:
    """Whether there is an audio stream that is not refused."""
    return bool(_audio(sdp))


def _audio(sdp: str) -> list[str]:
    """The first audio stream that is not refused."""
    _, *streams = _sections(sdp)
    for stream in streams:
        if _is_audio(stream):
            return stream
    return []


def _is_audio(stream: list[str]) -> bool:
    words = stream[0].split()
    return len(words) > 3 and words[0] == "m=audio" and words[1] != "0"


# -- direction


def direction(sdp: str) -> str:
    """Who may send, from the writer's point of view; an address of nowhere is the old way of holding (RFC 3264 8.4)."""
    session, *_ = _sections(sdp)
    stream = _audio(sdp)
    found = [_DIRECTIONS[line] for line in (*stream, *session) if line in _DIRECTIONS]
    given = found[0] if found else SENDRECV
    connection = [line for line in (*stream, *session) if line.startswith("c=")][:1]
    if connection == [f"c=IN IP4 {NOWHERE}"]:
        return SENDONLY if given in (SENDRECV, SENDONLY) else INACTIVE
    return given


def is_held(sdp: str) -> bool:
    """Whether the writer does not want to hear anything."""
    return direction(sdp) in (SENDONLY, INACTIVE)


def mirrored(of: str) -> str:
    """The direction that answers a direction."""
    return _MIRROR[of]


def with_direction(sdp: str, wanted: str) -> str:
    """The description with this direction for every stream, whatever it said before."""
    session, *streams = _sections(sdp)
    found = [line for line in session if line not in _DIRECTIONS]
    for stream in streams:
        found += [line for line in stream if line not in _DIRECTIONS]
        found.append(f"a={wanted}")
    return joined(found)


# -- origin


def with_origin(sdp: str, name: str, version: int) -> str:
    """The description as one of a sequence: a session id made from ``name``, and a version (RFC 4566 section 5.2)."""
    found = lines(sdp)
    session = int.from_bytes(blake2b(name.encode("utf-8", "surrogateescape"), digest_size=6).digest(), "big")
    address = next((line[2:] for line in found if line.startswith("c=")), f"IN IP4 {NOWHERE}")
    return joined([f"o=- {session} {version} {address}" if line.startswith("o=") else line for line in found])


# -- codecs


def payload_types(sdp: str) -> tuple[str, ...]:
    """Payload types of the audio stream, best first."""
    stream = _audio(sdp)
    return tuple(stream[0].split()[3:]) if stream else ()


def has_events(sdp: str) -> bool:
    """Whether keys can be sent as telephone events (RFC 4733)."""
    return any(
        line.startswith("a=rtpmap:") and line.partition(" ")[2].lower().startswith("telephone-event/")
        for line in _audio(sdp)
    )


def reduced(sdp: str, agreed: str) -> str:
    """A party's own description with only what was agreed; without it nothing is transcoded for another party."""
    kept = frozenset(payload_types(agreed))
    session, *streams = _sections(sdp)
    found = list(session)
    seen = False
    for stream in streams:
        if seen or not _is_audio(stream):
            found.append(_refused(stream[0]))
            continue
        seen = True
        words = stream[0].split()
        types = [word for word in words[3:] if word in kept] or words[3:]
        found.append(" ".join([*words[:3], *types]))
        found += [line for line in stream[1:] if not line.startswith(_OF_A_CODEC) or _payload(line) in types]
    return joined(found)


def _payload(line: str) -> str:
    return line.partition(":")[2].split()[0] if line.partition(":")[2].split() else ""


def _refused(line: str) -> str:
    words = line.split()
    return " ".join([words[0], "0", *words[2:]]) if len(words) > 3 else line


# -- ours


def stand_in(offer: str, address: str) -> str:
    """What answers an offer for us: the relay's own address, on which nobody listens, with the codecs of the offer.

    The payload type of telephone events has to be the offer's own, or in-band keys are not noticed.
    """
    found = [*_head(address)]
    _, *streams = _sections(offer)
    seen = False
    for stream in streams:
        if seen or not _is_audio(stream):
            found.append(_refused(stream[0]))
            continue
        seen = True
        words = stream[0].split()
        found.append(" ".join([words[0], "9", *words[2:]]))
        found += [line for line in stream[1:] if line.startswith(("a=rtpmap:", "a=fmtp:"))]
        found.append(f"a={SENDRECV}")
    return joined(found)


def own_offer(address: str) -> str:
    """What we offer when nobody else has a part in the call yet."""
    return joined(
        [
            *_head(address),
            "m=audio 9 RTP/AVP 8 0 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=ptime:20",
            f"a={SENDRECV}",
        ]
    )


def _head(address: str) -> tuple[str, ...]:
    return ("v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0")
