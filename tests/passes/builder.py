"""Small manifests for the tests of the passes, and what came of examining them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Sink, Span
from ringplan.diagnostics.codes import CODES
from ringplan.frontend.load import load_platform, load_tenant
from ringplan.passes import examine, lower_platform

HEAD = """\
tenant: novak
name: Novák
country: CZ
time_zone: Europe/Prague
numbers: [+420222333400..449]
licensed_users: 20
"""
PLATFORM = """\
platform: test
domain: ringplan.example
exchange:
  listen: ["udp:127.0.0.10:5060"]
media:
  rtpengines:
    relay: {control: "127.0.0.11:2223", address: 127.0.0.11}
trunks:
  carrier: {address: "127.0.0.20:5060"}
"""


def user(name: str, extension: str = "1204", more: str = "") -> str:
    """One user's line below ``users:``; ``more`` are further fields."""
    rest = f", {more}" if more else ""
    return f"  {name}: {{name: {name}, extension: {extension}, phones: {{desk: {{secret: novak/{name}}}}}{rest}}}\n"


def tenant(*users: str, head: str = HEAD, more: str = "") -> str:
    """A tenant's manifest with these users; by default one without any fault."""
    return head + more + "users:\n" + "".join(users or (user("jana"),))


@dataclass
class Examined:
    """What came of a manifest. Every diagnostic must be claimed by the test that causes it."""

    text: str
    graph: ir.Tenant | ir.Platform | None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def claim(self, code: str) -> Diagnostic:
        """The first diagnostic with this code; it counts as expected from now on."""
        found = next((one for one in self.diagnostics if one.code == code), None)
        assert found is not None, f"{code} was not reported; reported: {self.diagnostics}"
        self.diagnostics.remove(found)
        assert found.severity is CODES[code].severity
        assert found.message[0].islower() or not found.message[0].isalpha()
        assert not found.message.endswith(".")
        assert found.help
        return found

    def at(self, span: Span) -> str:
        """The text a span covers."""
        line = self.text.split("\n")[span.line - 1]
        assert span.end_line == span.line
        return line[span.column - 1 : span.end_column - 1]


@dataclass
class Bench:
    """Examines manifests and remembers them until the end of the test."""

    folder: Path
    examined: list[Examined] = field(default_factory=list)

    def tenant(self, text: str, platform: str | None = PLATFORM) -> Examined:
        """Examine a tenant's manifest; ``platform=None``: the platform has faults of its own."""
        (self.folder / "tenant.yaml").write_text(text, encoding="utf-8")
        sink = Sink()
        loaded = load_tenant(self.folder, self.folder, sink)
        assert loaded is not None, sink.sorted()
        graph = self._lowered(platform)[0] if platform is not None else None
        subject = examine(loaded, graph, sink)
        return self._remember(Examined(text, subject.graph, list(sink.sorted())))

    def platform(self, text: str) -> Examined:
        """Examine a platform's manifest."""
        graph, found = self._lowered(text)
        return self._remember(Examined(text, graph, found))

    def _lowered(self, text: str) -> tuple[ir.Platform | None, list[Diagnostic]]:
        file = self.folder / "platform.yaml"
        file.write_text(text, encoding="utf-8")
        sink = Sink()
        loaded = load_platform(file, self.folder, sink)
        assert loaded is not None, sink.sorted()
        return lower_platform(loaded, sink), list(sink.sorted())

    def _remember(self, examined: Examined) -> Examined:
        self.examined.append(examined)
        return examined
