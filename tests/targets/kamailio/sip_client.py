"""A SIP endpoint just large enough to test an exchange: UDP or TCP, digest, one call at a time."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from hashlib import md5
from uuid import uuid4


@dataclass
class Message:
    """A SIP message as it was received."""

    text: str
    source: tuple[str, int] = ("", 0)

    @property
    def start(self) -> str:
        return self.text.split("\r\n", 1)[0]

    @property
    def code(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def reason(self) -> str:
        return self.start.split(None, 2)[2]

    @property
    def method(self) -> str:
        return self.start.split()[0] if not self.code else self.header("CSeq").split()[1]

    @property
    def uri(self) -> str:
        return self.start.split()[1]

    def headers(self, name: str) -> list[str]:
        return re.findall(rf"^{name}:[ \t]*(.*?)\r?$", self.text.split("\r\n\r\n")[0], re.IGNORECASE | re.MULTILINE)

    def header(self, name: str) -> str:
        found = self.headers(name)
        return found[0] if found else ""

    @property
    def body(self) -> str:
        return self.text.partition("\r\n\r\n")[2]


def sdp(host: str, port: int = 40000) -> str:
    """An offer or answer of PCMA."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )


class NothingCameError(AssertionError):
    """What was waited for did not come."""


@dataclass
class Endpoint:
    """A phone or a trunk."""

    host: str
    exchange: tuple[str, int]
    port: int = 5060
    user: str = "x"
    domain: str = "novak.example.net"
    password: str = ""
    announced: str = ""
    """Address announced in Via and Contact, if not the real one."""
    transport: str = "udp"
    pending: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._buffer = b""
        if self.transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((self.host, self.port))
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.socket.bind((self.host, 0))
            self.socket.connect(self.exchange)

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # -- wire

    @property
    def address(self) -> str:
        return self.announced or self.host

    @property
    def contact(self) -> str:
        parameter = ";transport=tcp" if self.transport == "tcp" else ""
        return f"<sip:{self.user}@{self.address}:{self.port}{parameter}>"

    def via(self) -> str:
        return f"SIP/2.0/{self.transport.upper()} {self.address}:{self.port};branch=z9hG4bK{uuid4().hex}"

    def send(self, text: str, to: tuple[str, int] | None = None) -> None:
        if self.transport == "udp":
            self.socket.sendto(text.encode(), to or self.exchange)
        else:
            self.socket.sendall(text.encode())

    def _read(self, seconds: float) -> Message | None:
        self.socket.settimeout(max(seconds, 0.001))
        try:
            if self.transport == "udp":
                data, source = self.socket.recvfrom(65535)
                return Message(data.decode("utf-8", "surrogateescape"), source) if len(data) > 4 else None
            return self._read_stream()
        except TimeoutError:
            return None

    def _read_stream(self) -> Message | None:
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if found:
                length = int(re.search(rb"content-length:\s*(\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
                if len(rest) >= length:
                    self._buffer = rest[length:]
                    return Message((head + found + rest[:length]).decode(), self.exchange)
            data = self.socket.recv(65535)
            if not data:
                raise NothingCameError("the connection was closed")
            self._buffer += data

    def expect(self, *wanted: int | str, seconds: float = 3.0, call_id: str = "") -> Message:
        """The next message that is one of these codes or methods, of this call; others are kept aside."""
        end = time.monotonic() + seconds

        def fits(message: Message) -> bool:
            return (message.code or message.method) in wanted and call_id in ("", message.header("Call-ID"))

        for index, message in enumerate(self.pending):
            if fits(message):
                return self.pending.pop(index)
        while (left := end - time.monotonic()) > 0:
            found = self._read(left)
            if found is not None and fits(found):
                return found
            if found is not None:
                self.pending.append(found)
        raise NothingCameError(
            f"{self.user}@{self.host}: no {wanted[:5]} within {seconds} s; got {[m.start for m in self.pending]}"
        )

    def final(self, seconds: float = 3.0) -> Message:
        """The next final answer."""
        return self.expect(*range(200, 700), seconds=seconds)

    def answer_to(self, call_id: str, cseq: int) -> Message:
        """The final answer to this very request; those to others are dropped."""
        while True:
            answer = self.final()
            if answer.header("Call-ID") == call_id and answer.header("CSeq").startswith(f"{cseq} "):
                return answer

    def silent(self, method: str, seconds: float = 0.5) -> bool:
        """Whether no such request comes for a while."""
        try:
            self.expect(method, seconds=seconds)
        except NothingCameError:
            return True
        return False

    # -- requests

    def request(self, method: str, uri: str, call_id: str, headers: str, body: str = "", cseq: int = 1) -> str:
        """Sends a request and returns it."""
        text = (
            f"{method} {uri} SIP/2.0\r\nVia: {self.via()}\r\nMax-Forwards: 70\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {cseq} {method}\r\n{headers}"
        )
        if body:
            text += "Content-Type: application/sdp\r\n"
        text += f"Content-Length: {len(body)}\r\n\r\n{body}"
        self.send(text)
        return text

    def credentials(self, challenge: Message, method: str, uri: str) -> str:
        """The header that answers a digest challenge."""
        name = "WWW-Authenticate" if challenge.code == 401 else "Proxy-Authenticate"
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.header(name)))
        ha1 = _md5(f"{self.user}:{asked['realm']}:{self.password}")
        response = _md5(f"{ha1}:{asked['nonce']}:00000001:c:auth:{_md5(f'{method}:{uri}')}")
        return (
            f'{"Authorization" if challenge.code == 401 else "Proxy-Authorization"}: Digest username="{self.user}", '
            f'realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", response="{response}", '
            'qop=auth, nc=00000001, cnonce="c", algorithm=MD5\r\n'
        )

    def register(self, expires: int = 300, contact: str = "", to: str = "") -> Message:
        """Registers with digest; the final answer."""
        call_id, tag = uuid4().hex, uuid4().hex[:8]
        uri, aor = f"sip:{self.domain}", f"sip:{to or self.user}@{self.domain}"
        headers = (
            f"From: <{aor}>;tag={tag}\r\nTo: <{aor}>\r\nContact: {contact or self.contact}\r\nExpires: {expires}\r\n"
        )
        self.request("REGISTER", uri, call_id, headers)
        answer = self.answer_to(call_id, 1)
        if answer.code == 401:
            self.request("REGISTER", uri, call_id, headers + self.credentials(answer, "REGISTER", uri), cseq=2)
            answer = self.answer_to(call_id, 2)
        return answer

    def invite(self, target: str, extra: str = "", from_: str = "", offer: bool = True, trunk: bool = False) -> Dialog:
        """Sends an INVITE, answering one challenge."""
        uri = target if ":" in target else f"sip:{target}@{self.domain}"
        call = Dialog(self, uuid4().hex, from_ or f'"Fake" <sip:{self.user}@{self.domain}>')
        call.headers = f"From: {call.from_};tag={call.tag}\r\nTo: <{uri}>\r\nContact: {self.contact}\r\n{extra}"
        call.uri, call.body = uri, sdp(self.host) if offer else ""
        call.last = self.request("INVITE", uri, call.id, call.headers, call.body)
        if not trunk:
            challenge = self.expect(407, 403, 404, call_id=call.id)
            call.ack(challenge)
            if challenge.code != 407:
                self.pending.append(challenge)
                return call
            call.cseq = 2
            headers = call.headers + self.credentials(challenge, "INVITE", uri)
            call.last = self.request("INVITE", uri, call.id, headers, call.body, cseq=2)
        return call

    def reply(self, request: Message, code: int, reason: str, body: str = "", tag: str = "", extra: str = "") -> None:
        """Answers a request."""
        lines = [f"SIP/2.0 {code} {reason}"]
        lines += [f"Via: {value}" for value in request.headers("Via")]
        lines += [f"Record-Route: {value}" for value in request.headers("Record-Route")]
        to = request.header("To")
        if code > 100 and "tag=" not in to:
            to += f";tag={tag or 'callee'}"
        lines += [f"From: {request.header('From')}", f"To: {to}"]
        lines += [
            f"Call-ID: {request.header('Call-ID')}",
            f"CSeq: {request.header('CSeq')}",
            f"Contact: {self.contact}",
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines) + "\r\n" + extra + "\r\n" + body)

    def answer(self, seconds: float = 3.0) -> Message:
        """Takes the next INVITE: rings and answers it."""
        invite = self.expect("INVITE", seconds=seconds)
        self.reply(invite, 180, "Ringing")
        self.reply(invite, 200, "OK", sdp(self.host, 41000))
        return invite


