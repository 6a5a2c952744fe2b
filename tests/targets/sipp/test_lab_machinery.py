"""The parts of the lab that need no exchange: processes, bystanders, the plan, and what it says when it cannot work."""

from __future__ import annotations

import itertools
import os
import socket
import struct
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ringplan.interpreter import Call, FromPhone, PhoneState, TrunkState, World, route
from ringplan.ir import Program
from ringplan_sipp import bystanders, processes
from ringplan_sipp.calls import sipp_command
from ringplan_sipp.capture import Capture, lane_filter
from ringplan_sipp.casting import Stage, cast
from ringplan_sipp.errors import LabError
from ringplan_sipp.lab import Lab
from ringplan_sipp.relocate import relocate
from ringplan_sipp.scenario import Scenario, Shape
from ringplan_sipp.timing import assign, time_limit
from ringplan_sipp.wire import Packet

DESK = "novak/users/novakova/phones/desk"
RECEPTION = "novak/users/reception/phones/desk"


def scene(program: Program, number: int, world: World) -> Scenario:
    call = Call(FromPhone(DESK), "1200")
    return Scenario(f"s{number}", "x", "novak", call, world, route(program, call, world), Shape.TALK)


# -- what it says


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabError) as caught, Lab(program, lanes=1):
        pass
    assert str(caught.value) == "`kamailio` is not installed; on Debian: `sudo apt install kamailio`"


@pytest.mark.parametrize("name", list(processes.PACKAGES))
def test_every_program_has_a_package(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabError, match=f"`{name}` is not installed; .*apt install {processes.PACKAGES[name]}`"):
        processes.require_tools([name])


@pytest.mark.parametrize(("transport", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)])
def test_a_port_in_use_names_the_process(transport: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if transport == "tcp":
            taken.listen()
        port = taken.getsockname()[1]
        assert processes.is_bound(transport, "127.0.0.1", port)
        with pytest.raises(LabError) as caught:
            processes.require_free([(transport, "127.0.0.1", port)])
    assert f"{transport}:127.0.0.1:{port} cannot be used (Address already in use by process {os.getpid()} (" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)
    assert not processes.is_bound(transport, "127.0.0.1", port)
    processes.require_free([(transport, "127.0.0.1", port)])


@pytest.mark.parametrize(("first", "lanes"), [(0, 1), (255, 2)])
def test_lanes_have_numbers_of_addresses(program: Program, first: int, lanes: int) -> None:
    with pytest.raises(LabError, match="lanes are numbered 1 to 255"):
        Lab(program, first_lane=first, lanes=lanes)


# -- processes


def test_a_process_that_ends_at_once_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such option'); raise SystemExit(3)"]
    child = processes.spawn("exchange", command, tmp_path / "log")
    with pytest.raises(LabError, match=r"^exchange ended at its start:\nno such option$"):
        processes.wait_until(lambda: False, [child], 10, "the exchange")
    processes.stop([child])


def test_waiting_is_bounded(tmp_path: Path) -> None:
    child = processes.spawn("exchange", ["sleep", "60"], tmp_path / "log")
    with pytest.raises(LabError, match=r"^the exchange did not answer within 0\.1 s"):
        processes.wait_until(lambda: False, [child], 0.1, "the exchange")
    begin = time.monotonic()
    processes.stop([child])
    assert time.monotonic() - begin < 3
    assert not child.running()


