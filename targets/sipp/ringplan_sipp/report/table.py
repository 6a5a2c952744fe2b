"""The table on the terminal."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from .ladder import clean
from .summary import Count, Summary, duration

_MAX_COLUMNS = 8
"""Tenants that fit beside each other; with more, only the totals are shown."""
_MAX_FAILURES = 25


def table(summary: Summary) -> Group:
    """Kinds by tenants, the faults of what failed, and the verdict."""
    parts: list[Table | Text] = [_counts(summary)] if summary.results else []
    for result in summary.failures[:_MAX_FAILURES]:
        parts.append(Text(f"✗ {clean(result.scenario.id)}", style="bold red"))
        parts += [Text(f"    {clean(fault)}") for fault in result.faults]
    more = len(summary.failures) - _MAX_FAILURES
    if more > 0:
        parts.append(Text(f"… and {more} more; the report lists them all", style="dim"))
    style = "bold red" if summary.failures or not summary.results else "bold green"
    parts.append(Text.assemble((summary.verdict(), style), (f" {duration(summary.seconds)}", "dim")))
    return Group(*parts)


def _counts(summary: Summary) -> Table:
    tenants = summary.tenants if 1 < len(summary.tenants) <= _MAX_COLUMNS else ()
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_footer=False)
    drawn.add_column("scenarios")
    for name in (*tenants, "all" if tenants else "passed"):
        drawn.add_column(name, justify="right")
    counts = summary.counts
    for kind in (*summary.kinds, ""):
        cells = [_cell(counts.get((kind, tenant))) for tenant in (*tenants, "")]
        drawn.add_row(Text(kind or "all", style="" if kind else "bold"), *cells, end_section=kind == summary.kinds[-1])
    return drawn


def _cell(count: Count | None) -> Text:
    if count is None:
        return Text("–", style="dim")
    return Text(str(count), style="bold red" if count.failed else "green")
