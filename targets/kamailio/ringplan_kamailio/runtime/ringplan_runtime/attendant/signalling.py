"""Requests of our own: INVITE and CANCEL, and whatever is sent within a dialog."""

from __future__ import annotations

import json
import secrets
import socket

import KSR

from .session import CALLING, Leg

_SEQ = 10
"""CSeq number of the INVITEs the module uac sends."""
_ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY"
ALLOW = f"Allow: {_ALLOW}\r\n"
_MAX_HEADERS = 2_000
"""Characters; module uac takes 2,048 bytes."""
_MAX_BODY = 30_000


def new_leg(uri: str, exchange: str) -> Leg:
    """A leg that is about to be called; its Call-ID says nothing of the session."""
    called = f"sip:attendant@{exchange.removeprefix('sip:')}"
    return Leg(
        call_id=secrets.token_hex(16),
        state=CALLING,
        local_uri=uri,
        remote_uri=called,
        target=called,
        local_seq=_SEQ,
        invite_seq=str(_SEQ),
    )


def invite(leg: Leg, uri: str, exchange: str, headers: str, body: str) -> bool:
    """Sends the INVITE of a leg to the exchange; False when it could not be sent, and then no event follows."""
    headers = f"Contact: <{uri}>\r\n{ALLOW}Max-Forwards: 70\r\nContent-Type: application/sdp\r\n{headers}"
    if len(headers) > _MAX_HEADERS or len(body) > _MAX_BODY:
        return False
    fields = {
        "method": "INVITE",
        "ruri": leg.remote_uri,
        "turi": leg.remote_uri,
        "furi": leg.local_uri,
        "ouri": exchange,
        "callid": leg.call_id,
        "sock": socket_of(uri),
        "hdrs": headers,
        "body": body,
        "evparam": leg.call_id,
    }
    for name, value in fields.items():
        KSR.pv.sets(f"$uac_req({name})", value)
    KSR.pv.seti("$uac_req(evroute)", 1)
    return KSR.uac.uac_req_send() > 0


def cancel(rpc: str, call_id: str, seq: str) -> None:
    """Takes an INVITE of ours back.

    By a command to another process of our own: every function for it leaves the transaction in memory for ever.
    """
    request = json.dumps({"jsonrpc": "2.0", "method": "tm.cancel", "params": [call_id, seq]}).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        try:
            channel.sendto(request, rpc)
        except OSError as error:  # the exchange ends the call by its own timers
            KSR.err(f"an INVITE cannot be taken back: {error}\n")


def within(leg: Leg, uri: str, method: str, headers: str = "", body: str = "") -> bool:
    """Sends a request within a leg's dialog."""
    leg.local_seq += 1
    return _send(leg, uri, method, leg.local_seq, headers, body)


def acknowledge(leg: Leg, uri: str) -> bool:
    """Sends the ACK of a 200 to the INVITE of a leg; only for a second answer, the first one tm acknowledges."""
    return _send(leg, uri, "ACK", int(leg.invite_seq), "", "")


def _send(leg: Leg, uri: str, method: str, seq: int, headers: str, body: str) -> bool:
    lines = [
        f"From: <{leg.local_uri}>;tag={leg.local_tag}",
        f"To: <{leg.remote_uri}>;tag={leg.remote_tag}",
        f"Call-ID: {leg.call_id}",
        f"CSeq: {seq} {method}",
        "Max-Forwards: 70",
        *(f"Route: {route}" for route in leg.route),
    ]
    if method != "BYE":
        lines.append(f"Contact: <{uri}>")
    text = "".join(f"{line}\r\n" for line in lines) + headers
    return KSR.tm.t_uac_send(method, leg.target, _next_hop(leg), socket_of(uri), text, body) > 0


def _next_hop(leg: Leg) -> str:
    return leg.route[0].partition("<")[2].partition(">")[0] if leg.route else leg.target


def socket_of(uri: str) -> str:
    """The socket that has our address."""
    return f"udp:{uri.partition('@')[2]}"
