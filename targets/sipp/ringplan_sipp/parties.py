"""Who lives at which address of the lab."""

from __future__ import annotations

from .scenario import Observed


class Parties:
    """Phones and trunks by the address they were seen at."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        by_host: dict[str, set[str]] = {}
        for endpoint, party in observed.parties.items():
            by_host.setdefault(host(endpoint), set()).add(party)
        self._alone = {place: next(iter(owners)) for place, owners in by_host.items() if len(owners) == 1}
        self.hosts = frozenset(by_host)
        """Addresses on which phones and trunks live."""

    def at(self, endpoint: str) -> str | None:
        """The phone or trunk at ``address:port``; None: the exchange, a relay or a stranger.

        A connection from another port of a host that only one party lives on is that party's (TCP).
        """
        return self._observed.parties.get(endpoint) or self._alone.get(host(endpoint))

    def is_caller(self, endpoint: str) -> bool:
        """Whether the calling party is at ``address:port``."""
        if endpoint == self._observed.caller:
            return True
        party = self.at(self._observed.caller)
        return party is not None and self.at(endpoint) == party


def host(endpoint: str) -> str:
    """The address of ``address:port``."""
    return endpoint.rpartition(":")[0]
