"""The media relays: rtpengine's ng protocol, JSON over UDP.

Kamailio's own module hides why something failed, and keeps what it sends and gets in variables of the whole process.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import time
from collections.abc import Sequence
from typing import Any

from ..settings import Relay

WAIT_S = 0.35
"""How long one try waits for the answer."""
TRIES = 2
DEAD_S = 2.0
"""How long a relay that did not answer is left alone."""
_LARGEST = 65_535

UNKNOWN = "unknown"
UNREACHABLE = "unreachable"
REFUSED = "refused"


class RelayError(Exception):
    """The relay did not do it."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why
        """`UNKNOWN`: it has no such session; `UNREACHABLE`: no answer; `REFUSED`: whatever the text says."""


class Relays:
    """The relays of the platform, as one worker speaks with them."""

    __slots__ = ("_dead", "_owner", "_relays", "_sockets")

    def __init__(self, relays: Sequence[Relay]) -> None:
        self._relays = {f"{relay.host}:{relay.port}": relay for relay in relays}
        self._sockets: dict[str, socket.socket] = {}
        self._owner = 0
        self._dead: dict[str, float] = {}
        """Until when a relay is left alone, by the clock `time.monotonic`."""

    def choose(self) -> str:
        """The relay of a new session: by weight, one that answers if there is one."""
        now = time.monotonic()
        alive = [name for name in self._relays if self._dead.get(name, 0.0) <= now] or list(self._relays)
        weights = [self._relays[name].weight for name in alive]
        return random.choices(alive, weights)[0]  # noqa: S311 - a share of work, no secret

    def address(self, name: str) -> str:
        """Where a relay takes audio; ``0.0.0.0`` when it is no longer one of the platform's."""
        relay = self._relays.get(name)
        return relay.address if relay is not None else "0.0.0.0"  # noqa: S104 - SDP's own word for nowhere

    def ask(self, name: str, command: str, **fields: Any) -> dict[str, Any]:
        """Sends a command to a relay; its answer. RelayError when it does not do it."""
        if self._dead.get(name, 0.0) > time.monotonic():
            raise RelayError(UNREACHABLE, f"relay {name} has not answered a moment ago")
        request = {"command": command, **{field.replace("_", "-"): value for field, value in fields.items()}}
        try:
            answer = self._exchange(name, json.dumps(request).encode("utf-8", "surrogateescape"))
        except (OSError, ValueError) as error:
            self._dead[name] = time.monotonic() + DEAD_S
            raise RelayError(UNREACHABLE, f"relay {name}: {error}") from error
        if answer.get("result") in ("ok", "pong"):
            return answer
        reason = str(answer.get("error-reason", answer))[:200]
        raise RelayError(UNKNOWN if "nknown call" in reason else REFUSED, f"{command}: {reason}")

    def close(self) -> None:
        """Closes its sockets; the next question opens them again."""
        for channel in self._sockets.values():
            channel.close()
        self._sockets = {}

    def _exchange(self, name: str, request: bytes) -> dict[str, Any]:
        channel = self._channel(name)
        # A cookie is answered from memory when it comes twice, so none may ever come twice but in a retry.
        cookie = secrets.token_hex(12).encode()
        for _ in range(TRIES):
            channel.send(cookie + b" " + request)
            answer = _wait(channel, cookie, time.monotonic() + WAIT_S)
            if answer is not None:
                return answer
        raise TimeoutError("no answer")

    def _channel(self, name: str) -> socket.socket:
        if self._owner != os.getpid():  # after a fork the parent's are not ours
            self._owner, self._sockets = os.getpid(), {}
        channel = self._sockets.get(name)
        if channel is None:
            host, _, port = name.rpartition(":")
            channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            channel.connect((host, int(port)))
            self._sockets[name] = channel
        return channel


def _wait(channel: socket.socket, cookie: bytes, end: float) -> dict[str, Any] | None:
    """The answer with the cookie, None when time is up; answers to what was given up are passed over."""
    while (left := end - time.monotonic()) > 0:
        channel.settimeout(left)
        try:
            found, _, text = channel.recv(_LARGEST).partition(b" ")
        except TimeoutError:
            return None
        if found == cookie:
            answer = json.loads(text)
            if not isinstance(answer, dict):
                raise ValueError("an answer that is none")
            return answer
    return None
