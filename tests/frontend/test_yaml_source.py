"""Reading YAML: fast, as text, with spans; what is refused is reported at its place."""

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]

from ringplan.diagnostics import Sink, Span
from ringplan.frontend.decode import MAX_BYTES, MAX_REPORTED
from ringplan.frontend.spans import SpanTable
from ringplan.frontend.yaml_source import MAX_DEPTH, MAX_NODES, Document, read_yaml


def read(text: str | bytes) -> tuple[Document | None, Sink]:
    sink = Sink()
    content = text.encode() if isinstance(text, str) else text
    return read_yaml(content, "t.yaml", sink), sink


def found(text: str | bytes) -> list[tuple[str, int, int]]:
    """Code, line and column of every diagnostic."""
    _, sink = read(text)
    return [(d.code, d.primary.span.line, d.primary.span.column) for d in sink.sorted()]


def document(text: str) -> Document:
    result, sink = read(text)
    assert sink.sorted() == ()
    assert result is not None
    return result


def spans(text: str) -> SpanTable:
    return SpanTable(document(text).entry)


def test_the_c_parser_is_active() -> None:
    assert CParser.__module__ in ("_ruamel_yaml", "_ruamel_yaml_clibz") or "clib" in CParser.__module__
    assert not hasattr(CParser, "fetch_more_tokens"), "this is the pure Python parser"


@pytest.mark.parametrize(
    "scalar", ["+420222333404", "0100", "17:30", "no", "on", "1_000", "1e3", "0x1F", "2024-01-01", "~"]
)
def test_scalars_stay_as_they_are_written(scalar: str) -> None:
    assert document(f"a: {scalar}\nb: [{scalar}]\n{scalar}: x\n").data == {"a": scalar, "b": [scalar], scalar: "x"}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("[mon-fri 08:00-17:00, x]", ["mon-fri 08:00-17:00", "x"]),
        ("{a: udp:192.0.2.10:5060}", {"a": "udp:192.0.2.10:5060"}),
        ('{"a":1, b: "17:30", c: 17:30, d:e: f}', {"a": "1", "b": "17:30", "c": "17:30", "d:e": "f"}),
        ("[\ue000, 17:30]", ["\ue000", "17:30"]),
        ("[http://x/y, fe80::1]", ["http://x/y", "fe80::1"]),
        ("[222??33*, 22?, ?22, b]", ["222??33*", "22?", "?22", "b"]),
        ("{a: 22?3, b?: '?', c: \"?x\", d: 8:?}", {"a": "22?3", "b?": "?", "c": "?x", "d": "8:?"}),
    ],
)
def test_a_mark_inside_a_word_is_text_also_in_brackets(text: str, data: object) -> None:
    assert document(f"x: {text}\n").data == {"x": data}
    table = spans(f"x: {text}\n")
    assert table.value(("x",)) == Span("t.yaml", 1, 4, 1, 4 + len(text))


def test_an_empty_plain_value_is_none_and_an_empty_text_is_text() -> None:
    assert document("a:\nb: ''\nc: \"\"\nd: {e: , f: []}\n").data == {
        "a": None,
        "b": "",
        "c": "",
        "d": {"e": None, "f": []},
    }


def test_spans_of_keys_and_values_count_code_points() -> None:
    table = spans("name: Žluťoučký 😀 kůň\nusers:\n  novak: {'ext': \"12\"}\n  # remark\n\n")
    assert table.value(("name",)) == Span("t.yaml", 1, 7, 1, 22)
    assert table.key(("users", "novak")) == Span("t.yaml", 3, 3, 3, 8)
    assert table.value(("users", "novak")) == Span("t.yaml", 3, 10, 3, 23)
    assert table.key(("users", "novak", "ext")) == Span("t.yaml", 3, 11, 3, 16)
    assert table.value(("users", "novak", "ext")) == Span("t.yaml", 3, 18, 3, 22)


def test_a_block_ends_where_its_last_value_ends() -> None:
    table = spans("a:\n  b:\n    c: x\n  # remark\n\nd: y\n")
    assert table.value(("a",)) == Span("t.yaml", 2, 3, 3, 9)


def test_list_items_have_spans() -> None:
    table = spans("a:\n  - x\n  - [y, zz]\n")
    assert table.value(("a", 1)) == Span("t.yaml", 3, 5, 3, 12)
    assert table.value(("a", 1, 1)) == Span("t.yaml", 3, 9, 3, 11)
    assert table.key(("a", 1)) == table.value(("a", 1))


def test_a_missing_path_gives_the_nearest_ancestor() -> None:
    table = spans("a: {b: x}\n")
    assert table.value(("a", "c", "d")) == table.key(("a",)) == Span("t.yaml", 1, 1, 1, 2)
    assert table.value(("z",)) == table.key(()) == Span("t.yaml", 1, 1, 1, 2)
    assert not table.has(("a", "c"))
    assert table.has(("a", "b"))


def test_duplicate_keys_name_both_places() -> None:
    result, sink = read("users:\n  a: {x: 1, x: 2}\n  b: {}\n  a: {}\n")
    assert result is not None
    assert result.data == {"users": {"a": {"x": "1"}, "b": {}}}
    assert [(d.primary.span.line, d.secondary[0].span.line) for d in sink.sorted()] == [(2, 2), (4, 2)]
    assert {d.code for d in sink.sorted()} == {"RP102"}


