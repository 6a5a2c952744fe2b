"""A new generation takes effect in a running Kamailio; a broken one changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.program import SPAN, program, secrets
from tests.targets.kamailio.sip_client import Endpoint
from tests.targets.kamailio.stack import Stack, write_bundle

from ringplan.ir import Entry, Program
from ringplan_kamailio import site

pytestmark = pytest.mark.integration


@pytest.fixture
def bob(stack: Stack) -> Iterator[Endpoint]:
    """A phone that calls."""
    with Endpoint(
        f"127.0.{lane()}.11", (f"127.0.{lane()}.1", 5060), user="bob-desk", password="pw of bob-desk"
    ) as phone:
        yield phone


def with_extension(extension: str) -> Program:
    """The program in which Ann also has this extension."""
    base = program(lane())
    tenant = base.tenants[0]
    entries = tuple(sorted((*tenant.extensions, Entry(extension, "novak/users/ann", SPAN)), key=lambda e: e.key))
    return replace(base, tenants=(replace(tenant, extensions=entries),))


def activate(stack: Stack, changed: Program, spoil: Callable[[Path], None] = lambda _: None) -> None:
    """Activates a changed program and reloads; ``spoil`` may damage the generation before it is loaded."""
    bundle = write_bundle(changed, stack.folder / "next")
    site.activate(bundle, stack.site, secrets(changed.tenants))
    spoil((stack.site / "current").resolve() / "exchange")
    site.reload(stack.site)


def settle(stack: Stack) -> None:
    """Until both UDP workers have dealt with the current generation.

    A worker does so at a message of its own, unless another worker is at it just then.
    """
    generation = f"generation {(stack.site / 'current').resolve().name} "
    headers = "From: <sip:x@y>;tag=1\r\nTo: <sip:y>\r\n"
    with Endpoint(f"127.0.{lane()}.30", (f"127.0.{lane()}.1", 5060)) as trunk:  # has no flood limit
        for turn in range(200):
            if stack.log.read_text("utf-8", "replace").count(generation) >= stack.program.platform.workers:
                return
            for number in range(20):  # at once, or the same worker takes them all
                trunk.request("OPTIONS", f"sip:127.0.{lane()}.1", f"{turn}-{number}", headers)
            for _ in range(20):
                trunk.expect(200)
    raise AssertionError(f"not every worker dealt with {generation}")


def answers(stack: Stack, bob: Endpoint, extension: str) -> set[str]:
    """What the workers say to a call; ``Temporarily Unavailable`` when they know the extension."""
    settle(stack)
    return {bob.invite(extension).rejected().reason for _ in range(8)}


def damage(path: str, text: str | None) -> Callable[[Path], None]:
    """Replaces a file of a generation, and its compiled form; None: removes it."""

    def spoil(exchange: Path) -> None:
        file = exchange / path
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()
        file.unlink()
        if text is not None:
            file.write_text(text, "utf-8")

    return spoil


def test_good_generation_takes_effect(stack: Stack, bob: Endpoint) -> None:
    assert {bob.invite("1301").rejected().reason for _ in range(8)} == {"Not Found"}
    activate(stack, with_extension("1301"))
    assert answers(stack, bob, "1301") == {"Temporarily Unavailable"}


@pytest.mark.parametrize(
    "spoil",
    [
        damage("ringplan_runtime/exchange.py", "def ("),
        damage("ringplan_runtime/requests.py", "raise SystemExit(1)\n"),
        damage("ringplan_runtime/core.py", None),
        damage("platform.py", "FORMAT = 99\n"),
        damage("tenants/novak.py", None),
        damage("../accounts.sqlite", "no database"),
        damage("../token.key", None),
    ],
    ids=["syntax", "exit", "module-missing", "format", "tenant-missing", "index", "key"],
)
def test_broken_generation_changes_nothing(stack: Stack, bob: Endpoint, spoil: Callable[[Path], None]) -> None:
    activate(stack, with_extension("1302"))
    assert answers(stack, bob, "1302") == {"Temporarily Unavailable"}
    activate(stack, with_extension("1303"), spoil)
    assert answers(stack, bob, "1303") == {"Not Found"}
    assert answers(stack, bob, "1302") == {"Temporarily Unavailable"}
    assert stack.alive
    assert " refused: Traceback" in stack.log.read_text("utf-8", "replace")
    activate(stack, with_extension("1304"))
    assert answers(stack, bob, "1304") == {"Temporarily Unavailable"}


def test_call_goes_on_over_a_reload(stack: Stack, bob: Endpoint) -> None:
    host = f"127.0.{lane()}.10"
    with Endpoint(host, (f"127.0.{lane()}.1", 5060), user="ann-desk", password="pw of ann-desk") as ann:
        assert ann.register().code == 200
        call = bob.invite("1201")
        invite = ann.expect("INVITE")
        ann.reply(invite, 180, "Ringing")
        activate(stack, with_extension("1305"))
        settle(stack)
        answer = call.rejected()  # a failure route of the new generation, a call of the old one
        assert answer.reason == "No Answer"
        assert ann.register(expires=0).code == 200


def test_many_reloads(stack: Stack, bob: Endpoint) -> None:
    for _ in range(20):
        activate(stack, program(lane()))
        assert bob.invite("1201").rejected().reason == "Temporarily Unavailable"
    assert stack.alive
