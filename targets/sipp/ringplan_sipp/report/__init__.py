"""What came of a verification: a table for the terminal, JUnit XML for CI, HTML for people."""

from __future__ import annotations

from .html import html
from .junit import junit
from .summary import Summary
from .table import table

__all__ = ["Summary", "html", "junit", "table"]
