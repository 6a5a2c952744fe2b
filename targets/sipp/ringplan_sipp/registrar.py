"""Registers the phones of a lane, with digest authentication, each from its own address and port."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets as random_source
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .errors import LabError
from .relocate import Account, Endpoint, Relocated

_AT_ONCE = 32
_RETRY_S = 0.5
_GIVE_UP_S = 8.0
_STATUS = re.compile(r"SIP/2\.0 (\d{3})")
_CHALLENGE = re.compile(r"^WWW-Authenticate[ \t]*:[ \t]*Digest (.*)$", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')
_SERIAL = itertools.count(1)


@dataclass(slots=True)
class _Registration:
    """One phone on its way to be registered (``expires`` > 0), unregistered (0) or asked about (None)."""

    account: Account
    endpoint: Endpoint
    password: str
    expires: int | None
    call_id: str
    sock: socket.socket
    sequence: int = 1
    credentials: str = ""
    sent: float = 0.0

    def request(self) -> bytes:
        user, domain = self.account.phone.account, self.account.tenant.domain
        lines = [
            f"REGISTER sip:{domain} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.endpoint.sip};rport;branch=z9hG4bK{self.call_id}{self.sequence}",
            f"From: <sip:{user}@{domain}>;tag={self.call_id}",
            f"To: <sip:{user}@{domain}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} REGISTER",
            "Max-Forwards: 70",
        ]
        if self.expires == 0:  # everything, also what another client of the phone has registered
            lines += ["Contact: *", "Expires: 0"]
        elif self.expires is not None:
            lines += [f"Contact: <sip:{user}@{self.endpoint.sip}>", f"Expires: {self.expires}"]
        if self.credentials:
            lines.append(self.credentials)
        return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()

    def authorize(self, challenge: str) -> None:
        """Answers a digest challenge (RFC 2617, MD5, with or without qop=auth)."""
        given = dict(_PARAMETER.findall(challenge))
        user, uri = self.account.phone.account, f"sip:{self.account.tenant.domain}"
        secret = _md5(f"{user}:{given['realm']}:{self.password}")
        request = _md5(f"REGISTER:{uri}")
        fields = f'username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}"'
        if "qop" in given:
            response = _md5(f"{secret}:{given['nonce']}:00000001:{self.call_id}:auth:{request}")
            fields += f', qop=auth, nc=00000001, cnonce="{self.call_id}"'
        else:
            response = _md5(f"{secret}:{given['nonce']}:{request}")
        self.credentials = f'Authorization: Digest {fields}, response="{response}", algorithm=MD5'
        self.sequence += 1


class Registrar:
    """Which phones of a lane are registered, and the means to change it. Used by one thread."""

    def __init__(self, place: Relocated, secrets: Mapping[str, str]) -> None:
        """``secrets``: password by phone id."""
        self._place, self._secrets = place, secrets
        socket0 = place.program.platform.sockets[0]
        self._exchange = (socket0.host, socket0.port)
        self._registered: dict[str, float] = {}
        self._expires = place.program.platform.registration_s

    def bring(self, unregistered: Iterable[str] = ()) -> None:
        """Makes all phones registered except these; refreshes registrations before they run out."""
        gone = frozenset(unregistered) | self._place.guests
        now = time.monotonic()
        fresh = {phone for phone, since in self._registered.items() if now - since < self._expires / 2}
        away = [(phone, 0) for phone in sorted(gone & self._registered.keys())]
        add = [(phone, self._expires) for phone in self._place.phones if phone not in gone and phone not in fresh]
        self._run([*away, *add])

    def forget(self, phone: str) -> None:
        """Another client has changed the phone's registration: set it anew next time."""
        self._registered.pop(phone, None)

    def unregister(self, phone: str) -> None:
        """Removes the phone's registration, whether or not this registrar made it."""
        if phone not in self._place.guests:
            self._run([(phone, 0)])

    def ask(self, phone: str) -> None:
        """Has the exchange list the phone's contacts, on the wire, where the capture sees the answer."""
        if phone not in self._place.guests:  # to whom it would not say
            self._run([(phone, None)])

    def _run(self, wanted: Iterable[tuple[str, int | None]]) -> None:
        waiting = deque(wanted)
        end = time.monotonic() + _GIVE_UP_S + len(waiting) / 20
        with selectors.DefaultSelector() as selector:
            try:
                while waiting or selector.get_map():
                    while waiting and len(selector.get_map()) < _AT_ONCE:
                        self._start(selector, *waiting.popleft())
                    for registration in _ready(selector):
                        self._receive(selector, registration)
                    self._repeat(selector, end)
            finally:
                for key in list(selector.get_map().values()):
                    key.data.sock.close()

    def _start(self, selector: selectors.BaseSelector, phone: str, expires: int | None) -> None:
        endpoint = self._place.phones[phone]
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((endpoint.host, endpoint.port))
        sock.setblocking(False)
        registration = _Registration(
            account=self._place.accounts[phone],
            endpoint=endpoint,
            password=self._secrets[phone],
            expires=expires,
            call_id=f"r{next(_SERIAL)}x{random_source.token_hex(6)}",
            sock=sock,
        )
        selector.register(sock, selectors.EVENT_READ, registration)
        self._send(registration)

    def _send(self, registration: _Registration) -> None:
        registration.sent = time.monotonic()
        registration.sock.sendto(registration.request(), self._exchange)

    def _receive(self, selector: selectors.BaseSelector, registration: _Registration) -> None:
        try:
            text = registration.sock.recv(0x10000).decode("utf-8", "replace")
        except OSError:  # nothing there after all
            return
        status = _STATUS.match(text)
        if status is None or status[1].startswith("1") or f"CSeq: {registration.sequence} " not in text:
            return
        challenge = _CHALLENGE.search(text)
        if status[1] == "401" and challenge and not registration.credentials:
            registration.authorize(challenge[1])
            self._send(registration)
            return
        selector.unregister(registration.sock)
        registration.sock.close()
        phone = registration.account.phone.id
        if status[1] != "200":
            raise LabError(f"the exchange does not register {phone}: {text.splitlines()[0]}")
        if registration.expires:
            self._registered[phone] = registration.sent
        elif registration.expires == 0:
            self._registered.pop(phone, None)

    def _repeat(self, selector: selectors.BaseSelector, end: float) -> None:
        now = time.monotonic()
        for key in selector.get_map().values():
            registration: _Registration = key.data
            if now > end:
                raise LabError(f"the exchange does not answer the registration of {registration.account.phone.id}")
            if now - registration.sent > _RETRY_S:
                self._send(registration)


def _ready(selector: selectors.BaseSelector) -> Iterator[_Registration]:
    for key, _ in selector.select(timeout=0.1):
        yield key.data


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
