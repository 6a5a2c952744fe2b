"""A request while the script works on it.

Kamailio reads headers as they came in and notes changes for the copy it sends; so does this. What is noted in
the request route goes into every branch, what is noted in a branch route into that branch alone, and what is
noted in a failure route into the branches opened there.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

from .sip import Address, Headers, Message, parse_name_addr, parse_uri


@dataclass
class Edits:
    """Changes noted so far."""

    removed: set[int] = field(default_factory=set)
    """Positions of removed headers."""
    appended: Headers = field(default_factory=list)
    new_from: tuple[str, str] | None = None
    """Display name and URI that replace those of From."""
    record_route: bool = False
    record_route_parameters: str = ""
    body: str | None = None

    def remove_matching(self, message: Message, pattern: str) -> int:
        """Note the removal of all headers whose name matches, as textops does it (POSIX, ignoring case)."""
        matches = re.compile(pattern, re.IGNORECASE).search
        found = {at for at, (key, _) in enumerate(message.headers) if matches(key)}
        self.removed |= found
        return len(found)


@dataclass
class Draft:
    """A request with the script's working state."""

    message: Message
    ruri: str
    edits: Edits = field(default_factory=Edits)
    destination_uri: str | None = None
    ruri_is_new: bool = True
    """Whether relaying opens a branch for ``ruri``."""
    branches: list[tuple[str, str | None, int]] = field(default_factory=list)
    """Further branches: URI, destination URI, branch flags."""
    flags: set[int] = field(default_factory=set)
    branch_flags: int = 0
    send_socket: str | None = None

    def for_branch(self, ruri: str, destination_uri: str | None, branch_flags: int) -> Draft:
        """A copy whose changes stay with one branch."""
        return Draft(
            self.message,
            ruri,
            copy.deepcopy(self.edits),
            destination_uri,
            branch_flags=branch_flags,
            flags=set(self.flags),
            send_socket=self.send_socket,
        )

    def outgoing(self, own: Address, branch: str) -> Message:
        """The message as it is sent."""
        headers = [item for at, item in enumerate(self.message.headers) if at not in self.edits.removed]
        headers = [(key, self._from(value) if key == "From" else value) for key, value in headers]
        if self.edits.record_route:
            tag = self.message.name_addr("From").parameter("tag")
            value = f"<sip:{own.host}:{own.port};lr;ftag={tag}{self.edits.record_route_parameters}>"
            headers.insert(0, ("Record-Route", value))
        headers.extend(self.edits.appended)
        body = self.message.body if self.edits.body is None else self.edits.body
        sent = Message(headers, own, self.destination, self.message.method, self.ruri, body=body, via_branch=branch)
        return sent

    def _from(self, value: str) -> str:
        if self.edits.new_from is None:
            return value
        display, uri = self.edits.new_from
        return f"{display} <{uri}>{parse_name_addr(value).params}".lstrip()

    @property
    def destination(self) -> Address:
        """Where it is sent."""
        return parse_uri(self.destination_uri or self.ruri).address
