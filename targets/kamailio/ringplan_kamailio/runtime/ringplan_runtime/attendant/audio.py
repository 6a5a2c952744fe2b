"""A session's audio: one call at one media relay, with the two tags `session.CALLER` and `session.TARGET`.

Whoever is connected with a party takes the other tag, one after the other: ourselves, whom the caller chose, whom he
was transferred to. The party's own ports stay as they are, so it needs not be told.
"""

from __future__ import annotations

from typing import Any

from . import sdp
from .prompts import Prompts
from .relay import REFUSED, UNREACHABLE, RelayError, Relays
from .session import CALLER, TARGET, UP, Leg, Session

OTHER = {CALLER: TARGET, TARGET: CALLER}

_FLAGS = {
    "ICE": "remove",
    "flags": ["port-latching"],
    "replace": ["origin", "session-connection", "username"],
}
_EVERYBODY_CAN = {"transcode": ["PCMA", "PCMU"]}
_FOREVER = 100_000
SILENT_POLLS = 6
"""After how many polls in a row without a packet a party has vanished."""

_UNSETTLED = "unsettled"
"""Who was offered something, and whose answer the relay has not got yet."""
_APART = "apart"
"""Whether the parties, if there are two, have been connected with us in place of each other."""
_TONES = "tones"
"""Whose in-band keys are listened for."""
_PLACED = "placed"
"""The relay has the session, so that no other can take it any more."""
_QUIET = "quiet"
"""By leg: how many packets there were at the last poll, and for how many polls."""