def test_everything_in_one_file_is_found_in_one_run() -> None:
    text = "a: &x 1\nb: *x\nc: !!str 2\n<<: *x\na: 3\n? [k]\n: v\n"
    assert found(text) == [
        ("RP103", 1, 4),
        ("RP103", 2, 4),
        ("RP104", 3, 4),
        ("RP103", 4, 1),
        ("RP103", 4, 5),
        ("RP102", 5, 1),
        ("RP203", 6, 3),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: [1\nb: 2\n", 2, 2),
        ("a: b\n\tc: d\n", 2, 1),
        ("a: @x\n", 1, 4),
        ('a: "x\n', 1, 6),
        ("a: b: c\n", 1, 5),
        ("a:\n  b: 1\n c: 2\n", 3, 2),
        ("a: %x\n", 1, 4),
        ("%FOO\n---\na: b\n", 1, 5),
        ("x: 1\na\nb: c\n", 3, 1),
        ('a: "\\q"\n', 1, 5),
    ],
)
def test_syntax_faults_have_a_place_and_our_words(text: str, line: int, column: int) -> None:
    _, sink = read(text)
    (diagnostic,) = sink.sorted()
    assert (diagnostic.code, diagnostic.primary.span.line) == ("RP101", line)
    assert abs(diagnostic.primary.span.column - column) <= 1
    assert "while" not in diagnostic.message
    assert diagnostic.message != "the text is not valid YAML"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "- a\n", "text\n", "a: b\n---\nc: d\n"])
def test_anything_but_one_mapping_is_refused(text: str) -> None:
    assert [code for code, _, _ in found(text)] == ["RP107"]


def test_explicit_document_marks_are_fine() -> None:
    assert document("---\na: b\n...\n").data == {"a": "b"}


def test_byte_order_mark_and_windows_line_ends() -> None:
    result, sink = read(b"\xef\xbb\xbfa: b\r\nc: d # x\r\n")
    assert sink.sorted() == ()
    assert result is not None
    assert result.data == {"a": "b", "c": "d"}
    assert SpanTable(result.entry).key(("a",)) == Span("t.yaml", 1, 1, 1, 2)
    assert SpanTable(result.entry).value(("c",)) == Span("t.yaml", 2, 4, 2, 5)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a: b\nc: \xff\n", (2, 4)),
        ("a: Novák".encode("cp1250"), (1, 7)),
        (b"\xff\xfea\x00:\x00", (1, 1)),
        (b"a: b\x00c\n", (1, 5)),
        (b"a: \x1b[31m\n", (1, 4)),
        ("a: x\u202ey\n".encode(), (1, 5)),
        ("a: x\u2028b: y\n".encode(), (1, 5)),
        (b"\xef\xbb\xbfa: \x07\n", (1, 4)),
    ],
)
def test_foreign_bytes_and_control_characters_are_found(content: bytes, place: tuple[int, int]) -> None:
    assert found(content) == [("RP106", *place)]


def test_a_binary_file_gives_few_diagnostics() -> None:
    assert len(found(b"\x00" * 1000)) == MAX_REPORTED


def test_depth_is_limited() -> None:
    deepest = MAX_DEPTH - 1
    assert found("a: " + "[" * deepest + "]" * deepest) == []
    assert [code for code, _, _ in found("a: " + "[" * 100_000)] == ["RP105"]
    assert [code for code, _, _ in found("a: " + "{b: " * 100_000)] == ["RP105"]
    assert [code for code, _, _ in found("- " * 100_000)] == ["RP107"]


def test_size_is_limited() -> None:
    assert [code for code, _, _ in found(b"a: " + b"x" * 10_000_000)] == ["RP105"]
    assert found(b"a: " + b"x" * (MAX_BYTES - 3)) == []


def test_the_number_of_values_is_limited() -> None:
    assert [code for code, _, _ in found("a: [" + "1," * (MAX_NODES + 1) + "]")] == ["RP105"]


def test_a_hundred_thousand_nested_keys_do_not_take_long() -> None:
    before = time.process_time()
    found("a: " + "{b: " * 100_000)
    assert time.process_time() - before < 5


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_document_or_diagnostics(content: bytes) -> None:
    result, sink = read(content)
    assert result is not None or sink.has_errors


YAML_ISH = st.text(alphabet=st.sampled_from(list("ab:-?[]{},&*!|>'\"%@#\\ \n\t\r\x85\ufeff😀")), max_size=60)


@given(YAML_ISH)
def test_any_yaml_like_text_gives_a_document_or_diagnostics(text: str) -> None:
    result, sink = read(text)
    assert result is not None or sink.has_errors
    lines = len(text.splitlines()) + 2
    assert all(1 <= d.primary.span.line <= lines and d.primary.span.column >= 1 for d in sink.sorted())


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Cn"]), max_size=200))
def test_quoted_text_arrives_unchanged(text: str) -> None:
    quoted = text.replace("'", "''")
    assert document(f"a: '{quoted}'\n").data == {"a": text}


def test_reading_does_not_need_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    assert [code for code, _, _ in found("a: " + "[" * 50_000)] == ["RP105"]
    assert sys.getrecursionlimit() == before
