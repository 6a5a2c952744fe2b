"""A simulated Kamailio: the module ``KSR`` with the functions the runtime uses, and the machine behind them.

It knows what the runtime needs and nothing else; anything it does not know ends the test (``strict``).
"""

from .kamailio import Configuration, Contact, Kamailio
from .module import MODULES, FakeKsr, install
from .routing_functions import proof
from .sip import Address, Message, NameAddr, Uri, parse_name_addr, parse_uri
from .strict import GAPS, GapError
from .transactions import Branch

__all__ = [
    "GAPS",
    "MODULES",
    "Address",
    "Branch",
    "Configuration",
    "Contact",
    "FakeKsr",
    "GapError",
    "Kamailio",
    "Message",
    "NameAddr",
    "Uri",
    "install",
    "parse_name_addr",
    "parse_uri",
    "proof",
]
