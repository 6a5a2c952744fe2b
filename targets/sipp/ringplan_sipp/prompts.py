"""Which prompts a party hears: by the bytes of the frames, which a media relay passes on unchanged in A-law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ringplan.prompts.audio import samples
from ringplan.prompts.identity import stem

from .dtmf import FRAME_S
from .media import FRAME_BYTES
from .scenario import PromptHeard
from .wire import Packet, is_rtp, rtp_audio


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a prompt a frame belongs."""

    prompt: str
    """Prompt id."""
    index: int
    """Number of the frame, from 0."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The frames of all prompts of a bundle. Those that occur twice anywhere, as silence does, say nothing."""

    places: Mapping[bytes, Place]
    telling: Mapping[str, tuple[int, ...]]
    """By prompt: the numbers of its frames that occur nowhere else, rising."""
    lengths: Mapping[str, int]
    """By prompt: how many frames it has."""

    @classmethod
    def read(cls, bundle: Path, prompt_ids: Iterable[str]) -> Prompts:
        """The prompts of these ids; one without a file is left out."""
        files = {prompt: bundle / "prompts" / f"{stem(prompt)}.au" for prompt in prompt_ids}
        return cls.of({prompt: samples(file.read_bytes()) for prompt, file in files.items() if file.is_file()})

    @classmethod
    def of(cls, sounds: Mapping[str, bytes]) -> Prompts:
        """From raw A-law by prompt."""
        places: dict[bytes, Place | None] = {}
        for prompt, sound in sounds.items():
            for index in range(len(sound) // FRAME_BYTES):
                frame = sound[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]
                places[frame] = None if frame in places else Place(prompt, index)
        known = {frame: place for frame, place in places.items() if place is not None}
        telling: dict[str, list[int]] = {prompt: [] for prompt in sounds}
        for place in known.values():
            telling[place.prompt].append(place.index)
        return cls(
            known,
            {prompt: tuple(sorted(indexes)) for prompt, indexes in telling.items()},
            {prompt: len(sound) // FRAME_BYTES for prompt, sound in sounds.items()},
        )

    def place(self, packet: Packet) -> Place | None:
        """Where the audio of a packet belongs; None: nowhere, or in several places."""
        if packet.transport != "udp" or not is_rtp(packet.payload):
            return None
        return self.places.get(rtp_audio(packet.payload))


class Listener:
    """Follows what one party hears, frame by frame."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self.heard: list[PromptHeard] = []
        self._last = 0.0
        self._at: Place | None = None

    def hear(self, packet: Packet) -> None:
        """One packet to the party."""
        place = self._prompts.place(packet)
        if place is None:
            return
        before = self._at
        if before is None or place.prompt != before.prompt or place.index <= before.index:
            self.heard.append(self._begins(place, packet.time))
        else:
            so_far = self.heard[-1]
            # Frames between the two that say nothing were sent all the same: only what is beyond them is a gap.
            gap = packet.time - self._last - (place.index - before.index) * FRAME_S
            gap = max(so_far.gap_s, gap)
            self.heard[-1] = replace(so_far, ended=packet.time, frames=so_far.frames + 1, gap_s=gap)
        self._at, self._last = place, packet.time

    def _begins(self, place: Place, now: float) -> PromptHeard:
        telling = self._prompts.telling[place.prompt]
        leading, trailing = telling[0], self._prompts.lengths[place.prompt] - telling[-1]
        return PromptHeard(
            place.prompt, now, now, 1, len(telling), 0.0, leading_s=leading * FRAME_S, trailing_s=trailing * FRAME_S
        )

    def of(self, prompt: str) -> int:
        """How many frames of a prompt tell that it is that one."""
        return len(self._prompts.telling.get(prompt, ()))

    @property
    def at_end(self) -> bool:
        """Whether the last frame that tells the prompt being heard has been heard."""
        at = self._at
        return at is not None and at.index == self._prompts.telling[at.prompt][-1]


def heard(packets: Iterable[Packet], place: str, prompts: Prompts, begin: float) -> tuple[PromptHeard, ...]:
    """The prompts that were played to ``place`` (``address:port``), in order; times count from ``begin``."""
    listener = Listener(prompts)
    for packet in packets:
        if packet.destination == place:
            listener.hear(packet)
    return tuple(replace(one, begun=one.begun - begin, ended=one.ended - begin) for one in listener.heard)
