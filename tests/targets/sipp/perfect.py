"""What the wire would show if the exchange did exactly what is expected of it."""

from __future__ import annotations

from dataclasses import replace

from ringplan.interpreter import Attempt, FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState
from ringplan.ir import Program, User
from ringplan_sipp.scenario import MediaFlow, Message, Observed, Scenario, Shape

_FINALS = {
    PhoneState.BUSY: 486,
    PhoneState.DECLINES: 603,
    PhoneState.REDIRECTS: 302,
    PhoneState.SILENT: 487,
    PhoneState.ANSWERS: 200,
}


class Trace:
    """Writes what the wire would show if the exchange did exactly what is expected of it."""

    EXCHANGE = "127.0.1.10:5060"
    RELAY = "127.0.1.11"

    def __init__(self, scenario: Scenario, program: Program) -> None:
        self.scenario, self.program = scenario, program
        self.tenant = program.tenant(scenario.tenant)
        users = [node for tenant in program.tenants for node in tenant.nodes if isinstance(node, User)]
        phones = [phone.id for user in users for phone in user.phones]
        self.hosts = {phone: f"127.0.1.{100 + i}" for i, phone in enumerate(phones)}
        self.hosts |= {trunk.id: f"127.0.1.{20 + i}" for i, trunk in enumerate(program.platform.trunks)}
        self.messages: list[Message] = []
        self.media: list[MediaFlow] = []
        self.time = 0.0
        origin = scenario.call.origin
        match origin:
            case FromPhone(phone):
                self.caller = f"{self.hosts[phone]}:5060"
                account = next(p.account for user in users for p in user.phones if p.id == phone)
                self.own = f"<sip:{account}@{self.tenant.domain}>"
            case FromTrunk(trunk, number):
                self.caller = f"{self.hosts[trunk]}:5060"
                self.own = f"<sip:{number or 'anonymous'}@carrier.invalid>"
            case FromStranger(domain):
                self.caller = "127.0.1.99:5060"
                self.own = f"<sip:stranger@{domain}>"

    def observed(self) -> Observed:
        """What was seen of the scenario and of the calls that belong to it."""
        seen = self._observed()
        before = tuple(Trace(step, self.program).observed() for step in self.scenario.before)
        meanwhile = tuple(Trace(step, self.program).observed() for step in self.scenario.meanwhile)
        return replace(seen, before=before, meanwhile=meanwhile)

    def _observed(self) -> Observed:
        if self.scenario.shape in (Shape.REGISTER, Shape.REGISTER_WRONG_SECRET):
            self._register()
        else:
            self._call()
        parties = {f"{h}:{p}": party for party, h in self.hosts.items() for p in (5060, 10000)}
        return Observed(tuple(self.messages), tuple(self.media), parties, {"caller": 0}, self.caller)

    def add(self, source: str, destination: str, head: str, headers: dict[str, str], sdp: str = "") -> None:
        """One message, 10 ms after the one before."""
        self.time += 0.01
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        body = f"v=0\r\no=- 1 1 IN IP4 {sdp}\r\ns=-\r\nc=IN IP4 {sdp}\r\nm=audio 10000 RTP/AVP 8\r\n" if sdp else ""
        self.messages.append(
            Message(self.time, source, destination, self.scenario.transport, f"{head}\r\n{fields}\r\n{body}")
        )

    def _leg(self, cseq: str, to_tag: str = "", own: str | None = None, leg: str = "a") -> dict[str, str]:
        dialled = f"<sip:{self.scenario.call.dialled}@{self.tenant.domain}>"
        return {
            "Via": f"SIP/2.0/UDP x;branch=z9hG4bK{leg}{cseq.replace(' ', '')}",
            "From": f"{own or self.own};tag=caller",
            "To": dialled + (f";tag={to_tag}" if to_tag else ""),
            "Call-ID": "call-1",
            "CSeq": cseq,
        }

    def _register(self) -> None:
        contact = {"Contact": f"<sip:phone@{self.caller}>"}
        bound = {"Contact": f"<sip:phone@{self.caller}>;expires=300"}

        def headers(cseq: int, tag: str = "") -> dict[str, str]:
            return self._leg(f"{cseq} REGISTER", tag)

        uri = f"sip:{self.tenant.domain} SIP/2.0"
        wrong = self.scenario.shape is Shape.REGISTER_WRONG_SECRET
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(1) | contact)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 401 Unauthorized", headers(1, "x"))
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(2) | contact)
        final = "SIP/2.0 401 Unauthorized" if wrong else "SIP/2.0 200 OK"
        bound = {} if wrong else bound
        self.add(self.EXCHANGE, self.caller, final, headers(2, "y") | bound)
        ask = {"Call-ID": "listing"}
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(1) | ask)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", headers(1, "z") | ask | bound)

    def _call(self) -> None:
        expected, shape = self.scenario.expected, self.scenario.shape
        uri = f"sip:{self.scenario.call.dialled}@{self.tenant.domain} SIP/2.0"
        sdp = self.caller.split(":")[0]
        self.add(self.caller, self.EXCHANGE, f"INVITE {uri}", self._leg("1 INVITE"), sdp)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 100 trying", self._leg("1 INVITE"))
        attempts = expected.attempts
        for turn, attempt in enumerate(attempts):
            last = turn + 1 == len(attempts)
            self._attempt(attempt, turn)
            if last and shape is Shape.CANCEL:
                self.add(self.caller, self.EXCHANGE, f"CANCEL {uri}", self._leg("1 CANCEL"))
                self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 canceling", self._leg("1 CANCEL", "c"))
            self._over(attempt, turn)
        final = f"SIP/2.0 {expected.code} {expected.reason}"
        body = self.RELAY if expected.code == 200 else ""
        self.add(self.EXCHANGE, self.caller, final, self._leg("1 INVITE", "callee"), body)
        if expected.code == 200:
            self._talk(expected.answered_by[0], self._shown(attempts[-1]))

    def _shown(self, attempt: Attempt) -> str:
        shown = attempt.presented
        domain = "anonymous.invalid" if shown.number == "anonymous" else self.program.platform.domain
        return (f'"{shown.name}" ' if shown.name else "") + f"<sip:{shown.number}@{domain}>"

    def _attempt(self, attempt: Attempt, turn: int) -> None:
        shown, own = attempt.presented, self._shown(attempt)
        asserted = f"<sip:{shown.asserted}@{self.program.platform.domain}>" if shown.asserted else ""
        extra = {"P-Asserted-Identity": asserted, "Privacy": "id" if shown.private else ""}
        extra |= self._forwarded(attempt)
        for target in attempt.targets:
            headers = self._leg("1 INVITE", own=own, leg=f"{target}{turn}") | extra
            host = attempt.request_host or self.hosts[target]
            uri = f"sip:{attempt.request_user or 'contact'}@{host} SIP/2.0"
            self.add(self.EXCHANGE, f"{self.hosts[target]}:5060", f"INVITE {uri}", headers, self.RELAY)
        if attempt.kind == "phones" and attempt.result == "no-answer" and self.scenario.shape is not Shape.CANCEL:
            self.time += attempt.ring_ms / 1000
        trunk = next((t for t in self.program.platform.trunks if t.id == attempt.targets[0]), None)
        if trunk and self.scenario.world.trunk(trunk.id) is TrunkState.SILENT:
            self.time += trunk.answer_timeout_ms / 1000

    def _forwarded(self, attempt: Attempt) -> dict[str, str]:
        """Diversion and History-Info, written by hand."""
        trunk = next((t for t in self.program.platform.trunks if t.id == attempt.targets[0]), None)
        if trunk is None or not attempt.diversions:
            return {}
        numbers = [
            "anonymous@anonymous.invalid"
            if who.number is None
            else f"{who.number if trunk.plus else who.number[1:]}@{self.program.platform.domain}"
            for who in attempt.diversions
        ]
        hidden = [who.private or who.number is None for who in attempt.diversions]
        count = self.scenario.call.diversions + len(numbers)
        values: list[str] = []
        entries: list[str] = []
        for place, who in reversed(list(enumerate(attempt.diversions))):
            counter = "" if values else f";counter={count}"
            privacy = "full" if hidden[place] else "off"
            values.append(f"<sip:{numbers[place]}>;reason={who.reason}{counter};privacy={privacy}")
        causes = {"unconditional": 302, "user-busy": 486, "no-answer": 408, "unavailable": 503, "deflection": 480}
        for place, number in enumerate([*numbers, f"{attempt.request_user}@{attempt.request_host or 'x'}"]):
            cause = f";cause={causes.get(attempt.diversions[place - 1].reason, 302)}" if place else ""
            private = "?Privacy=history" if place < len(hidden) and hidden[place] else ""
            entries.append(f"<sip:{number}{cause}{private}>;index={'.'.join('1' * (place + 1))}")
        found = {"diversion": {"Diversion": ", ".join(values)}, "history_info": {"History-Info": ", ".join(entries)}}
        found |= {"none": {}, "both": found["diversion"] | found["history_info"]}
        return found[trunk.diversion]

    def _over(self, attempt: Attempt, turn: int) -> None:
        """What ends the branches of an attempt that did not answer."""
        for target in attempt.targets if attempt.kind == "phones" else ():
            state = self.scenario.world.phone(target)
            own, leg = self._shown(attempt), f"{target}{turn}"
            if state is PhoneState.SILENT or (state is PhoneState.ANSWERS and self.scenario.shape is Shape.CANCEL):
                headers = self._leg("1 CANCEL", own=own, leg=leg)
                headers["Via"] = self._leg("1 INVITE", leg=leg)["Via"]
                self.add(self.EXCHANGE, f"{self.hosts[target]}:5060", "CANCEL sip:x@y SIP/2.0", headers)
            code = _FINALS.get(state)
            if code is not None:
                headers = self._leg("1 INVITE", "callee", own, leg)
                self.add(f"{self.hosts[target]}:5060", self.EXCHANGE, f"SIP/2.0 {code} x", headers)

    def _to(self, target: str, method: str, cseq: str, own: str, sdp: str = "") -> None:
        headers = self._leg(cseq, "callee", own, target) | self._asked(method)
        self.add(self.EXCHANGE, f"{self.hosts[target]}:5060", f"{method} sip:x@y SIP/2.0", headers, sdp)

    def _asked(self, method: str) -> dict[str, str]:
        return {"Refer-To": f"<sip:{self.scenario.refer_to}@x>"} if method == "REFER" else {}

    def _refer(self, answered: str, own: str) -> None:
        """A REFER of the caller, or of who answered, and what becomes of it."""
        wanted = self.scenario.transfer
        assert wanted is not None
        callee = f"{self.hosts[answered]}:5060"
        final = f"SIP/2.0 {wanted.code} {wanted.reason}"
        caller_asks = self.scenario.shape is Shape.REFER
        source, other = (self.caller, callee) if caller_asks else (callee, self.caller)
        headers = self._leg("15 REFER", "callee", leg="asks")
        if not caller_asks:
            headers |= {"From": "<sip:callee@x>;tag=callee", "To": f"{self.own};tag=caller"}
        self.add(source, self.EXCHANGE, "REFER sip:x@y SIP/2.0", headers | self._asked("REFER"))
        if wanted.code == 202:
            passed = headers | ({"From": f"{own};tag=caller"} if caller_asks else {}) | self._asked("REFER")
            self.add(self.EXCHANGE, other, "REFER sip:x@y SIP/2.0", passed)
        self.add(self.EXCHANGE, source, final, headers)

    def _talk(self, answered: str, own: str) -> None:
        self._to(answered, "ACK", "1 ACK", own)
        ends = {"callee": self.caller.split(":")[0], "caller": self.hosts[answered]}
        for voice, ear in ends.items():
            self.media.append(MediaFlow(f"{self.RELAY}:30000", f"{ear}:10000", 20, ((voice, 20),), 0xB8, self.time))
            self.media.append(MediaFlow(f"{ear}:10000", f"{self.RELAY}:30000", 20, (), 0, self.time))
        if self.scenario.shape is Shape.HOLD:
            for n in (11, 12):
                self._to(answered, "INVITE", f"{n} INVITE", own, self.RELAY)
                self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", self._leg(f"{n} INVITE", "callee"), self.RELAY)
        if self.scenario.transfer is not None:
            self._refer(answered, own)
        if self.scenario.shape is Shape.CALLEE_HANGS_UP:
            headers = self._leg("1 BYE", leg="callee") | {
                "From": "<sip:callee@x>;tag=callee",
                "To": f"{self.own};tag=caller",
            }
            self.add(self.EXCHANGE, self.caller, "BYE sip:x@y SIP/2.0", headers)
            self.add(
                self.EXCHANGE, f"{self.hosts[answered]}:5060", "SIP/2.0 200 OK", headers | {"From": f"{own};tag=caller"}
            )
        else:
            self._to(answered, "BYE", "20 BYE", own)
            self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", self._leg("20 BYE", "callee"))
