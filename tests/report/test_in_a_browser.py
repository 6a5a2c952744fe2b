"""The pages in a real browser, narrow and wide: nothing is cut off, and nothing but a figure scrolls sideways."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from ringplan.report import Site

pytestmark = pytest.mark.integration

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PDFTOTEXT = shutil.which("pdftotext")
OFFLINE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic", "--allow-file-access-from-files"),
    *("--virtual-time-budget=120000", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
HARNESS = """<!DOCTYPE html><meta charset="utf-8"><body><pre id="out"></pre><script>
const pages = PAGES, width = WIDTH, found = [];
function look(page, inner) {
  const root = inner.documentElement;
  if (root.scrollWidth > width) found.push([page, "wider than the window", root.scrollWidth]);
  for (const card of inner.querySelectorAll("svg.flow .node")) {
    const box = card.querySelector("rect").getBBox();
    for (const text of card.querySelectorAll("text")) {
      const at = text.getBBox();
      if (at.x < box.x + 8 || at.x + at.width > box.x + box.width - 4 || at.y + at.height > box.y + box.height + 1)
        found.push([page, "leaves its card", text.textContent]);
    }
    const lines = [...card.querySelectorAll("text")].map((text) => [text.getBBox(), text.textContent]);
    lines.forEach(([a, one], at) => lines.slice(at + 1).forEach(([b, other]) => {
      const across = a.x < b.x + b.width && b.x < a.x + a.width;
      const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (across && height > 4) found.push([page, "lies upon another", one + " | " + other]);
    }));
  }
  for (const bar of inner.querySelectorAll("svg.week .bar")) {
    const text = bar.querySelector("text");
    if (text && text.getBBox().width > bar.querySelector("rect").getBBox().width)
      found.push([page, "leaves its bar", text.textContent]);
  }
  for (const cell of inner.querySelectorAll("tbody td, tbody th"))
    if (cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== "none")
      found.push([page, "leaves its cell", cell.textContent.trim()]);
}
async function all() {
  for (const page of pages) {
    const frame = document.createElement("iframe");
    frame.style.cssText = `width:${width}px;height:3000px;border:0`;
    await new Promise((done) => { frame.onload = done; frame.src = page; document.body.append(frame); });
    look(page, frame.contentDocument);
    frame.remove();
  }
  document.getElementById("out").textContent = JSON.stringify({looked: pages.length, found});
}
all();
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_cut_off(pages: Site, tmp_path: Path, width: int) -> None:
    for path, content in pages.pages.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    names = sorted(path for path in pages.pages if path.endswith(".html"))
    harness = HARNESS.replace("PAGES", json.dumps(names)).replace("WIDTH", str(width))
    (tmp_path / "harness.html").write_text(harness, encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *OFFLINE, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width + 40},3200"]
    dumped = subprocess.run(
        [*command, "--dump-dom", (tmp_path / "harness.html").as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    ).stdout
    out = re.search(r'<pre id="out">(.*?)</pre>', dumped, flags=re.DOTALL)
    assert out is not None
    assert out[1], dumped[-2000:]
    seen = json.loads(unescape(out[1]))
    assert seen["looked"] == len(names)
    assert seen["found"] == []


@pytest.mark.skipif(CHROMIUM is None or PDFTOTEXT is None, reason="chromium or pdftotext is not installed")
@pytest.mark.parametrize("page", ["vltava/restrictions.html", "vltava/index.html"])
def test_what_is_printed_keeps_its_words_apart(pages: Site, tmp_path: Path, page: str) -> None:
    for path, content in pages.pages.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert CHROMIUM is not None
    assert PDFTOTEXT is not None
    command = [CHROMIUM, *OFFLINE, f"--user-data-dir={tmp_path / 'profile'}", "--no-pdf-header-footer"]
    paper = tmp_path / "paper.pdf"
    subprocess.run([*command, f"--print-to-pdf={paper}", (tmp_path / page).as_uri()], check=True, timeout=240)
    text = subprocess.run([PDFTOTEXT, "-layout", paper, "-"], check=True, capture_output=True, text=True).stdout
    if page == "vltava/restrictions.html":
        headers = [line.split() for line in text.splitlines() if "premium" in line]
        wanted = ["national", "mobile", "free", "cost", "code", "national", "premium", "SIP", "URI", "unknown"]
        assert all(line[line.index("national") :][: len(wanted)] == wanted for line in headers[:2]), headers
    else:
        assert "+420 222 444 001" in text
        assert not re.search(r"\+420 222 444( |$)(?! ?\d)", text, flags=re.MULTILINE), text
