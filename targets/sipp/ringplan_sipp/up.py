"""The stack left running for real phones: the accounts, and waiting for Ctrl-C."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringplan.ir import Program

from .errors import LabError
from .lab import FIRST_LANE, Lab, Lane

_WATCH_S = 1.0
"""How often it is looked whether the stack still runs, seconds."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a person types into a phone."""

    tenant: str
    user: str
    """Name of the user."""
    extension: str
    number: str | None
    account: str
    domain: str
    password: str
    proxy: str
    """Where the phone sends its requests, for example ``127.0.31.10:5060 (udp, tcp)``."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stack that runs."""

    accounts: tuple[Account, ...]
    """Sorted by tenant and extension."""
    lane: Lane

    def wait(self) -> None:
        """Never returns: raises KeyboardInterrupt on Ctrl-C, and LabError when a process of the stack has died."""
        while True:
            self.lane.check()
            time.sleep(_WATCH_S)


@contextmanager
def running(program: Program, listen: str | None = None, lane: int = FIRST_LANE) -> Iterator[Running]:
    """The stack while it runs.

    ``listen``: an IPv4 address of this machine; None: loopback. Raises LabError when the stack cannot run here.
    """
    _require_address(listen)
    with Lab(program, lanes=1, first_lane=lane, listen=listen, watch=False) as lab:
        accounts = sorted(_accounts(lab.lanes[0]), key=lambda a: (a.tenant, a.extension, a.account))
        yield Running(tuple(accounts), lab.lanes[0])


def _require_address(listen: str | None) -> None:
    if listen is None:
        return
    try:
        address = ipaddress.IPv4Address(listen)
    except ValueError:
        raise LabError(f"{listen!r} is not an IPv4 address; give one of this machine, for example 192.0.2.7") from None
    if address.is_unspecified or address.is_multicast:
        raise LabError(f"{listen} is no address phones can send to; give one of this machine, for example 192.0.2.7")


def _accounts(lane: Lane) -> Iterator[Account]:
    sockets = lane.place.program.platform.sockets
    first = sockets[0]
    same = sorted({socket.transport for socket in sockets if (socket.host, socket.port) == (first.host, first.port)})
    proxy = f"{first.host}:{first.port} ({', '.join(reversed(same))})"
    for phone, account in lane.place.accounts.items():
        yield Account(
            tenant=account.tenant.id,
            user=account.user.name,
            extension=account.user.extension,
            number=account.user.number,
            account=account.phone.account,
            domain=account.tenant.domain,
            password=lane.passwords[phone],
            proxy=proxy,
        )


def listing(accounts: Sequence[Account]) -> str:
    """The table of accounts; as wide as it must be, so that everything can be copied."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("account", "domain", "password", "extension", "number", "name"):
        table.add_column(column, no_wrap=True)
    for account in accounts:
        cells = (
            account.account,
            account.domain,
            account.password,
            account.extension,
            account.number or "–",
            account.user,
        )
        table.add_row(*(Text(cell) for cell in cells))
    text = StringIO()
    console = Console(file=text, width=400, no_color=True, highlight=False)
    for proxy in sorted({account.proxy for account in accounts}):
        console.print(Text(f"Outbound proxy: {proxy}"))
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


__all__ = ["FIRST_LANE", "Account", "Running", "listing", "running"]