def test_stopping_takes_the_whole_group_even_if_it_does_not_want_to(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 60 & echo $!; wait; wait"
    child = processes.spawn("stubborn", ["sh", "-c", script], tmp_path / "log")
    while not (grandchild := child.tail()):
        time.sleep(0.01)
    processes.stop([child], patience=0.2)
    assert not _lives(int(grandchild))


def test_waiting_for_one_or_for_all(tmp_path: Path) -> None:
    quick = processes.spawn("quick", ["true"], tmp_path / "a")
    slow = processes.spawn("slow", ["sleep", "60"], tmp_path / "b")
    assert processes.wait_for([quick, slow], 5, any_of=True)
    assert not processes.wait_for([quick, slow], 0.1)
    slow.kill()
    assert processes.wait_for([quick, slow], 5)
    processes.stop([quick, slow])


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# -- bystanders


def test_an_idle_phone_is_busy() -> None:
    invite = (
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=1\r\nv: SIP/2.0/UDP y;branch=2\r\nFrom: <sip:c@d>;tag=1"
        "\r\nTo: <sip:a@b>\r\nCall-ID: q\r\nCSeq: 7 INVITE\r\nContact: <sip:c@d>\r\nContent-Length: 3\r\n\r\nv=0"
    )
    assert bystanders.busy(invite) == (
        "SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP x;branch=1\r\nv: SIP/2.0/UDP y;branch=2\r\nFrom: <sip:c@d>;tag=1\r\n"
        "To: <sip:a@b>;tag=bystander\r\nCall-ID: q\r\nCSeq: 7 INVITE\r\nContent-Length: 0\r\n\r\n"
    )


def test_bystanders_answer_for_idle_parties_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange:
        exchange.bind(("127.0.0.1", 0))
        exchange.settimeout(0.3)
        source = f"127.0.0.1:{exchange.getsockname()[1]}"
        invite = b"INVITE sip:a@b SIP/2.0\r\nCall-ID: q\r\n\r\n"
        with bystanders.Bystanders({"127.0.0.2:5999": "idle"}, (), ()) as all_of_them:
            all_of_them(Packet(0, source, "127.0.0.3:5999", "udp", 0, 0, invite))
            all_of_them(Packet(0, source, "127.0.0.2:5999", "udp", 0, 0, b"ACK sip:a@b SIP/2.0\r\n\r\n"))
            with pytest.raises(TimeoutError):
                exchange.recv(1000)
            all_of_them(Packet(0, source, "127.0.0.2:5999", "udp", 0, 0, invite))
            answer, sender = exchange.recvfrom(1000)
    assert answer.startswith(b"SIP/2.0 486 ")
    assert sender == ("127.0.0.2", 5999)


# -- the plan


def test_the_plan_is_even_and_always_the_same(program: Program) -> None:
    place = relocate(program, 47)
    slow = World(phones={RECEPTION: PhoneState.SILENT})
    scenarios = [scene(program, n, slow if n % 4 == 0 else World()) for n in range(12)]
    plans = assign(scenarios, 3, place)
    assert sorted(s.id for plan in plans for s in plan) == sorted(s.id for s in scenarios)
    assert [sum(s.world == slow for s in plan) for plan in plans] == [1, 1, 1]
    assert plans == assign(scenarios, 3, place)


def test_the_time_limit_follows_what_is_waited_for(program: Program) -> None:
    place = relocate(program, 47)
    ordinary = time_limit(scene(program, 1, World()), place)
    silent = time_limit(scene(program, 1, World(phones={RECEPTION: PhoneState.SILENT})), place)
    call = Call(FromPhone(DESK), "0602111222")
    world = World(trunks={"alpha": TrunkState.SILENT, "beta": TrunkState.SILENT})
    out = time_limit(Scenario("x", "x", "novak", call, world, route(program, call, world)), place)
    assert silent == ordinary + 5.0
    assert out == ordinary + 2.0


def test_sipp_is_bound_to_the_lane_and_ends_by_itself(program: Program) -> None:
    place = relocate(program, 47)
    scenario = replace(scene(program, 1, World()), transport="tcp")
    sounds = {"caller": Path("/a"), "callee": Path("/b")}
    found = cast(scenario, Stage(place, dict.fromkeys(place.phones, "s"), sounds), "t")
    command = sipp_command(found.caller, Path("/x/t.xml"), "127.0.47.10:5060", 5.0)
    assert command[-1] == "127.0.47.10:5060"
    options = dict(itertools.pairwise(command))
    assert {options[o] for o in ("-i", "-mi", "-ci")} == {place.phones[DESK].host}
    assert (options["-t"], options["-timeout"], options["-auth_uri"]) == ("t1", "7s", "1200@novak.voice.example")


# -- the capture


def test_the_filter_is_whole() -> None:
    code = lane_filter(40, 43)
    steps = [struct.unpack_from("HBBI", code, at) for at in range(0, len(code), 8)]
    for index, (_, yes, no, _) in enumerate(steps):
        assert index + 1 + max(yes, no) <= len(steps)
    assert [value for operation, _, _, value in steps if operation == 6] == [0xFFFF, 0]
    assert 40 in {value for *_, value in steps}
    assert 43 in {value for *_, value in steps}


@pytest.mark.integration
def test_the_capture_sees_what_its_lanes_send_and_get_once_and_no_more(lane: int) -> None:
    with Capture(range(lane, lane + 1)) as capture, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((f"127.0.{lane}.2", 0))
        begin = capture.begin(lane)
        hosts = (f"127.0.{lane}.3", f"127.1.{lane}.3", f"127.0.{lane - 1}.3", f"127.0.{lane + 1}.3", "127.0.0.1")
        for host in hosts:
            sock.sendto(b"to " + host.encode(), (host, 5999))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
            outside.bind(("127.0.0.1", 0))
            outside.sendto(b"from outside to outside", ("127.0.0.2", 5999))
        capture.settle(lane, 0.1, 2)
        taken = capture.taken(lane)
    assert [packet.payload for packet in taken if packet.transport == "udp"] == [
        b"to " + host.encode() for host in hosts
    ]
    assert taken[0].time >= begin


@pytest.mark.integration
def test_a_slice_begins_and_ends_where_it_should(lane: int) -> None:
    with Capture(range(lane, lane + 1)) as capture, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(300):
            sock.sendto(b"before", (f"127.0.{lane}.3", 5999))
            capture.begin(lane)
            sock.sendto(str(number).encode(), (f"127.0.{lane}.3", 5999))
            assert [packet.payload for packet in capture.taken(lane)] == [str(number).encode()]


@pytest.mark.integration
def test_a_packet_has_the_time_it_was_sent_however_late_it_is_looked_at(lane: int) -> None:
    with Capture(range(lane, lane + 1)) as capture, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        begin = capture.begin(lane)
        capture.listen(lane, lambda packet: time.sleep(0.4) if packet.payload == b"first" else None)
        sock.sendto(b"first", (f"127.0.{lane}.3", 5999))
        sock.sendto(b"second", (f"127.0.{lane}.3", 5999))
        sent = time.monotonic()
        first, second = capture.taken(lane)
    assert begin <= first.time <= second.time <= sent + 0.01


@pytest.mark.integration
def test_a_listener_that_fails_does_not_go_unnoticed(lane: int) -> None:
    def listen(packet: Packet) -> None:
        raise ValueError("broken")

    with Capture(range(lane, lane + 1)) as capture, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        capture.listen(lane, listen)
        sock.sendto(b"x", (f"127.0.{lane}.3", 5999))
        with pytest.raises(LabError, match="the capture has failed: broken"):
            capture.taken(lane)


@pytest.mark.integration
def test_without_the_right_to_watch_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise PermissionError

    monkeypatch.setattr("ringplan_sipp.capture.socket.socket", refuse)
    with pytest.raises(LabError, match="CAP_NET_RAW: run as root, or"), Capture(range(40, 41)):
        pass
