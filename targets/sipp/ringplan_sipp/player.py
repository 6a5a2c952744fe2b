"""Plays scenarios on the lanes of a lab and collects everything that was seen.

A scenario is played once. There is no second try: a call that fails now and then is a bug, here or in the exchange.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringplan.interpreter import FromPhone, PhoneState, TrunkState

from .bystanders import Bystanders, Repeater
from .casting import Cast, Stage, cast
from .errors import LabError
from .lab import Lab, Lane
from .media import recordings
from .party import Party
from .processes import Child, is_bound, spawn, stop, wait_for
from .relocate import Relocated
from .render import render
from .scenario import Message, Observed, Scenario, Shape
from .wire import Packet, call_id, media_flows, sip_messages

_SETTLE_S = 0.06
"""How long a lane must be quiet before a scenario counts as over."""
_SETTLE_LIMIT_S = 1.5
_GRACE_S = 1.5
"""How long called parties may go on after the caller has ended."""
_BASE_S = 5.0
"""Time allowed to a call that waits for nobody; an ordinary one takes half a second."""
_DEAF_PHONE_S = 6.0
"""What a phone that does not react costs at most: the exchange's transaction timeout and a little."""
_BIND_LIMIT_S = 4.0
_REGISTRATIONS = frozenset({Shape.REGISTER, Shape.REGISTER_WRONG_SECRET})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of playing a scenario."""

    observed: Observed
    seconds: float
    remarks: tuple[str, ...]
    """What SIPp complained about, for whoever looks for the cause of a failure."""


OnPlayed = Callable[[Scenario, Played], None]


class Player:
    """Plays scenarios on one lane, one after the other; used by one thread at a time."""

    def __init__(self, lab: Lab, lane: Lane) -> None:
        self._lab, self._lane = lab, lane
        self._count = 0
        self._earlier: set[str] = set()
        self._recordings = recordings()
        self._running: list[Child] = []
        self._interrupted = threading.Event()
        place = lane.place
        self._parties = place.parties
        self._listening = [end for end in place.trunks.values() if end.transport != "udp"]
        self._idle = {end.sip: end.id for end in (*place.phones.values(), *place.trunks.values())}

    def play(self, scenario: Scenario) -> Played:
        """Plays a scenario. Raises LabError when the lab itself fails."""
        begin = time.monotonic()
        self._lane.check()
        self._prepare(scenario)
        self._count += 1
        tag = f"L{self._lane.number}n{self._count}"
        players = cast(scenario, Stage(self._lane.place, self._lane.passwords, self._lab.sounds), tag)
        _require_different(players)
        capture, lane = self._lab.capture, self._lane.number
        start = capture.begin(lane)
        with self._surroundings(scenario, players):
            exits, remarks = self._perform(scenario, players)
            if scenario.shape in _REGISTRATIONS and scenario.transport == "udp":
                self._lane.registrar.ask(players.caller.endpoint.id)
            capture.settle(lane, _SETTLE_S, _SETTLE_LIMIT_S)
        packets = capture.taken(lane)
        if scenario.shape in _REGISTRATIONS:
            self._lane.registrar.unregister(players.caller.endpoint.id)
        observed = self._observed(players, packets, start, exits)
        return Played(observed, time.monotonic() - begin, remarks)

    def interrupt(self) -> None:
        """Ends the scenario that is being played, and plays no other; callable from another thread."""
        self._interrupted.set()
        for child in list(self._running):
            child.kill()

    def _prepare(self, scenario: Scenario) -> None:
        """Brings the registrations to what the scenario's world says."""
        gone = {phone for phone, state in scenario.world.phones.items() if state is PhoneState.UNREGISTERED}
        if scenario.shape in _REGISTRATIONS and isinstance(scenario.call.origin, FromPhone):
            gone.add(scenario.call.origin.phone)
        try:
            self._lane.registrar.bring(gone & self._lane.place.phones.keys())
        except LabError as error:
            raise LabError(f"{error}; its last lines:\n{self._lane.last_lines()}") from error

    @contextlib.contextmanager
    def _surroundings(self, scenario: Scenario, players: Cast) -> Iterator[None]:
        """Bystanders, and the repeating network where the scenario wants it."""
        taking_part = {party.endpoint.sip for party in (players.caller, *players.called)}
        taking_part |= {endpoint.sip for endpoint in players.silent}
        idle = {place: party for place, party in self._idle.items() if place not in taking_part}
        listening = [end for end in self._listening if end.sip not in taking_part]
        with contextlib.ExitStack() as stack:
            bystanders = stack.enter_context(Bystanders(idle, listening, players.silent))
            listeners: list[Callable[[Packet], None]] = [bystanders]
            if scenario.shape is Shape.RETRANSMIT:
                repeater = Repeater(players.caller.endpoint.sip, bool(players.caller.digest_user))
                stack.callback(repeater.close)
                listeners.append(repeater)

            def listen(packet: Packet) -> None:
                for listener in listeners:
                    listener(packet)

            self._lab.capture.listen(self._lane.number, listen)
            stack.callback(self._lab.capture.listen, self._lane.number, None)
            yield

    def _perform(self, scenario: Scenario, players: Cast) -> tuple[dict[str, int], tuple[str, ...]]:
        """Runs the SIPp processes to their end; exit codes by party, and their complaints."""
        limit = time_limit(scenario, self._lane.place)
        folder = self._lane.folder / "play"
        folder.mkdir(exist_ok=True)
        parties = (*players.called, players.caller)
        try:
            for party in players.called:
                self._start(party, folder, limit)
            self._wait_bound(players.called)
            self._start(players.caller, folder, limit)
            if scenario.shape in _REGISTRATIONS and scenario.transport != "udp":
                self._ask_while_connected(players.caller, limit)
            wait_for(self._running[-1:], limit)
            wait_for(self._running, _GRACE_S)
        finally:
            ended = [not child.running() for child in self._running]
            for child in self._running:
                child.kill()  # asked politely, SIPp would end with 0 as if it had had its call
            stop(self._running)
            children, self._running = self._running, []
        exits = {party.endpoint.id: child.process.returncode for party, child in zip(parties, children, strict=True)}
        remarks = [
            f"{party.endpoint.id}: {'' if over else 'did not end by itself; '}{_complaint(folder, party)}"
            for party, child, over in zip(parties, children, ended, strict=True)
            if child.process.returncode != 0
        ]
        return exits, tuple(remarks)

    def _start(self, party: Party, folder: Path, limit: float) -> None:
        file = folder / f"{party.token}.xml"
        file.write_text(render(party), encoding="ascii")
        command = sipp_command(party, file, self._lane.exchange, limit)
        child = spawn(f"sipp {party.endpoint.id}", command, Path("/dev/null"), death_signal="KILL", folder=folder)
        self._running.append(child)
        if self._interrupted.is_set():  # after the list was complete, so that no child is missed
            raise LabError("interrupted")

    def _ask_while_connected(self, caller: Party, limit: float) -> None:
        """Asks for the contacts before the phone hangs up its connection, with which its contact goes."""
        end = time.monotonic() + limit
        while self._running[-1].running() and time.monotonic() < end:
            packets = self._lab.capture.taken(self._lane.number)
            answers = [p for p in packets if p.destination.startswith(f"{caller.endpoint.host}:")]
            if any(packet.payload.startswith(b"SIP/2.0 200 ") for packet in answers):
                break
            time.sleep(0.005)
        self._lane.registrar.ask(caller.endpoint.id)

    def _wait_bound(self, called: Sequence[Party]) -> None:
        """Waits until every called party listens: an INVITE must not come before."""
        end = time.monotonic() + _BIND_LIMIT_S
        for party, child in zip(called, self._running, strict=True):
            while not is_bound(party.transport, party.endpoint.host, party.endpoint.port):
                if not child.running() or time.monotonic() > end:
                    complaint = _complaint(self._lane.folder / "play", party)
                    raise LabError(f"SIPp does not listen on {party.endpoint.sip} for {party.endpoint.id}: {complaint}")
                time.sleep(0.002)

    def _observed(self, players: Cast, packets: Sequence[Packet], start: float, exits: Mapping[str, int]) -> Observed:
        messages = [message for message in sip_messages(packets, start) if call_id(message.text) not in self._earlier]
        self._earlier.update(call_id(message.text) for message in messages)
        endpoint = players.caller.endpoint
        caller = _caller_place(messages, players.caller) or endpoint.sip
        return Observed(
            messages=tuple(messages),
            media=media_flows(packets, self._recordings, start),
            parties=self._parties if endpoint.id == "stranger" else {**self._parties, caller: endpoint.id},
            exits=dict(exits),
            caller=caller,
        )


