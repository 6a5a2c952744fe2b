"""Just enough of SIP to read what was seen on the wire; never used to decide a call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .scenario import Message

_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
}
"""Compact header forms (RFC 3261 section 7.3.3 and the IANA registry)."""

_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ?(.*)\Z")
_NAME_ADDR = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<(?P<uri>[^>]*)>(?P<params>.*)\Z')
_URI = re.compile(r"(?:sips?|tel):(?:(?P<user>[^@;]*)@)?(?P<host>[^:;>?]*)", re.IGNORECASE)
_LISTED = re.compile(r'(?:[^",<]|"(?:[^"\\]|\\.)*"|<[^>]*>)+')
_TAG = re.compile(r";\s*tag=([^;,\s]+)", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch=([^;,\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A From, To or P-Asserted-Identity value."""

    name: str | None
    """Display name without quotes; None: there is none."""
    uri: str
    user: str
    """User part of the URI; empty when there is none."""
    host: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class Sip:
    """One message, parsed."""

    time: float
    source: str
    destination: str
    transport: str
    text: str
    method: str | None
    """Of a request; None for a response."""
    uri: str
    """Request URI; empty for a response."""
    code: int
    """Of a response; 0 for a request."""
    reason: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, compact forms written out."""
    body: str

    def all(self, name: str) -> tuple[str, ...]:
        """Values of every header of this name (lower case)."""
        return tuple(value for key, value in self.headers if key == name)

    def first(self, name: str) -> str:
        """Value of the first header of this name; empty when there is none."""
        return next(iter(self.all(name)), "")

    @property
    def cseq(self) -> tuple[int, str]:
        """CSeq number and method; (0, "") when unreadable."""
        number, _, method = self.first("cseq").partition(" ")
        return (int(number), method.strip()) if number.isascii() and number.isdigit() else (0, "")

    @property
    def call_id(self) -> str:
        return self.first("call-id")

    @property
    def branch(self) -> str:
        """Branch of the topmost Via: the transaction."""
        found = _BRANCH.search(self.first("via"))
        return found[1] if found else ""

    @property
    def sender(self) -> NameAddr:
        """The From header."""
        return name_addr(self.first("from"))

    @property
    def recipient(self) -> NameAddr:
        """The To header."""
        return name_addr(self.first("to"))

    @property
    def is_initial_invite(self) -> bool:
        """An INVITE that begins a call, not one within it."""
        return self.method == "INVITE" and self.recipient.tag is None

    @property
    def user(self) -> str:
        """User part of the request URI; the whole of a URN."""
        found = _URI.match(self.uri)
        return (found["user"] or "").split(";")[0] if found else self.uri

    @property
    def host(self) -> str:
        """Host part of the request URI, lower case; empty for a URN."""
        found = _URI.match(self.uri)
        return found["host"].lower() if found else ""

    @property
    def title(self) -> str:
        """``INVITE``, ``180 Ringing``: what a ladder writes on the arrow."""
        return self.method or f"{self.code} {self.reason}"


def parse(message: Message) -> Sip:
    """The message parsed; a message that cannot be read has neither method nor code."""
    head, _, body = message.text.replace("\r\n", "\n").partition("\n\n")
    lines = re.sub(r"\n[ \t]+", " ", head).split("\n")
    method, uri, code, reason = None, "", 0, ""
    if status := _STATUS.match(lines[0].strip()):
        code, reason = int(status[1]), status[2]
    elif lines[0].rstrip().endswith("SIP/2.0") and len(parts := lines[0].split()) == 3:
        method, uri = parts[0], parts[1]
    headers = tuple(_header(line) for line in lines[1:] if ":" in line)
    where = (message.time, message.source, message.destination, message.transport, message.text)
    return Sip(*where, method, uri, code, reason, headers, body)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    name = name.strip().lower()
    return _COMPACT.get(name, name), value.strip()


def listed_values(values: Iterable[str]) -> list[str]:
    """The values of headers that may hold several in one line, at commas outside quotes and angle brackets."""
    return [part.strip() for value in values for part in _LISTED.findall(value) if part.strip()]


def parameters(text: str) -> dict[str, str]:
    """Parameters behind the angle brackets of a header value, names in lower case."""
    _, _, rest = text.rpartition(">")
    pairs = (part.partition("=") for part in rest.split(";")[1:])
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def name_addr(text: str) -> NameAddr:
    """A name-addr or addr-spec header value, taken apart."""
    found = _NAME_ADDR.match(text)
    if found:
        quoted, token = found["quoted"], found["token"]
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else (token or "").strip() or None
        uri, params = found["uri"], found["params"]
    else:
        uri, _, rest = text.strip().partition(";")
        name, params = None, f";{rest}"
    parts, tag = _URI.match(uri), _TAG.search(params)
    user, host = ((parts["user"] or "").split(";")[0], parts["host"].lower()) if parts else ("", "")
    return NameAddr(name, uri, user, host, tag[1] if tag else None)
