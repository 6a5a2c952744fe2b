"""A page as a tree, read so strictly that whatever a browser would have to repair is an error."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

VOID = frozenset({"meta", "link", "br", "hr", "img"})


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {self.get_starttag_text()}"
        element = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def tree(page: bytes) -> Element:
    """The elements of a page; AssertionError when one is not closed or closed in another's place."""
    parser = _Strict()
    parser.feed(page.decode())
    parser.close()
    assert parser.open == [parser.root], f"<{parser.open[-1].tag}> is never closed"
    return parser.root


def words(element: Element) -> str:
    """The text of an element, blanks of every kind as single spaces."""
    return " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


def by_class(root: Element, name: str) -> list[Element]:
    """Every element with a class."""
    return [one for one in root.iter() if name in one.get("class", "").split()]


def by_id(root: Element, name: str) -> Element:
    """The one element with an id."""
    (found,) = [one for one in root.iter() if one.get("id") == name]
    return found


def rows(table: Element) -> list[list[Element]]:
    """The cells of a table's body."""
    (body,) = table.findall("tbody")
    return [[cell for cell in row if cell.tag in ("td", "th")] for row in body.findall("tr")]