@dataclass
class Dialog:
    """A call this endpoint made."""

    endpoint: Endpoint
    id: str
    from_: str
    tag: str = field(default_factory=lambda: uuid4().hex[:8])
    headers: str = ""
    uri: str = ""
    body: str = ""
    last: str = ""
    cseq: int = 1
    remote: Message | None = None

    def ack(self, answer: Message) -> None:
        """Acknowledges a failure."""
        via = re.search(r"^Via: .*$", self.last, re.MULTILINE)
        assert via
        self.endpoint.send(
            f"ACK {self.uri} SIP/2.0\r\n{via[0].strip()}\r\nMax-Forwards: 70\r\nCall-ID: {self.id}\r\n"
            f"CSeq: {self.cseq} ACK\r\nFrom: {self.from_};tag={self.tag}\r\nTo: {answer.header('To')}\r\n"
            "Content-Length: 0\r\n\r\n"
        )

    def cancel(self) -> None:
        """Gives up."""
        via = re.search(r"^Via: .*$", self.last, re.MULTILINE)
        assert via
        self.endpoint.send(
            f"CANCEL {self.uri} SIP/2.0\r\n{via[0].strip()}\r\nMax-Forwards: 70\r\nCall-ID: {self.id}\r\n"
            f"CSeq: {self.cseq} CANCEL\r\nFrom: {self.from_};tag={self.tag}\r\nTo: <{self.uri}>\r\n"
            "Content-Length: 0\r\n\r\n"
        )

    def established(self, seconds: float = 3.0) -> Message:
        """Waits for 200 and acknowledges it."""
        answer = self.endpoint.expect(200, seconds=seconds, call_id=self.id)
        self.remote = answer
        self.within("ACK", cseq=self.cseq)
        return answer

    def rejected(self, seconds: float = 3.0) -> Message:
        """Waits for a final failure and acknowledges it."""
        answer = self.endpoint.expect(*range(300, 700), seconds=seconds, call_id=self.id)
        self.ack(answer)
        return answer

    def within(
        self, method: str, cseq: int | None = None, body: str = "", extra: str = "", uri: str = "", route: bool = True
    ) -> None:
        """Sends an in-dialog request."""
        assert self.remote
        if cseq is None:
            self.cseq += 1
        contact = re.search(r"<([^>]+)>", self.remote.header("Contact"))
        assert contact
        routes = (
            "".join(f"Route: {value}\r\n" for value in reversed(self.remote.headers("Record-Route"))) if route else ""
        )
        headers = (
            f"{routes}From: {self.from_};tag={self.tag}\r\nTo: {self.remote.header('To')}\r\n"
            f"Contact: {self.endpoint.contact}\r\n{extra}"
        )
        self.endpoint.request(method, uri or contact[1], self.id, headers, body, cseq or self.cseq)


def within_as_callee(
    endpoint: Endpoint, invite: Message, method: str, body: str = "", extra: str = "", cseq: int = 1
) -> None:
    """Sends an in-dialog request as the called party of ``invite``."""
    contact = re.search(r"<([^>]+)>", invite.header("Contact"))
    assert contact
    routes = "".join(f"Route: {value}\r\n" for value in invite.headers("Record-Route"))
    headers = (
        f"{routes}From: {invite.header('To')};tag=callee\r\nTo: {invite.header('From')}\r\n"
        f"Contact: {endpoint.contact}\r\n{extra}"
    )
    endpoint.request(method, contact[1], invite.header("Call-ID"), headers, body, cseq)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
