"""KSR's core functions, and those about one message: pv, pvx, kx, hdr, siputils, sanity, maxfwd, textops, log."""

from __future__ import annotations

from typing import NoReturn

from . import variables
from .draft import Edits
from .sip import parse_name_addr, parse_uri
from .strict import Namespace, gap


class Core(Namespace):
    """Functions directly below KSR."""

    def err(self, text: str) -> None:
        self._k.log.append(("err", text))

    def warn(self, text: str) -> None:
        self._k.log.append(("warn", text))

    def notice(self, text: str) -> None:
        self._k.log.append(("notice", text))

    def force_rport(self) -> bool:
        return bool(self._k.context.request)

    def is_TCP(self) -> bool:  # noqa: N802 - Kamailio's name
        return self._k.context.message.source.transport == "tcp"

    def add_tcp_alias_via(self) -> int:
        return 1

    def route(self, name: str) -> int:
        context = self._k.context
        for pattern in self._k.configuration.stripped[name]:
            context.edits.remove_matching(context.message, pattern)
        return 1

    def seturi(self, uri: str) -> bool:
        draft = self._k.context.request
        parse_uri(uri)
        draft.ruri, draft.ruri_is_new = uri, True
        return True

    def setdsturi(self, uri: str) -> bool:
        self._k.context.request.destination_uri = uri
        return True

    def resetdsturi(self) -> bool:
        self._k.context.request.destination_uri = None
        return True

    def isdsturiset(self) -> bool:
        return self._k.context.request.destination_uri is not None

    def set_drop(self) -> None:
        self._k.context.dropped = True

    def setflag(self, flag: int) -> bool:
        self._k.context.flags.add(_flag(flag))
        return True

    def resetflag(self, flag: int) -> bool:
        self._k.context.flags.discard(_flag(flag))
        return True

    def isflagset(self, flag: int) -> bool:
        return _flag(flag) in self._k.context.flags

    def setbflag(self, flag: int) -> bool:
        self._k.context.request.branch_flags |= 1 << _flag(flag)
        return True


def _flag(flag: int) -> int:
    if not 0 <= flag <= 31:
        raise gap(f"there is no flag {flag}")
    return flag


class Pv(Namespace):
    """Pseudo-variables."""

    def gete(self, name: str) -> variables.Value:
        value = variables.read(self._k.context, name)
        return "" if value is None else value

    def geti(self, name: str) -> int:
        """Only the message flags, and how many headers of a name there are."""
        if name.startswith("$hdrc(") and name.endswith(")"):
            return len(list(self._k.context.message.all(name[6:-1])))
        if name != "$mf":
            raise gap(f"{name} is no number")
        return sum(1 << flag for flag in self._k.context.flags)

    def seti(self, name: str, value: int) -> bool:
        """Only the message flags."""
        if name != "$mf" or not 0 <= value < 1 << 31:  # Kamailio takes a signed number of 32 bits
            raise gap(f"{name} = {value} is not modelled")
        flags = self._k.context.flags  # the transaction's own set
        flags.clear()
        flags.update(flag for flag in range(31) if value >> flag & 1)
        return True

    def sets(self, name: str, value: str) -> bool:
        """Only From can be written: first its URI, then the name beside it."""
        edits = self._k.context.edits
        if not self._k.context.message.is_request and name == "$fu":
            return True  # the fake's answers carry no From
        if name == "$fu" and edits.new_from is None:
            edits.new_from = ("", value)
        elif name == "$fn" and edits.new_from is not None and not edits.new_from[0]:
            edits.new_from = (value, edits.new_from[1])
        else:
            raise gap(f"{name} = {value} is not modelled")
        return True

    def unset(self, name: str) -> bool:
        """Only the name beside From's URI, once that is written."""
        edits = self._k.context.edits
        if name != "$fn" or edits.new_from is None or edits.new_from[0]:
            raise gap(f"unset {name} is not modelled")
        return True


class Pvx(Namespace):
    """AVPs: a new value hides the older ones."""

    def avp_sets(self, name: str, value: str) -> int:
        self._k.context.variables.setdefault(name, []).append(value)
        return 1

    def avp_rm(self, name: str) -> int:
        """The newest value; what it hid is seen again."""
        values = self._k.context.variables.get(name)
        if values:
            values.pop()
        return 1

    def avp_gete(self, name: str) -> str:
        values = self._k.context.variables.get(name)
        return values[-1] if values else ""


