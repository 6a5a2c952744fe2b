"""Presses keys in a call that SIPp holds: at the moment the exchange waits for them, by what the caller has heard.

SIPp cannot wait for a prompt. So the lab listens with the caller and sends his telephone events itself, from his
address; and it tells his SIPp process when to begin to talk.
"""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ringplan.interpreter import Waiting

from .dtmf import PAUSE_S, Stream
from .prompts import Listener, Prompts
from .raw import datagram
from .relocate import Endpoint
from .wire import Packet, call_id, is_rtp, is_sip

_BARGE_FRAMES = 5
"""How much of a prompt is heard before it is interrupted: 0.1 s."""
_REACTION_S = 0.12
"""Between what is heard and a key that interrupts it."""
_AFTER_S = 0.5
"""Between the end of a prompt that hears no keys and a key: a timer tells the exchange of its end, a little late."""
_LONG_FRAMES = 40
"""Of a prompt of so many telling frames there is time to press a key that must be ignored: 0.8 s."""
_LIMIT_S = 60.0
_MEDIA = re.compile(rb"^c=IN IP4 (\S+).*?^m=audio (\d+) ", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fingers:
    """What a caller does in an answered call."""

    endpoint: Endpoint
    """Whose."""
    waits: tuple[Waiting, ...]
    talks: bool
    """Whether somebody answers in the end, with whom he talks."""
    in_band: bool = False
    """Audible tones instead of telephone events."""


class Keypad:
    """Listens to a lane's packets (a `Capture` listener) and presses. A context manager."""

    def __init__(
        self, fingers: Fingers, prompts: Prompts, voices: frozenset[bytes], begin_talk: Callable[[str], None]
    ) -> None:
        """``voices``: frames of the other party's recording; ``begin_talk`` is called once, when it is heard.

        It gets the Call-ID of the party's call, when it was called.
        """
        self._fingers, self._voices, self._begin_talk = fingers, voices, begin_talk
        self._listener = Listener(prompts)
        self._packets: queue.SimpleQueue[Packet | None] = queue.SimpleQueue()
        self._relay: tuple[str, int] | None = None
        self._stream = Stream(source=0x52696E67)
        self._voice_heard = False
        self._called = ""
        self._thread = threading.Thread(target=self._run, name="keypad", daemon=True)
        self.pressed: list[tuple[float, str]] = []
        """What was pressed, and when (monotonic clock)."""

    def __enter__(self) -> Keypad:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._packets.put(None)
        self._thread.join(timeout=2)

    def __call__(self, packet: Packet) -> None:
        endpoint = self._fingers.endpoint
        if packet.destination == endpoint.media or (packet.destination == endpoint.sip and is_sip(packet.payload)):
            self._packets.put(packet)

    def _run(self) -> None:
        """One step after the other; each waits for what must be heard before it."""
        packets = self._arriving()
        for wait in self._fingers.waits:
            if not self._too_soon(packets, wait) or not self._until(packets, partial(self._is_time, wait)):
                return
            if wait.pressed:
                time.sleep(_REACTION_S if wait.barge_in else _AFTER_S)
                self._press(wait.pressed)
        if self._fingers.talks and self._until(packets, lambda: self._voice_heard):
            self._begin_talk(self._called)
        for _ in packets:
            pass

    def _too_soon(self, packets: Iterator[Packet], wait: Waiting) -> bool:
        """Presses a key during a long prompt that hears none; False when the call ended before."""
        if wait.barge_in or not wait.pressed or not wait.heard or self._fingers.in_band:
            return True
        if not self._until(packets, partial(self._has_begun, wait)):
            return False
        if len(self._listener.heard) == wait.heard and self._listener.heard[-1].of >= _LONG_FRAMES:
            self._press(wait.pressed[0])
        return True

    def _arriving(self) -> Iterator[Packet]:
        end = time.monotonic() + _LIMIT_S
        while time.monotonic() < end:
            packet = self._packets.get()
            if packet is None:
                return
            yield packet

    def _until(self, packets: Iterator[Packet], is_so: Callable[[], bool]) -> bool:
        """Listens until something is so; False when the call ended before."""
        while not is_so():
            packet = next(packets, None)
            if packet is None:
                return False
            self._take(packet)
        return True

    def _take(self, packet: Packet) -> None:
        if packet.destination == self._fingers.endpoint.media:
            self._listener.hear(packet)
            self._voice_heard = self._voice_heard or (is_rtp(packet.payload) and packet.payload[12:] in self._voices)
            return
        if packet.payload.startswith(b"INVITE "):
            self._called = call_id(packet.payload.decode("utf-8", "replace"))
        if found := _MEDIA.search(packet.payload):
            self._relay = (found[1].decode("ascii", "replace"), int(found[2]))

    def _is_time(self, wait: Waiting) -> bool:
        """Whether the exchange waits now; for a wait in which nothing is pressed, whether it has begun."""
        if self._relay is None:
            return False
        heard = self._listener.heard
        if wait.heard == 0 or len(heard) > wait.heard:
            return True
        if len(heard) < wait.heard:
            return False
        if wait.barge_in and wait.pressed:
            return self._has_begun(wait)
        return self._listener.at_end

    def _has_begun(self, wait: Waiting) -> bool:
        """Whether the last prompt before the wait is being heard."""
        heard = self._listener.heard
        if self._relay is None or len(heard) != wait.heard:
            return len(heard) > wait.heard
        return heard[-1].frames >= min(_BARGE_FRAMES, heard[-1].of)

    def _press(self, keys: str) -> None:
        """Several digits end with ``#``, so that nobody waits for more of them."""
        for key in keys + ("#" if len(keys) > 1 else ""):
            self.pressed.append((time.monotonic(), key))
            self._send(self._stream.tones(key) if self._fingers.in_band else self._stream.events(key))
            time.sleep(PAUSE_S)

    def _send(self, packets: Iterator[tuple[float, bytes]]) -> None:
        assert self._relay is not None
        endpoint = self._fingers.endpoint
        begin = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            for after, payload in packets:
                time.sleep(max(0.0, begin + after - time.monotonic()))
                packet = datagram((endpoint.host, endpoint.media_port), self._relay, payload)
                raw.sendto(packet, (self._relay[0], 0))
