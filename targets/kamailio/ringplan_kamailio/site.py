"""Activating a bundle on a machine, and starting Kamailio from it.

A *site directory* holds what a bundle must not: secrets, indexes and the state of the machine.

```
token.key  uac.key  nonce.key       made once, 0600
generations/<n>/exchange/…          the bundle's exchange folder, with compiled modules
generations/<n>/attendant/…         the bundle's attendant folder, if it has one
generations/<n>/prompts/…           what is played; the media relays read it, so everybody may
generations/<n>/numbers.sqlite      which tenant owns a number or a domain
generations/<n>/accounts.sqlite     HA1 of every phone, 0600
current -> generations/<n>          switched in one step
run/                                pid files and RPC sockets
run/state/                          what hunt groups remember and what is switched, over a restart (state_files)
```
A generation never changes after it is switched to. Workers take the new one over when ``reload`` asks them to.

A bundle with an attendant is run by two Kamailios, one for each *role*.
"""

from __future__ import annotations

import json
import os
import secrets as random
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from . import state_files
from .generation import SiteError, build

__all__ = ["Role", "SiteError", "activate", "command", "environment", "has_attendant", "reload", "rpc"]

Role = Literal["exchange", "attendant"]

KEPT = 3
"""Generations always left on disk: the current one and two to go back to."""
RETIREMENT_S = 600
"""How long ago an older one must have been replaced before it is removed: a worker may be using it until its next
messages, and reads the data of a tenant when a call needs it."""

_KEYS = ("token.key", "uac.key", "nonce.key")
_SHARED_MIB, _PRIVATE_MIB = 256, 16


def activate(bundle: Path, site: Path, secrets: Mapping[str, str]) -> None:
    """Makes ``bundle`` the site's current generation; ``secrets`` are passwords by reference.

    Raises SiteError when the bundle is not whole or a password is missing; the site is unchanged then.
    """
    site.mkdir(parents=True, exist_ok=True, mode=0o711)
    (site / "run").mkdir(exist_ok=True, mode=0o700)
    (site / "run" / "attendant").mkdir(parents=True, exist_ok=True)
    state_files.ensure(site / "run" / "state")
    generations = site / "generations"
    generations.mkdir(exist_ok=True)
    for name in _KEYS:
        _make_key(site / name)
    number = 1 + max((int(path.name) for path in generations.iterdir() if path.name.isdigit()), default=0)
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=generations))
    try:
        previous = _current(site)
        build(bundle, folder, secrets, previous)
        shutil.copyfile(site / "token.key", folder / "token.key")
        (folder / "token.key").chmod(0o600)
        folder.rename(generations / str(number))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _switch(site, number)
    if previous is not None:
        os.utime(previous)  # from now on it is retired
    _prune(generations, number)


def has_attendant(site: Path) -> bool:
    """Whether the current generation has an attendant."""
    return (site / "current" / "attendant" / "kamailio.cfg").is_file()


def command(bundle: Path, site: Path, role: Role = "exchange") -> list[str]:
    """The command that starts a Kamailio in the foreground on the site's current generation, logging to stderr.

    Asked for at every start: it also sees to it that what was kept from the last run can be read.
    """
    state_files.ensure(site / "run" / "state")
    run = _run(site, role)
    return [
        *("kamailio", "-DD", "-E"),
        *("-f", str(site / "current" / role / "kamailio.cfg")),
        *("-Y", str(run), "-P", str(run / "kamailio.pid")),
        *("-m", str(_SHARED_MIB), "-M", str(_PRIVATE_MIB)),
        *("-x", "fm", "-X", "fm"),
    ]


def environment(bundle: Path, site: Path, role: Role = "exchange", *, lab: bool = False) -> dict[str, str]:
    """Variables that ``command`` needs besides the ordinary ones; secret, because they carry two of the site's keys.

    ``lab``: the time may be set from outside.
    """
    return {
        "RINGPLAN_ROLE": role,
        "RINGPLAN_SITE": str(site.absolute()),
        "RINGPLAN_MAIN": str(site.absolute() / "current" / "exchange" / "main.py"),
        "RINGPLAN_RPC": str(_rpc_socket(site, role)),
        "RINGPLAN_STATE": f"text://{site.absolute()}/run/state",
        "RINGPLAN_VEIL": (site / "uac.key").read_text("ascii"),
        "RINGPLAN_NONCE": (site / "nonce.key").read_text("ascii"),
        "RINGPLAN_LAB": "1" if lab else "0",
        # Header names are ASCII; in a UTF-8 locale every pattern is matched twice as slowly, in wide characters.
        "LC_ALL": "C",
    }


def reload(site: Path) -> None:
    """Asks the running Kamailios to take over the current generation; every worker does at its next message."""
    rpc(site, "app_python.reload")
    if has_attendant(site):
        rpc(site, "app_python.reload", role="attendant")


def rpc(site: Path, method: str, *parameters: str | int, role: Role = "exchange", timeout: float = 3.0) -> object:
    """Calls a command of a running Kamailio; SiteError when it does not answer or refuses."""
    request = {"jsonrpc": "2.0", "method": method, "params": list(parameters), "id": 1}
    with (
        tempfile.TemporaryDirectory(prefix="ringplan-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel,
    ):
        channel.bind(str(Path(folder) / "answer"))
        channel.settimeout(timeout)
        try:
            channel.sendto(json.dumps(request).encode(), str(_rpc_socket(site, role)))
            answer = json.loads(channel.recv(1 << 20))
        except OSError as error:
            raise SiteError(f"Kamailio does not answer on {_rpc_socket(site, role)}: {error}") from error
    if "error" in answer:
        raise SiteError(f"Kamailio refuses {method}: {answer['error'].get('message')}")
    result: object = answer["result"]
    return result


def _run(site: Path, role: Role) -> Path:
    return site / "run" if role == "exchange" else site / "run" / role


def _rpc_socket(site: Path, role: Role = "exchange") -> Path:
    """In the site directory, or, because the path of a socket must be short, in the temporary directory."""
    path = _run(site.absolute(), role) / "rpc.sock"
    if len(os.fsencode(path)) < 100:
        return path
    return Path(tempfile.gettempdir()) / f"ringplan-{blake2b(os.fsencode(path), digest_size=8).hexdigest()}.sock"


def _make_key(path: Path) -> None:
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(random.token_hex(32))


def _current(site: Path) -> Path | None:
    link = site / "current"
    return link.resolve() if link.exists() else None


def _switch(site: Path, number: int) -> None:
    """One rename: whoever looks sees the old generation or the new one."""
    link = site / ".current-new"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("generations") / str(number))
    link.replace(site / "current")


def _prune(generations: Path, newest: int) -> None:
    too_old = time.time() - RETIREMENT_S
    for path in generations.iterdir():
        if path.name.isdigit() and int(path.name) <= newest - KEPT and path.stat().st_mtime < too_old:
            shutil.rmtree(path, ignore_errors=True)