class Kx(Namespace):
    """Attributes of the message."""

    def get_method(self) -> str:
        return self._k.context.message.method

    def get_srcip(self) -> str:
        return self._k.context.message.source.host

    def get_srcport(self) -> int:
        return self._k.context.message.source.port

    def get_ruri(self) -> str:
        return self._k.context.request.ruri

    def get_callid(self) -> str | None:
        return self._k.context.message.get("Call-ID")

    def get_status(self) -> int:
        message = self._k.context.message
        if message.is_request:
            raise gap("kx.get_status of a request")
        return message.code

    def gete_ua(self) -> str:
        return self._k.context.message.get("User-Agent") or ""

    def gete_au(self) -> str:
        credentials = self._k.context.message.get("Proxy-Authorization") or self._k.context.message.get("Authorization")
        _, _, rest = (credentials or "").partition('username="')
        return rest.partition('"')[0]

    def get_furi(self) -> str:
        return self._k.context.message.name_addr("From").uri

    def gete_fuser(self) -> str:
        return parse_uri(self._k.context.message.name_addr("From").uri).user

    def gete_fhost(self) -> str:
        return parse_uri(self._k.context.message.name_addr("From").uri).host

    def gete_tuser(self) -> str:
        return parse_uri(self._k.context.message.name_addr("To").uri).user

    def gete_thost(self) -> str:
        return parse_uri(self._k.context.message.name_addr("To").uri).host

    def gete_cturi(self) -> str:
        value = self._k.context.message.get("Contact")
        return parse_name_addr(value).uri if value is not None else ""

    def get_srcuri(self) -> str:
        source = self._k.context.message.source
        transport = "" if source.transport == "udp" else f";transport={source.transport}"
        return f"sip:{source.host}:{source.port}{transport}"

    def gete_rhost(self) -> str:
        return parse_uri(self._k.context.request.ruri).host


class Hdr(Namespace):
    """Headers as they came in; changes show only in what is sent."""

    def gete(self, name: str) -> str:
        return self._k.context.message.get(name) or ""

    def gete_idx(self, name: str, index: int) -> str:
        return dict(enumerate(self._k.context.message.all(name))).get(index, "")

    def is_present(self, name: str) -> int:
        return 1 if list(self._k.context.message.all(name)) else -1

    def append(self, text: str) -> int:
        """The runtime may append several at once, each with its line end."""
        self._k.context.edits.appended.extend(header_lines(text))
        return 1

    def append_to_reply(self, text: str) -> int:
        self._k.context.reply_headers.extend(header_lines(text))
        return 1


def header_lines(text: str) -> list[tuple[str, str]]:
    """Name and value of every line; a line that is none would break the message."""
    if not text.endswith("\r\n"):
        raise gap(f"a header without line end: {text!r}")
    lines = []
    for line in text[:-2].split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or not name.replace("-", "").isalnum() or "\n" in line or "\r" in line:
            raise gap(f"not a header: {line!r}")
        lines.append((name, value.strip()))
    return lines


class Siputils(Namespace):
    """Questions about a message."""

    def has_totag(self) -> int:
        return 1 if self._k.context.message.name_addr("To").parameter("tag") else -1


class Maxfwd(Namespace):
    """Max-Forwards."""

    def process_maxfwd(self, limit: int) -> int:
        value = self._k.context.message.get("Max-Forwards")
        return -1 if value is not None and int(value) == 0 else 1


class Sanity(Namespace):
    """The messages of the fake are well formed."""

    def sanity_check(self, message_checks: int, uri_checks: int) -> int:
        return 1


class Pike(Namespace):
    """Floods happen when a test says so."""

    def pike_check_req(self) -> int:
        return -1 if self._k.flooded else 1


class Sdpops(Namespace):
    """Bodies."""

    def sdp_content(self) -> int:
        return 1 if self._k.context.message.body.startswith("v=0") else -1


class Sl(Namespace):
    """Answers; with a transaction they are the transaction's."""

    def send_reply(self, code: int, reason: str) -> int:
        context = self._k.context
        if context.route not in ("request", "failure"):
            raise gap(f"send_reply in a {context.route} route")
        if "\r" in reason or "\n" in reason:
            raise gap(f"a reason phrase of two lines: {reason!r}")
        if context.transaction is None:
            self._k.answer_statelessly(context, code, reason)
            return 1
        self._k.answer(context.transaction, code, reason, None, Edits(), context.reply_headers)
        return 1

    def sl_reply_error(self) -> int:
        return self.send_reply(500, "I'm terribly sorry, server error occurred (1/SL)")


def unknown(name: str) -> NoReturn:
    """A name directly below KSR that the fake does not have."""
    raise gap(f"KSR.{name} is unknown to the fake")
