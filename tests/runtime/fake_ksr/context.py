"""What a running handler is looking at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .draft import Draft, Edits
from .sip import Headers, Message

if TYPE_CHECKING:
    from .transactions import Branch, Transaction


@dataclass
class Context:
    """One run of one handler."""

    route: str
    """``request``, ``branch``, ``failure`` or ``reply``."""
    message: Message
    edits: Edits
    flags: set[int]
    variables: dict[str, list[str]]
    """AVPs; the newest value is the last."""
    draft: Draft | None = None
    """Of a request."""
    transaction: Transaction | None = None
    branch: Branch | None = None
    reply_headers: Headers = field(default_factory=list)
    """For the answer of our own."""
    dropped: bool = False
    on: dict[str, str] = field(default_factory=dict)
    """Handlers set for the branches to be opened."""
    timers: tuple[int, int] | None = None
    """fr_inv and fr asked for, milliseconds."""

    @property
    def request(self) -> Draft:
        """The request at hand; a reply is an error."""
        assert self.draft is not None, f"no request in a {self.route} route"
        return self.draft
