"""Click-to-dial from this machine: asks the attendant of a site to call a user, then what he wants to dial."""

from __future__ import annotations

import json
import runpy
import socket
from pathlib import Path

from .generation import SiteError

_TIMEOUT_S = 2.0


def click(site: Path, user: str, token: str, number: str) -> None:
    """Rings the phones of ``user`` (``novak/users/novakova``); when he answers, ``number`` is dialled for him.

    Returns when they ring. Raises SiteError with what the attendant says otherwise.
    """
    address = _address(site)
    params = {"user": user, "token": token, "number": number}
    request = {"jsonrpc": "2.0", "method": "click_to_dial", "params": params, "id": 1}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(_TIMEOUT_S)
        channel.connect(address)
        try:
            channel.send(json.dumps(request).encode())
            answer = json.loads(channel.recv(1 << 16))
        except (OSError, ValueError) as error:
            raise SiteError(f"the attendant does not answer at {address[0]}:{address[1]}: {error}") from error
    if "error" in answer:
        raise SiteError(f"not dialled: {answer['error'].get('message')}")


def _address(site: Path) -> tuple[str, int]:
    """Where the site's current generation takes clicks."""
    data = site / "current" / "exchange" / "platform.py"
    if not data.is_file():
        raise SiteError(f"{site} is no site: nothing has been activated there")
    attendant = runpy.run_path(str(data))["ATTENDANT"]
    if attendant is None or not attendant[3]:
        raise SiteError("platform.yaml names no port for clicks (`attendant.clicks`)")
    return attendant[0], attendant[3]
