"""``report``: a fleet as static pages for people; no network, no scripts, the same bytes for the same manifests."""

from .pages import Site, site

__all__ = ["Site", "site"]