def sipp_command(party: Party, file: Path, exchange: str, limit: float) -> list[str]:
    """Arguments of the SIPp process that plays a party."""
    endpoint = party.endpoint
    command = [
        *("sipp", "-sf", str(file), "-m", "1", "-nostdin"),
        *("-r", "1000"),  # calls a second: the first one comes after 1/r s
        *("-i", endpoint.host, "-p", str(endpoint.port), "-t", "u1" if party.transport == "udp" else "t1"),
        *("-mi", endpoint.host, "-mp", str(endpoint.media_port), "-ci", endpoint.host),
        *("-timeout", f"{limit + 2:.0f}s", "-timeout_error", "-max_retrans", "4"),
        *("-trace_err", "-error_file", str(file.with_suffix(".err"))),
    ]
    if party.template == "called":
        return command
    # SIPp puts `sip:` before the digest URI, which a service URN cannot have; the domain is as good.
    uri = party.request_uri.removeprefix("sip:") if party.request_uri.startswith("sip:") else party.domain
    uri = party.domain if party.template == "register" else uri
    return [*command, "-cid_str", f"{party.token}@lab", "-auth_uri", uri, exchange]


def time_limit(scenario: Scenario, place: Relocated) -> float:
    """Seconds after which the caller is given up: what the expected attempts may take, and some."""
    return _BASE_S + waiting_time(scenario, place)


