"""``ringplan fmt``: one layout, nothing said differently."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan.diagnostics import Sink
from ringplan.formatting import NotFormattableError, format_text
from ringplan.frontend.yaml_source import read_yaml

ROOT = Path(__file__).resolve().parents[2]

UGLY = """\
# Novák's exchange

# yaml-language-server: $schema=../../../schema/tenant.schema.json
name: Novák   # the name   
tenant: novak
# everybody
users:

    # first
    b:
        phones:
           desk: {secret: a/b,
              x: 1}   # braces
        name: "Bee"
        # behind b


    # about a
    a:
        extension: 0100
        name: |
            block # no remark

              text
        number: +420222333404
        speed_dial:
            "6":   0602123456
            15: '# no remark'
numbers:
- +420222333400
# second
-   +420222333401



country: CZ
dialing:   # how
  # length
  extension_length: 4
  # prefix
  outside_prefix: 0
# the end
"""  # noqa: W291 - blanks at the end of a line are what is removed
PRETTY = """\
# yaml-language-server: $schema=../../../schema/tenant.schema.json
# Novák's exchange

tenant: novak
name: Novák   # the name

country: CZ

numbers:
  - +420222333400
  # second
  - +420222333401

dialing:  # how
  # prefix
  outside_prefix: 0
  # length
  extension_length: 4

# everybody
users:
  # first
  b:
    name: "Bee"
    phones:
      desk: {secret: a/b,
         x: 1}   # braces
    # behind b

  # about a
  a:
    name: |
        block # no remark

          text
    extension: 0100
    number: +420222333404
    speed_dial:
      "6": 0602123456
      15: '# no remark'
