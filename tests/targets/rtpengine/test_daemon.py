"""A real rtpengine accepts the configuration and answers."""

import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ringplan.diagnostics import Span
from ringplan.ir import MediaRelay, Platform, Socket
from ringplan_rtpengine import TARGET, command

pytestmark = pytest.mark.integration

NOWHERE = Span("platform.yaml", 1, 1, 1, 1)
HOST = "127.0.30.17"
OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.30.18\r\ns=-\r\nc=IN IP4 127.0.30.18\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Relay:
    """A running daemon."""

    process: subprocess.Popen[bytes]
    port: int

    def ng(self, request: bytes, timeout_s: float = 1.0) -> bytes:
        """One request of the ng control protocol and its answer, without the cookie."""
        cookie = secrets.token_hex(8).encode() + b" "  # a repeated one gets the old answer
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(timeout_s)
            client.connect((HOST, self.port))
            client.send(cookie + request)
            return client.recv(65535).removeprefix(cookie)


def text(value: str) -> bytes:
    """A bencoded string."""
    return f"{len(value.encode())}:{value}".encode()


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    bundle = tmp_path_factory.mktemp("bundle")
    relay = MediaRelay("east", HOST, free_port(), HOST, 42000, 42099, 1, NOWHERE)
    sockets = (Socket("udp", "127.0.30.1", 5060, NOWHERE),)
    platform = Platform("lab", "lab.example", sockets, 2, 16, 600, 200, 2, (relay,), "EF", (), NOWHERE)
    for artifact in TARGET.emit_shared(platform):
        path = bundle / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    log = (bundle / "log").open("wb")
    process = subprocess.Popen(command(bundle, "east"), stdout=log, stderr=subprocess.STDOUT)
    running = Relay(process, relay.control_port)
    try:
        wait_until_it_answers(running, bundle / "log")
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        log.close()


def wait_until_it_answers(relay: Relay, log: Path) -> None:
    for _ in range(100):
        assert relay.process.poll() is None, log.read_text(errors="replace")
        try:
            relay.ng(b"d7:command4:pinge", timeout_s=0.2)
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("rtpengine did not answer within 20 s")


def test_it_answers_a_ping(relay: Relay) -> None:
    assert relay.ng(b"d7:command4:pinge") == b"d6:result4:ponge"


def test_it_stays_in_the_foreground(relay: Relay) -> None:
    assert relay.process.poll() is None


def test_an_offer_gets_a_port_of_the_range_and_the_deleted_call_is_gone_at_once(
    relay: Relay,
) -> None:
    call = b"7:call-id4:test8:from-tag1:a"
    answer = relay.ng(b"d" + call + b"7:command5:offer3:sdp" + text(OFFER) + b"e").decode()
    port = re.search(r"c=IN IP4 127\.0\.30\.17\r\n.*m=audio (\d+) RTP/AVP 8", answer, re.DOTALL)
    assert port is not None, answer
    assert 42000 <= int(port[1]) <= 42099
    assert b"6:result2:ok" in relay.ng(b"d" + call + b"7:command6:deletee")
    assert b"Unknown call-id" in relay.ng(b"d" + call + b"7:command5:querye")


def test_its_voice_packets_carry_the_mark(relay: Relay) -> None:
    """One packet through the relay; the receiver reads the TOS byte the kernel hands it."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b,
    ):
        for party in (a, b):
            party.bind(("127.0.30.18", 0))
            party.settimeout(2)
        b.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        call = b"7:call-id4:mark8:from-tag1:a"
        sdp = {party: OFFER.replace("4000", str(party.getsockname()[1])) for party in (a, b)}
        relay.ng(b"d" + call + b"7:command5:offer3:sdp" + text(sdp[a]) + b"e")
        answered = relay.ng(b"d" + call + b"6:to-tag1:b7:command6:answer3:sdp" + text(sdp[b]) + b"e").decode()
        relay_port = re.search(r"m=audio (\d+)", answered)
        assert relay_port is not None, answered
        a.sendto(b"\x80\x08" + bytes(10) + bytes(160), (HOST, int(relay_port[1])))
        _, ancillary, _, _ = b.recvmsg(2048, 64)
        relay.ng(b"d" + call + b"7:command6:deletee")
    assert ancillary == [(socket.IPPROTO_IP, socket.IP_TOS, bytes([184]))]
