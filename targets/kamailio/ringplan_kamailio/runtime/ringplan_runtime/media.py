"""Media: every call is anchored on an rtpengine."""

from __future__ import annotations

import KSR

_FLAGS = "replace-origin replace-session-connection replace-username replace-session-name ICE=remove"

_AT_ONCE = "delete-delay=0"
"""Ports are free again at once; rtpengine would keep them half a minute."""


def anchor() -> bool:
    """Offers or answers the message's SDP to rtpengine; False when no relay would take it."""
    # rtpengine's module looks for SDP itself; asking first would parse the body of nearly every message twice.
    return KSR.rtpengine.rtpengine_manage(_FLAGS) > 0 or KSR.sdpops.sdp_content() < 0


def release() -> None:
    """Ends the media of the call."""
    KSR.rtpengine.rtpengine_delete(_AT_ONCE)