# the end
"""


def meaning(text: str) -> Any:
    document = read_yaml(text.encode(), "f", Sink())
    return document.data if document else None


def formatted_or_none(text: str) -> str | None:
    """None when the text is refused, as it must be with diagnostics and nothing else."""
    try:
        return format_text(text, "tenant")
    except NotFormattableError as error:
        refused = error
    assert refused.diagnostics
    return None


def entries(node: Any) -> Any:
    """The order of entries, which formatting keeps in sections."""
    return list(node) if isinstance(node, dict) else node


def test_everything_at_once() -> None:
    assert format_text(UGLY, "tenant") == PRETTY
    assert meaning(PRETTY) == meaning(UGLY)


def test_it_is_idempotent() -> None:
    assert format_text(PRETTY, "tenant") == PRETTY


def test_windows_line_ends_become_line_feeds() -> None:
    assert format_text("\ufeffname: x\r\ntenant: y\r\n", "tenant") == "tenant: y\nname: x\n"


def test_the_platform_has_its_own_order() -> None:
    assert format_text("domain: a.b\ntrunks: {}\nplatform: x\n", "platform") == "platform: x\ndomain: a.b\ntrunks: {}\n"


def test_entries_of_sections_keep_their_order() -> None:
    assert format_text("users:\n  z: {}\n  a: {}\n", "tenant") == "users:\n  z: {}\n  a: {}\n"


def test_unknown_fields_come_last_in_their_order() -> None:
    assert format_text("zz: 1\nyy: 2\ntenant: x\n", "tenant") == "tenant: x\nzz: 1\nyy: 2\n"


@pytest.mark.parametrize(
    "text", ["{tenant: x, name: y}\n", "? tenant\n: x\n", "a:\n  # remark\n  b\n", "a:\n  - - b\n    - c\n"]
)
def test_unusual_yaml_is_left_alone(text: str) -> None:
    assert format_text(text, "tenant") == text


@pytest.mark.parametrize("text", ["a: [\n", "a: 1\na: 2\n", "a: &x 1\n", "", "a: \x00\n"])
def test_what_cannot_be_read_cannot_be_formatted(text: str) -> None:
    with pytest.raises(NotFormattableError) as error:
        format_text(text, "tenant")
    assert error.value.diagnostics


FIELDS = st.sampled_from(["tenant", "name", "users", "country", "extension", "phones", "desk", "departments", "other"])
SCALARS = st.sampled_from(
    [
        "x",
        "+420222333404",
        "0100",
        "'a # b'",
        '"q\\n\\\n    r"',
        "{a: 1}",
        "[b, c]",
        "{a: 1,\n      b: 2}",
        "",
        "[17:30]",
        ">-\n",
    ]
)
COMMENTS = st.sampled_from(
    ["", "", "", "# remark", "\n", "  # deep", "# yaml-language-server: $schema=x", "\n\n\n# two"]
)


@st.composite
def manifests(draw: st.DrawFn, depth: int = 0, indent: str = "") -> str:
    """Block mappings in every layout, with remarks at every place."""
    step = " " * draw(st.integers(1, 4))
    lines = []
    for name in draw(st.lists(FIELDS, min_size=1, max_size=4, unique=True)):
        above = draw(COMMENTS)
        if above:
            lines += [indent + line if line else "" for line in above.split("\n")]
        remark = draw(st.sampled_from(["", "", " # here", "   #there"]))
        kind = draw(st.integers(0, 3)) if depth < 3 else 0
        if kind == 0:
            value = draw(SCALARS)
            if value == ">-\n":
                value = f">-\n{indent}{step}folded\n{indent}{step}text"
                remark = ""
            lines.append(f"{indent}{name}: {value.replace(chr(10) + '    ', chr(10) + indent + '    ')}{remark}")
        elif kind == 1:
            dash = indent + draw(st.sampled_from(["", step]))
            items = draw(
                st.lists(st.sampled_from(["x", "{a: b}", "k: v\n{}  l: w", "# item\n{}- y"]), min_size=1, max_size=3)
            )
            lines.append(f"{indent}{name}:{remark}")
            lines += [(f"{dash}{i}" if i.startswith("#") else f"{dash}- {i}").replace("{}", dash) for i in items]
        else:
            lines.append(f"{indent}{name}:{remark}")
            lines.append(draw(manifests(depth + 1, indent + step)))
    below = draw(COMMENTS)
    return "\n".join([*lines, *([indent + below] if below and depth else [])])


@given(manifests())
def test_formatting_keeps_meaning_and_comments_and_is_idempotent(text: str) -> None:
    before = meaning(text)
    assert before is not None
    formatted = format_text(text, "tenant")
    assert meaning(formatted) == before
    assert entries(before.get("users")) == entries(meaning(formatted).get("users"))
    assert sorted(line.strip() for line in formatted.split("\n") if line.strip().startswith("#")) == sorted(
        line.strip() for line in text.split("\n") if line.strip().startswith("#")
    )
    assert format_text(formatted, "tenant") == formatted


@given(manifests())
def test_ordinary_yaml_is_formatted(text: str) -> None:
    formatted = format_text(text, "tenant")
    assert formatted.endswith("\n")
    assert not formatted.endswith("\n\n")
    assert "\n\n\n" not in formatted
    fields = [line.split(":")[0] for line in formatted.split("\n") if line and line[0].isalpha()]
    order = ["tenant", "name", "country", "departments", "users"]
    known = [field for field in fields if field in order]
    assert known == sorted(known, key=order.index)


@pytest.mark.parametrize("text", ["\u0000", "a: b\n\tc", "a: '\n", "[", "%YAML 1.2\n---\na: b\n"])
def test_nothing_but_the_stated_error(text: str) -> None:
    formatted = formatted_or_none(text)
    assert (formatted is not None) == text.startswith("%")


@given(st.text(alphabet=st.sampled_from(list("ab:-?[]{}|>'\"#\\ \n")), max_size=50))
def test_any_text_is_formatted_or_refused(text: str) -> None:
    formatted = formatted_or_none(text)
    if formatted is not None:
        assert meaning(formatted) == meaning(text)
        assert format_text(formatted, "tenant") == formatted


EXAMPLES = sorted((ROOT / "examples" / "tenants").rglob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_examples_keep_their_meaning(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    formatted = format_text(text, "platform" if file.name == "platform.yaml" else "tenant")
    assert meaning(formatted) == meaning(text)
    assert formatted.splitlines()[0].startswith("# yaml-language-server: $schema=")


def test_there_are_examples() -> None:
    assert EXAMPLES
