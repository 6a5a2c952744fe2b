"""Small manifests with masks and plans, and what the pass over them reports."""

from __future__ import annotations

from pathlib import Path

from ringplan.diagnostics import Diagnostic, Sink
from ringplan.frontend.load import LoadedTenant, load_tenant
from ringplan.passes import masks
from ringplan.passes.lower import lower
from ringplan.passes.subject import Subject

HEAD = """\
tenant: novak
name: Novák
country: {country}
time_zone: Europe/Prague
numbers: [+420222333400..449]
licensed_users: 20
"""
USERS = """\
users:
  jana: {name: Jana, extension: 9012, number: +420222333404, phones: {desk: {secret: novak/jana}}}
"""


def load(folder: Path, text: str, country: str = "CZ", users: str = USERS) -> LoadedTenant:
    """A tenant with these lines between head and users."""
    (folder / "tenant.yaml").write_text(HEAD.format(country=country) + text + users, encoding="utf-8")
    sink = Sink()
    loaded = load_tenant(folder, folder, sink)
    assert loaded is not None, sink.sorted()
    return loaded


def reported(folder: Path, text: str, country: str = "CZ", users: str = USERS) -> list[Diagnostic]:
    """What the pass says about a tenant."""
    loaded = load(folder, text, country, users)
    subject = Subject(loaded.manifest, loaded.spans, lower(loaded.manifest, loaded.spans, None), None)
    sink = Sink()
    masks.check(subject, sink)
    return list(sink.sorted())
