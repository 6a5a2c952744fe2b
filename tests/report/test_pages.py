"""Every page is sound: well-formed, without network and scripts, with links that lead somewhere, always the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from tests.report.dom import by_class, tree, words
from tests.strategies import programs

from ringplan import ir
from ringplan.report import Site, site

ROOT = Path(__file__).resolve().parents[2]
SVG = "http://www.w3.org/2000/svg"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</text></svg></bdi>",
    "{{ 7 * 7 }}{% raw %}",
    "&amp;&lt;",
    "a" * 80,
    "מוקד שירות",
    "\u202egnp.exe",
    "\u2066x\u2069 \u200b\u0007",
)


def html_of(pages: Site) -> dict[str, bytes]:
    return {path: content for path, content in pages.pages.items() if path.endswith(".html")}


def soundness(pages: Site) -> None:
    """What holds for all pages of all fleets."""
    targets: dict[str, set[str]] = {}
    links: list[tuple[str, str]] = []
    for path, content in html_of(pages).items():
        text = content.decode()
        root = tree(content)
        ids = [one.get("id", "") for one in root.iter() if "id" in one.attrib]
        assert len(ids) == len(set(ids)), path
        targets[path] = set(ids)
        links += [(path, one.get("href", "")) for one in root.iter() if "href" in one.attrib]
        for picture in re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL):
            ElementTree.fromstring(picture)  # noqa: S314 – ours
        assert text.replace(SVG, "").count("://") == 0, path
        assert not {one.tag for one in root.iter()} & {"script", "iframe", "img", "object", "style", "form"}
        assert not [name for one in root.iter() for name in one.attrib if name.startswith("on") or name == "style"]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]", text), path
    for path, href in links:
        page, _, anchor = href.partition("#")
        target = os.path.normpath(str(PurePosixPath(path).parent / page)) if page else path
        assert target in pages.pages, (path, href)
        assert not anchor or anchor in targets[target], (path, href)


def test_the_examples(pages: Site) -> None:
    soundness(pages)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_random_fleets(program: ir.Program) -> None:
    made = site([(tenant, {}) for tenant in program.tenants], 2026)
    soundness(made)
    assert made == site([(tenant, {}) for tenant in program.tenants], 2026)


def hostile(program: ir.Program, name: str) -> Site:
    """The clinic, in which everything that has a name has this one."""
    tenant = program.tenant("klinika")

    def renamed(node: ir.Node) -> ir.Node:
        match node:
            case ir.User():
                identity = replace(node.identity, internal_name=name)
                return replace(node, name=name, identity=identity, department=name, group=name)
            case ir.HuntGroup():
                return replace(node, name=name)
        return node

    changed = replace(tenant, name=name, nodes=tuple(map(renamed, tenant.nodes)))
    labels = {schedule.id: name for schedule in tenant.schedules}
    labels |= {node.id: name for node in tenant.nodes} | {f"klinika/departments/{name}": name}
    return site([(changed, labels)], 2026)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(program: ir.Program, name: str) -> None:
    made = hostile(program, name)
    soundness(made)
    if name.isprintable():
        for path in ("klinika/index.html", "klinika/user-jirik.html", "klinika/schedules.html"):
            assert " ".join(name.split()) in words(tree(made.pages[path])), path


def test_long_names_of_schedules_break_between_words(program: ir.Program, pages: Site) -> None:
    assert b"winter_<wbr/>break</td>" in pages.pages["novak/route-main.html"]
    assert b"&lt;b&gt;_<wbr/>x" in hostile(program, "<b>_x").pages["klinika/schedules.html"]


def test_invisible_characters_are_shown(program: ir.Program) -> None:
    assert "\\u{202e}gnp.exe" in words(tree(hostile(program, "\u202egnp.exe").pages["klinika/index.html"]))


def test_every_node_has_a_page_and_every_key_stands_on_it(program: ir.Program, pages: Site) -> None:
    for tenant in program.tenants:
        for node in tenant.nodes:
            if not isinstance(node, ir.User | ir.HuntGroup | ir.TimeRoute):
                continue
            kind = {ir.User: "user", ir.HuntGroup: "group", ir.TimeRoute: "route"}[type(node)]
            root = tree(pages.pages[f"{tenant.id}/{kind}-{node.id.rsplit('/', 1)[1]}.html"])
            shown = [words(one).replace(" ", "") for one in by_class(root, "key")]
            keys = [entry.key for entry in (*tenant.numbers, *tenant.extensions) if entry.node == node.id]
            assert shown == keys


def test_hash_seeds_leave_no_trace(tmp_path: Path) -> None:
    code = "from ringplan.cli import main; main()"
    for seed in ("1", "2"):
        command = [sys.executable, "-c", code, "report", "examples/tenants", "-o", str(tmp_path / seed)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([*command, "--year", "2026"], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert (tmp_path / "1/report.json").read_bytes() == (tmp_path / "2/report.json").read_bytes()


def test_pages_are_small(pages: Site) -> None:
    sizes = {path: len(content) for path, content in pages.pages.items()}
    assert max(sizes.values()) < 80_000, max(sizes, key=lambda path: sizes[path])


def test_every_picture_has_a_title_and_every_table_says_what_its_cells_are(pages: Site) -> None:
    for path, content in html_of(pages).items():
        root = tree(content)
        for picture in root.iter("svg"):
            assert words(next(picture.iter("title"))) == " ".join(picture.get("aria-label", "").split()), path
        for table in root.iter("table"):
            heads = [one for one in table.iter("th") if one.get("scope") == "col"]
            assert heads, path
            assert all(words(one) for one in heads), path
        assert [one.tag for one in root.iter() if one.tag == "h1"] == ["h1"], path
        assert words(next(root.iter("title"))), path