def waiting_time(scenario: Scenario, place: Relocated) -> float:
    """Seconds that the expected attempts spend waiting for parties that do not react."""
    seconds = 0.0
    trunks = {trunk.id: trunk for trunk in place.program.platform.trunks}
    for attempt in scenario.expected.attempts:
        if attempt.kind == "trunk":
            silent = [t for t in attempt.targets if scenario.world.trunk(t) is TrunkState.SILENT]
            seconds += sum(trunks[trunk].answer_timeout_ms for trunk in silent) / 1000
        elif attempt.result in ("no-answer", "unreachable", "busy"):
            states = {scenario.world.phone(phone) for phone in attempt.targets}
            if PhoneState.SILENT in states:
                seconds += max(place.accounts[phone].user.ring_ms for phone in attempt.targets) / 1000
            elif PhoneState.GONE in states:
                seconds += _DEAF_PHONE_S
    return seconds


def assign(scenarios: Sequence[Scenario], lanes: int, place: Relocated) -> list[list[Scenario]]:
    """Which lane plays what: the longest first, each to the lane with the least to do. Same input, same result."""
    plans: list[list[Scenario]] = [[] for _ in range(lanes)]
    loads = [0.0] * lanes
    costs = [(waiting_time(scenario, place) + 0.6, index) for index, scenario in enumerate(scenarios)]
    for cost, index in sorted(costs, key=lambda item: (-item[0], item[1])):
        lane = loads.index(min(loads))
        loads[lane] += cost
        plans[lane].append(scenarios[index])
    return plans


def play_all(lab: Lab, scenarios: Sequence[Scenario], on_played: OnPlayed) -> None:
    """Plays all scenarios, each lane its share one after the other; ``on_played`` runs in the calling thread.

    Raises the first LabError of any lane. Ctrl-C ends the running calls and goes on to the caller.
    """
    results: queue.SimpleQueue[tuple[Scenario, Played] | BaseException | None] = queue.SimpleQueue()
    stopping = threading.Event()
    players = [Player(lab, lane) for lane in lab.lanes]
    plans = assign(scenarios, len(players), lab.lanes[0].place)

    def run(player: Player, plan: Sequence[Scenario]) -> None:
        try:
            for scenario in plan:
                if stopping.is_set():
                    return
                results.put((scenario, player.play(scenario)))
        except BaseException as error:
            results.put(error)
        finally:
            results.put(None)

    threads = [
        threading.Thread(target=run, args=pair, name=f"lane-{lane.number}")
        for pair, lane in zip(zip(players, plans, strict=True), lab.lanes, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        _collect(results, len(threads), on_played)
    finally:
        stopping.set()
        for player in players:
            player.interrupt()
        for thread in threads:
            thread.join()


def _collect(
    results: queue.SimpleQueue[tuple[Scenario, Played] | BaseException | None], lanes: int, on_played: OnPlayed
) -> None:
    while lanes:
        result = results.get()
        if result is None:
            lanes -= 1
        elif isinstance(result, BaseException):
            raise result
        else:
            on_played(*result)


def _require_different(players: Cast) -> None:
    places = [party.endpoint.sip for party in (players.caller, *players.called)]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise LabError(f"{', '.join(twice)} would have to take part twice in one call; the lab cannot play that")


def _complaint(folder: Path, party: Party) -> str:
    """What a SIPp process wrote about its failure, shortened."""
    file = folder / f"{party.token}.err"
    text = file.read_text(errors="replace").strip() if file.exists() else ""
    return text[-600:] or "SIPp gave no reason"


def _caller_place(messages: Sequence[Message], caller: Party) -> str | None:
    """Where the caller's first request came from; over TCP that port is the kernel's choice."""
    host = caller.endpoint.host
    for message in messages:
        if message.source.rpartition(":")[0] == host and call_id(message.text).startswith(caller.token):
            return message.source
    return None
