"""The routing graph every pass and every target works on."""

from .nodes import (
    DialPlan,
    Entry,
    Identity,
    MediaRelay,
    Node,
    NodeId,
    NumberBlock,
    Phone,
    Platform,
    Program,
    Reject,
    Socket,
    Tenant,
    Trunk,
    User,
)

__all__ = [
    "DialPlan",
    "Entry",
    "Identity",
    "MediaRelay",
    "Node",
    "NodeId",
    "NumberBlock",
    "Phone",
    "Platform",
    "Program",
    "Reject",
    "Socket",
    "Tenant",
    "Trunk",
    "User",
]
