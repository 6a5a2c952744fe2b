"""The relays' configuration files: one for each relay, from the platform alone."""

import configparser
from pathlib import Path

import pytest

from ringplan.diagnostics import Span
from ringplan.ir import MediaRelay, Platform, Socket
from ringplan.target import Capability, Target
from ringplan_rtpengine import TARGET, command

NOWHERE = Span("platform.yaml", 1, 1, 1, 1)


def relay(name: str, address: str, control_port: int = 2223) -> MediaRelay:
    return MediaRelay(name, address, control_port, address, 30000, 30999, 1, NOWHERE)


def platform(*relays: MediaRelay, dscp: str = "EF") -> Platform:
    socket = Socket("udp", "127.0.30.1", 5060, NOWHERE)
    return Platform("lab", "lab.example", (socket,), 2, 16, 600, 200, 2, relays, dscp, (), NOWHERE)


def parsed(content: bytes) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(content.decode())
    assert parser.sections() == ["rtpengine"]
    return parser["rtpengine"]


def test_every_relay_has_a_file_with_its_own_addresses() -> None:
    artifacts = TARGET.emit_shared(platform(relay("east", "127.0.30.2"), relay("west", "127.0.30.3", 2224)))
    assert [artifact.path for artifact in artifacts] == ["rtpengine/east.conf", "rtpengine/west.conf"]
    east, west = (parsed(artifact.content) for artifact in artifacts)
    assert (east["interface"], east["listen-ng"]) == ("127.0.30.2", "127.0.30.2:2223")
    assert (west["interface"], west["listen-ng"]) == ("127.0.30.3", "127.0.30.3:2224")
    assert (west["port-min"], west["port-max"]) == ("30000", "30999")


@pytest.mark.parametrize(("dscp", "tos"), [("EF", "184"), ("CS5", "160"), ("AF41", "136"), ("none", "0")])
def test_voice_is_marked(dscp: str, tos: str) -> None:
    (artifact,) = TARGET.emit_shared(platform(relay("east", "127.0.30.2"), dscp=dscp))
    assert parsed(artifact.content)["tos"] == tos


def test_nothing_else_listens_and_nothing_is_written_to_the_machine() -> None:
    (artifact,) = TARGET.emit_shared(platform(relay("east", "127.0.30.2")))
    options = parsed(artifact.content)
    assert [name for name in options if name.startswith("listen")] == ["listen-ng"]
    assert options["table"] == "-1"
    assert options["delete-delay"] == "0"
    assert options.getboolean("foreground")
    assert options.getboolean("log-stderr")
    assert not [value for value in options.values() if "/" in value]


def test_it_is_a_target_that_anchors_media_and_ignores_tenants() -> None:
    target: Target = TARGET
    assert target.name == "rtpengine"
    assert target.capabilities == {Capability.MEDIA_ANCHORING}


def test_the_command_names_the_file_in_the_bundle() -> None:
    assert command(Path("out"), "east") == ["rtpengine", "--config-file=out/rtpengine/east.conf"]
