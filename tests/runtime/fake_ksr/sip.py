"""SIP messages as far as the runtime reads them: start line, headers, name-addr, URIs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_URI = re.compile(
    r"(?P<scheme>[A-Za-z]+):(?:(?P<user>[^@;?]*(?:;[^@]*)?)@)?(?P<host>[^;:?>]+)(?::(?P<port>\d+))?(?P<params>[^?]*)"
)
_NAME_ADDR = re.compile(r'\s*(?P<display>"(?:[^"\\]|\\.)*"|[^<"]*?)\s*<(?P<uri>[^>]*)>(?P<params>.*)\Z', re.DOTALL)


class Address(NamedTuple):
    """Where a message comes from or goes to."""

    transport: str
    host: str
    port: int


class Uri(NamedTuple):
    """A SIP URI; a part that is missing is empty."""

    scheme: str
    user: str
    host: str
    port: str
    params: str
    """With its leading semicolon."""

    @property
    def address(self) -> Address:
        """Where a request to this URI is sent."""
        transport = re.search(r";transport=(\w+)", self.params, re.IGNORECASE)
        return Address(transport[1].lower() if transport else "udp", self.host, int(self.port or 5060))


def parse_uri(text: str) -> Uri:
    """The parts of a URI; for ``urn:`` and ``tel:`` the host is empty."""
    scheme, _, rest = text.partition(":")
    if scheme.lower() not in ("sip", "sips"):
        return Uri(scheme, rest if scheme.lower() == "tel" else "", "", "", "")
    found = _URI.fullmatch(text)
    if found is None:
        raise ValueError(f"not a URI: {text!r}")
    return Uri(scheme, found["user"] or "", found["host"], found["port"] or "", found["params"])


class NameAddr(NamedTuple):
    """The value of From, To, Contact, Route and their like."""

    display: str
    """As written, quotes included."""
    uri: str
    params: str
    """After the closing bracket, with the leading semicolon."""

    def parameter(self, name: str) -> str | None:
        """A header parameter's value."""
        found = re.search(rf";\s*{re.escape(name)}=([^;]*)", self.params)
        return found[1] if found else None


def parse_name_addr(text: str) -> NameAddr:
    """The parts of a name-addr or addr-spec."""
    found = _NAME_ADDR.match(text)
    if found is None:
        uri, semicolon, params = text.strip().partition(";")
        return NameAddr("", uri, semicolon + params)
    return NameAddr(found["display"], found["uri"], found["params"])


Headers = list[tuple[str, str]]


@dataclass
class Message:
    """A request or a reply."""

    headers: Headers
    source: Address
    received_on: Address
    method: str
    """Of a reply: the method in CSeq."""
    ruri: str = ""
    """Of a request."""
    code: int = 0
    """Of a reply."""
    reason: str = ""
    body: str = ""
    via_branch: str = field(default="", compare=False)
    """Names the transaction."""

    @property
    def is_request(self) -> bool:
        return self.code == 0

    def get(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        """All headers of this name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def name_addr(self, name: str) -> NameAddr:
        """A header's name-addr; it must be there."""
        value = self.get(name)
        assert value is not None, f"no {name} header"
        return parse_name_addr(value)

    @property
    def call_id(self) -> str:
        return self.get("Call-ID") or ""
