"""A click arrives: the user's phones are rung, if he may."""

from __future__ import annotations

import secrets

import KSR

from .. import clock, numbering
from ..errands import OWN_PHONES, Errand
from . import claims, table
from .clicks import DENIED, EMERGENCY, TOO_SOON, Click, RefusalError, answer, authorize, parsed, read
from .events import Ordered
from .session import Session
from .shell import Shell
from .states import NEW

_APART_MS = 3_000
"""The least time between two clicks of a user: nobody clicks faster on purpose."""


def received(shell: Shell) -> None:
    """A datagram arrived; programs on other machines get no answer."""
    source, here = str(KSR.kx.get_srcip()), shell.desk.host
    if source != here and not (source.startswith("127.") and here.startswith("127.")):
        return
    request: object = None
    refusal = None
    try:
        request = parsed(str(KSR.kx.get_msgbuf()))
        click = read(request)
        authorize(click, shell.desk.core.index.click(click.user))
        _begin(shell, click)
    except RefusalError as error:
        refusal = error
    ours = f"udp:{here}:{shell.desk.clicks_port}"
    KSR.corex.sendx(f"sip:{source}:{KSR.kx.get_srcport()}", ours, answer(request, refusal))


def _begin(shell: Shell, click: Click) -> None:
    tenant_id = click.user.partition("/")[0]
    tenant = shell.desk.tenant(tenant_id)
    if tenant is None:
        raise RefusalError(DENIED, "the user or the token is wrong")
    if isinstance(numbering.analyse(tenant, click.user, click.number), numbering.Emergency):
        raise RefusalError(EMERGENCY, "emergency numbers have to be dialled on the phone")
    now = int(clock.now())
    errand = Errand(OWN_PHONES, tenant_id, click.user, click.user, click.number, called=click.number, moment=now)
    session = Session(secrets.token_hex(16), tenant_id, click.user, NEW, errand._asdict(), now)
    name = f"click {click.user}"
    if not claims.take(name, session.id):
        raise RefusalError(TOO_SOON, f"the user has clicked less than {_APART_MS // 1000} seconds ago")
    claims.release(name, _APART_MS)
    with table.locked(session.id):
        shell.begin(session)
        with shell.opened(session.id) as kept:
            assert kept is not None
            shell.feed(kept, Ordered())