class Audio:
    """What is done with the audio of sessions, by one worker."""

    __slots__ = ("_prompts", "_relays")

    def __init__(self, relays: Relays, prompts: Prompts) -> None:
        self._relays, self._prompts = relays, prompts

    def begin(self, session: Session) -> None:
        """Chooses the relay."""
        session.relay = self._relays.choose()

    # -- descriptions

    def meet(self, session: Session, name: str) -> str:
        """Connects a party that offered something with us; what is to be sent to it.

        Also whenever it offers something new while nobody else is there.
        """
        leg = session.legs[name]
        return self._agree(session, name, leg.sdp, None)

    def again(self, session: Session, name: str, offer: str) -> str:
        """A connected party offers something new; what is to be sent to it."""
        other = session.legs.get(OTHER[name])
        partner = other.sdp if other is not None and other.state == UP and not session.audio.get(_APART) else None
        return self._agree(session, name, offer, partner or None)

    def propose(self, session: Session, name: str) -> str:
        """What a party is offered: the other party's audio, or, without one, ours."""
        leg, other = session.legs[name], session.legs.get(OTHER[name])
        offer = other.sdp if other is not None and other.sdp else sdp.own_offer(self._relays.address(session.relay))
        found = self._describe(session, "offer", OTHER[name], name, sdp.with_direction(offer, sdp.SENDRECV), True)
        session.audio[_UNSETTLED] = name
        return _described(leg, found)

    def nothing(self, leg: Leg) -> str:
        """Answers a party that takes no part in the audio."""
        return _described(leg, sdp.with_direction(sdp.stand_in(leg.sdp, sdp.NOWHERE), sdp.INACTIVE))

    def heard_early(self, session: Session, name: str, answer: str) -> None:
        """A party that rings has described what it plays meanwhile."""
        session.legs[name].sdp = answer
        session.audio[_UNSETTLED] = name

    def answered(self, session: Session, name: str, answer: str) -> None:
        """A party answered what it was offered; who is alone is connected with us at once."""
        leg = session.legs[name]
        if answer:
            leg.sdp, leg.held = answer, sdp.is_held(answer)
            session.audio[_UNSETTLED] = name
        other = session.legs.get(OTHER[name])
        if other is None or other.state != UP:
            self.settle(session, name)

    def settle(self, session: Session, name: str) -> None:
        """Tells the relay what a party answered, unless it knows."""
        leg = session.legs.get(name)
        if session.audio.get(_UNSETTLED) != name or leg is None or not leg.sdp:
            return
        answer = sdp.with_direction(leg.sdp, sdp.SENDRECV)
        self._describe(session, "answer", OTHER[name], name, answer, False)
        del session.audio[_UNSETTLED]
        session.audio.pop(_APART, None)

    def connect(self, session: Session) -> None:
        """Connects both parties with each other."""
        if (name := session.audio.get(_UNSETTLED)) in session.legs:
            self.settle(session, name)
        elif session.audio.get(_APART):
            first, second = session.legs.get(CALLER), session.legs.get(TARGET)
            if first is not None and second is not None and first.sdp and second.sdp:
                self._agree(session, CALLER, first.sdp, second.sdp)
        if (listened := session.audio.pop(_TONES, None)) in session.legs:
            self._ask(session, "unblock DTMF", from_tag=listened)

    def part(self, session: Session, name: str) -> None:
        """Connects a party with us, whoever it was connected with before."""
        leg = session.legs.get(name)
        session.audio.pop(_UNSETTLED, None)
        if leg is not None and leg.sdp:
            self._agree(session, name, sdp.with_direction(leg.sdp, sdp.SENDRECV), None)
            self._listen(session, name, leg)

    def _agree(self, session: Session, name: str, offer: str, partner: str | None) -> str:
        leg = session.legs[name]
        offered = self._describe(session, "offer", name, OTHER[name], offer, False)
        answer = partner or sdp.stand_in(offered, self._relays.address(session.relay))
        # A party that the relay takes for held hears no music, so everybody is connected both ways there.
        agreed = self._describe(session, "answer", name, OTHER[name], sdp.with_direction(answer, sdp.SENDRECV), False)
        session.audio[_APART] = partner is None
        wanted = sdp.direction(offer)
        leg.sdp, leg.held = sdp.reduced(offer, agreed), sdp.is_held(offer)
        return _described(leg, sdp.with_direction(agreed, sdp.mirrored(wanted)))

    def _describe(self, session: Session, command: str, from_tag: str, to_tag: str, text: str, everybody: bool) -> str:
        fields: dict[str, Any] = {**_FLAGS, "sdp": text}
        if command == "offer":
            fields["codec"] = _EVERYBODY_CAN if everybody else {"transcode": ["PCMA"]}
        found = self._placed(session, command, from_tag=from_tag, to_tag=to_tag, **fields).get("sdp")
        if not isinstance(found, str) or not sdp.has_audio(found):
            raise RelayError(REFUSED, "a description without audio")
        return found

    def _placed(self, session: Session, command: str, **fields: Any) -> dict[str, Any]:
        """Asks the relay; while no relay has the session yet, another one when that does not answer."""
        try:
            found = self._ask(session, command, **fields)
        except RelayError as error:
            other = self._relays.choose()
            if error.why != UNREACHABLE or session.audio.get(_PLACED) or other == session.relay:
                raise
            session.relay = other
            found = self._ask(session, command, **fields)
        session.audio[_PLACED] = True
        return found

    # -- what is heard

    def play(self, session: Session, name: str, prompt: str, forever: bool) -> None:
        """Plays a prompt to a party, in place of what it hears."""
        self.settle(session, name)
        more = {"repeat_times": _FOREVER} if forever else {}
        self._ask(session, "play media", from_tag=name, file=self._prompts.path(prompt), **more)

    def stop(self, session: Session, name: str) -> None:
        """Stops what is played."""
        self._ask(session, "stop media", from_tag=name)

    def listen(self, session: Session, name: str) -> None:
        """Notices keys of a party that can send them as tones only."""
        self._listen(session, name, session.legs[name])

    def _listen(self, session: Session, name: str, leg: Leg) -> None:
        if not sdp.has_events(leg.sdp):
            options = {"flags": ["detect-DTMF"], "delay_buffer": 0, "DTMF_security": "off"}
            self._ask(session, "block DTMF", from_tag=name, **options)
            session.audio[_TONES] = name

    def record(self, session: Session, on: bool) -> None:
        """Begins or ends the recording of both parties."""
        self._ask(session, "start recording" if on else "stop recording")

    # -- life

    def silent(self, session: Session) -> list[str]:
        """Asks the relay whom it still hears: the parties it has heard nothing of for long. RelayError: nobody."""
        tags = self._ask(session, "query").get("tags", {})
        known, quiet, found = session.audio.get(_QUIET, {}), {}, []
        for name in (CALLER, TARGET):
            leg, other = session.legs.get(name), session.legs.get(OTHER[name])
            if leg is None or leg.state != UP or leg.held or (other is not None and other.held):
                continue  # who holds, or is held, may be silent
            last = _last_packet(tags.get(name, {}))
            before, polls = known.get(name, (None, 0))
            quiet[name] = (last, polls + 1 if last == before else 0)
            if quiet[name][1] >= SILENT_POLLS:
                found.append(name)
        session.audio[_QUIET] = quiet
        return found

    def _ask(self, session: Session, command: str, **fields: Any) -> dict[str, Any]:
        return self._relays.ask(session.relay, command, call_id=session.id, **fields)


def _described(leg: Leg, text: str) -> str:
    leg.version += 1
    return sdp.with_origin(text, leg.call_id, leg.version)


def _last_packet(tag: dict[str, Any]) -> int:
    """When the relay last got a packet of a tag, seconds since 1970."""
    streams = [stream for media in tag.get("medias", ()) for stream in media.get("streams", ())]
    return max((int(stream.get("last packet", 0)) for stream in streams), default=0)
