"""Loading tenants and platforms: every fault with its code and place, all in one run, never in pydantic's words."""

import gc
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan.diagnostics import Applicability, Diagnostic, Sink
from ringplan.diagnostics.apply import apply_fixes
from ringplan.diagnostics.render import human
from ringplan.frontend.decode import MAX_BYTES
from ringplan.frontend.discover import UsageError
from ringplan.frontend.load import collector_paused, load_platform, load_tenant, parse_tenant
from ringplan.frontend.yaml_source import MAX_FAULTS, read_yaml
from ringplan_schema import Tenant

GOOD = """\
tenant: novak
name: Novák stavby s.r.o.
country: CZ
time_zone: Europe/Prague
numbers: [+420 222 333 400..449]
licensed_users: 12
caller_id: {number: +420 222 333 400}
departments:
  sales: {}
users:
  novak:
    name: Jan Novák
    extension: 0204
    number: +420222333404
    department: sales
    phones:
      desk: {secret: novak/novak/desk}
    speed_dial: {6: 0602 123 456}
"""
PLATFORM = """\
platform: example
domain: pbx.example.com
exchange: {listen: [udp:192.0.2.10:5060]}
media:
  rtpengines:
    first: {control: 192.0.2.20:2223, address: 192.0.2.20}
trunks:
  carrier: {address: 192.0.2.60:5060}
"""
PYDANTIC_WORDS = re.compile(
    r"input should|extra inputs|field required|valid (string|integer|dictionary|list)|\bpydantic\b|\bdict\b|\bNone\b",
    re.I,
)


def check(text: str) -> tuple[Tenant | None, tuple[Diagnostic, ...]]:
    sink = Sink()
    document = read_yaml(text.encode("utf-8", "surrogatepass"), "tenant.yaml", sink)
    parsed = parse_tenant(document, [], sink) if document else None
    return (parsed[0] if parsed else None), sink.sorted()


def only(text: str) -> Diagnostic:
    """The only diagnostic of a manifest; also makes sure that no word of pydantic is in it."""
    tenant, found = check(text)
    assert tenant is None
    assert len(found) == 1, [d.message for d in found]
    texts = [found[0].message, found[0].primary.text, *found[0].notes, found[0].help or ""]
    assert not any(PYDANTIC_WORDS.search(text) for text in texts)
    return found[0]


def marked(text: str, diagnostic: Diagnostic) -> str:
    """What the diagnostic underlines."""
    span = diagnostic.primary.span
    line = text.split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]


def fixed(text: str, diagnostic: Diagnostic) -> str | None:
    """The text after the safe fix, None if there is none."""
    applied = apply_fixes([diagnostic], {"tenant.yaml": text})
    return applied.texts.get("tenant.yaml")


def test_a_good_tenant() -> None:
    tenant, found = check(GOOD)
    assert found == ()
    assert tenant is not None
    assert tenant.numbers == ["+420222333400..+420222333449"]
    user = tenant.users["novak"]
    assert (user.extension, user.number, user.speed_dial) == ("0204", "+420222333404", {"6": "0602123456"})


CASES = [
    # what is changed in the good manifest, the code, what is underlined, a part of the message
    ("country: CZ", "cuntry: CZ", "RP201", "cuntry", "`cuntry` is not a field of the tenant"),
    ("    extension: 0204\n", "", "RP202", "novak", "user `novak` has no `extension`"),
    ("country: CZ\n", "", "RP202", "tenant", "the tenant has no `country`"),
    ("name: Jan Novák", "name:", "RP202", "novak", "user `novak` has no `name`"),
    ("[+420 222 333 400..449]", "+420222333400", "RP203", "+420222333400", "`numbers` must be a list"),
    ("name: Jan Novák", "name: [Jan]", "RP203", "name", "`name` must be a single value, not a list"),
    ("sales: {}", "sales: []", "RP203", "sales", "`sales` must be a mapping of fields, not a list"),
    ("  sales: {}", "  sales:", "RP203", "sales", "`sales` must be a mapping of fields, not empty"),
    ("extension: 0204", "extension: 02-04", "RP204", "02-04", "`02-04` is not an extension of 2 to 20 digits"),
    ("extension: 0204", 'extension: ""', "RP204", '""', "`extension` is empty"),
    ("+420222333404", "602", "RP204", "602", "is not a telephone number in international form"),
    ("  sales: {}", "  Sales: {}\n  sales: {}", "RP204", "Sales", "`Sales` is not an identifier"),
    ("400..449", "449..400", "RP204", "+420 222 333 449..400", "ends before it begins"),
    ("400..449", "4x", "RP204", "+420 222 333 4x", "is not a number such as"),
    ("licensed_users: 12", "licensed_users: twelve", "RP204", "twelve", "`twelve` is not a whole number"),
    ("licensed_users: 12", "licensed_users: 0", "RP205", "0", "`licensed_users` must be from 1 to 100,000, not `0`"),
    ("+420 222 333 400..449", "+420000000..+420999999", "RP205", None, "more than 100,000 numbers"),
    ("country: CZ", "country: CZ\nring_timeout: 200s", "RP205", "200s", "`ring_timeout` must be from 5s to 180s"),
    ("country: CZ", "country: CZ\nring_timeout: 20", "RP204", "20", "`20` is not a duration such as 20s"),
    ("name: Jan Novák", "name: " + "x" * 81, "RP205", "x" * 81, "has at most 80 characters, not 81"),
    ("name: Jan Novák", "name: ''", "RP205", "''", "`name` must not be empty"),
    ("desk: {secret: novak/novak/desk}", "{}", "RP205", None, "must have at least 1 entry, not 0"),
    ("country: CZ", "country: CS", "RP206", "CS", "`CS` is not a choice for `country`"),
    ("Europe/Prague", "Europe/Praha", "RP207", "Europe/Praha", "is not an IANA time zone"),
    ("name: Jan Novák", 'name: "Jan\\nNovák"', "RP204", None, "a control or direction character: `Jan\\nNovák`"),
    ("{6: 06", "{600: 06", "RP204", "600", "is not a speed dial code: 2 to 9, or two digits"),
    ("novak/novak/desk", "Passw0rd!", "RP204", "Passw0rd!", "the password itself does not belong here"),
    ("sales: {}", "sales: {caller_id: {nmae: x}}", "RP201", "nmae", "`nmae` is not a field of `caller_id`"),
    ("country: CZ", "country: CZ\ndialing: {outside_prefix: 00}", "RP204", "00", "is not exactly one digit"),
]


@pytest.mark.parametrize(("old", "new", "code", "underlined", "message"), CASES)
def test_one_fault(old: str, new: str, code: str, underlined: str | None, message: str) -> None:
    text = GOOD.replace(old, new)
    assert text != GOOD
    diagnostic = only(text)
    assert diagnostic.code == code
    assert message in diagnostic.message
    if underlined is not None:
        assert marked(text, diagnostic) == underlined


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ("extension: 0204", "extention: 0204", "extension: 0204"),
        ("  sales: {}", "  sales:", "  sales: {}"),
        ("  sales: {}", "  sales:  # remark", "  sales: {}  # remark"),
        ("+420222333404", "00420222333404", "+420222333404"),
        ("Europe/Prague", "europe/prague", "Europe/Prague"),
        ("Europe/Prague", "Europe/Pragu", "Europe/Prague"),
        ("country: CZ", "country: cz", "country: CZ"),
        ("country: CZ", "country: CZ\ndomain: PBX.Example.com", "country: CZ\ndomain: pbx.example.com"),
        ("country: CZ", "country: CZ\nring_timeout: 20 s", "country: CZ\nring_timeout: 20s"),
    ],
)
def test_sure_fixes_repair_the_manifest(old: str, new: str, after: str) -> None:
    text = GOOD.replace(old, new)
    repaired = fixed(text, only(text))
    assert repaired == GOOD.replace(old, after)
    assert check(repaired)[1] == ()


@pytest.mark.parametrize(
    ("old", "new", "suggestion"),
    [
        ("+420222333404", "222333404", "+420222333404"),
        ("  sales: {}", "  Sales Team: {}\n  sales: {}", "sales_team"),
        ("country: CZ", "country: CZ\nring_timeout: 20", "20s"),
        ("Europe/Prague", "Europe/Praha", "Europe/Prague"),
    ],
)
def test_unsure_fixes_are_offered_but_not_applied(old: str, new: str, suggestion: str) -> None:
    text = GOOD.replace(old, new)
    diagnostic = only(text)
    assert [fix.edits[0].text for fix in diagnostic.fixes] == [suggestion]
    assert diagnostic.fixes[0].applicability is Applicability.MAYBE_INCORRECT
    assert fixed(text, diagnostic) is None


def test_a_misspelt_field_is_not_also_reported_as_missing() -> None:
    diagnostic = only(GOOD.replace("extension:", "extention:"))
    assert diagnostic.notes == ("a field with a similar name exists: `extension`",)


def test_a_field_that_is_there_already_is_not_suggested() -> None:
    diagnostic = only(GOOD.replace("extension: 0204", "extension: 0204\n    extention: 0205"))
    assert diagnostic.fixes == ()
    assert "the fields here are" in diagnostic.notes[0]


def test_many_faults_in_one_run() -> None:
    text = GOOD.replace("CZ", "XX").replace("0204", "abc").replace("sales: {}", "sales: {}\n  sales: {}")
    _, found = check(text.replace("licensed_users: 12", "licensed_users: &a many"))
    assert [d.code for d in found] == ["RP206", "RP103", "RP204", "RP102", "RP204"]


def test_an_alias_or_merge_key_is_reported_once() -> None:
    _, found = check(GOOD.replace("name: Jan Novák", "name: *x"))
    assert [d.code for d in found] == ["RP103"]
    _, found = check(GOOD.replace("    name: Jan Novák\n    extension: 0204", "    <<: *x"))
    assert [d.code for d in found] == ["RP103", "RP103"]


HOSTILE = ["\x1b[2Jboo", "a\r\nb", "x" * 10_000, "\u202eabc", "`rm -rf`", "😀" * 300, "'\"#: {[", "\0"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "template", ["extension: {}", "{}: 1", "department: sales\n    caller_id: {{show_number_of: {}}}"]
)
def test_hostile_text_is_shortened_and_escaped(value: str, template: str) -> None:
    escaped = value.encode("unicode_escape").decode().replace("\\x1b", "\\e").replace('"', '\\"')
    escaped = re.sub(r"\\U000([0-9a-f]{5})", r"\\U000\1", escaped)
    text = GOOD.replace("extension: 0204", "extension: 0204\n    " + template.format(f'"{escaped}"'))
    text = text.replace("extension: 0204\n    extension", "extension")
    _, found = check(text)
    assert found
    page = human.render(found, {"tenant.yaml": text})
    assert all(character == "\n" or character.isprintable() for character in page)
    assert max(len(line) for line in page.split("\n")) < 400
    assert all(len(d.message) < 250 for d in found)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, root: Path | None = None) -> tuple[Any, list[tuple[str, str]]]:
    sink = Sink()
    loaded = load_tenant(folder, root or folder, sink)
    return loaded, [(d.code, d.primary.span.file.rpartition("/")[2]) for d in sink.sorted()]


USER = "{name: Eva, extension: '205', phones: {desk: {secret: s/e}}}"


def test_entries_of_several_files_become_one_tenant(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tenant=GOOD, sales=f"users:\n  eva: {USER}\n", more="groups: {brno: {}}\n")
    loaded, found = load(folder)
    assert found == []
    assert list(loaded.manifest.users) == ["novak", "eva"]
    assert list(loaded.manifest.groups) == ["brno"]
    assert loaded.spans.key(("users", "eva")).file.endswith("sales.yaml")
    assert loaded.spans.key(("users", "novak")).file.endswith("tenant.yaml")
    assert loaded.spans.key(("groups", "brno")).line == 1
    assert [file.name for file in loaded.files] == ["tenant.yaml", "more.yaml", "sales.yaml"]


def test_an_entry_in_two_files_names_both(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tenant=GOOD, sales=f"users:\n  novak: {USER}\n")
    sink = Sink()
    assert load_tenant(folder, folder, sink) is None
    (diagnostic,) = sink.sorted()
    assert diagnostic.code == "RP208"
    assert diagnostic.primary.span.file.endswith("sales.yaml")
    assert diagnostic.secondary[0].span.file.endswith("tenant.yaml")
    assert diagnostic.secondary[0].span.line == 11


def test_faults_of_every_file_are_found(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "novak",
        tenant=GOOD.replace("CZ", "XX"),
        a="users:\n  eva: {name: [}\n",
        b=f"usres:\n  eva: {USER}\n",
        c="name: x\n",
        d=f"users:\n  ivo: {USER.replace('205', 'x')}\n",
        e="users: [x]\n",
    )
    loaded, found = load(folder)
    assert loaded is None
    assert found == [
        ("RP101", "a.yaml"),
        ("RP201", "b.yaml"),
        ("RP201", "c.yaml"),
        ("RP204", "d.yaml"),
        ("RP203", "e.yaml"),
        ("RP206", "tenant.yaml"),
    ]


def test_other_files_are_checked_although_the_main_file_is_broken(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tenant="a: [\n", d=f"users:\n  ivo: {USER.replace('205', 'x')}\n")
    assert load(folder)[1] == [("RP204", "d.yaml"), ("RP101", "tenant.yaml")]


def test_a_folder_without_main_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tennant=GOOD)
    loaded, found = load(folder)
    assert loaded is None
    assert ("RP202", "tennant.yaml") in found


def test_the_folder_of_a_fleet_is_called_like_its_tenant(tmp_path: Path) -> None:
    folder = write(tmp_path / "nowak", tenant=GOOD)
    assert load(folder, tmp_path)[1] == [("RP209", "tenant.yaml")]
    assert load(folder)[1] == []
    assert load(write(tmp_path / "novak", tenant=GOOD), tmp_path)[1] == []


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tenant=GOOD)
    (folder / "gone.yaml").symlink_to(folder / "nowhere.yaml")
    with pytest.raises(UsageError, match=r"gone\.yaml"):
        load(folder)


def test_the_platform(tmp_path: Path) -> None:
    write(tmp_path, platform=PLATFORM)
    sink = Sink()
    loaded = load_platform(tmp_path / "platform.yaml", tmp_path, sink)
    assert sink.sorted() == ()
    assert loaded is not None
    assert loaded.manifest.exchange.listen == ["udp:192.0.2.10:5060"]
    assert loaded.spans.value(("trunks", "carrier", "address")).line == 8


def test_a_missing_or_wrong_platform(tmp_path: Path) -> None:
    sink = Sink()
    assert load_platform(tmp_path / "platform.yaml", tmp_path, sink) is None
    write(tmp_path, platform=PLATFORM.replace("192.0.2.60:5060", "192.0.2.60"))
    assert load_platform(tmp_path / "platform.yaml", tmp_path, sink) is None
    assert [d.code for d in sink.sorted()] == ["RP804", "RP204"]


def test_a_file_of_ten_megabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    folder = write(tmp_path / "novak", tenant=GOOD + "#" * 5 * MAX_BYTES)
    assert load(folder)[1] == [("RP105", "tenant.yaml")]


def test_a_file_with_a_million_faults_is_reported_quickly() -> None:
    before = time.process_time()
    _, found = check(GOOD + "".join(f"x{n}: a\n" for n in range(30_000)))
    assert len(found) == MAX_FAULTS
    _, found = check(GOOD + "name: x\n" * 30_000)
    assert len(found) == MAX_FAULTS
    assert human.render(found, {"tenant.yaml": "x\n" * 60_000})
    assert time.process_time() - before < 20


def test_the_collector_is_as_before() -> None:
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


SCALARS = st.sampled_from(
    ["novak", "+420222333404", "0100", "", "x y", "CZ", "*", "12", "99999999999", "null"]
) | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zl", "Zp"]), max_size=12)
NAMES = st.sampled_from([*Tenant.model_fields, "novak", "desk", "phones", "extension", "number", "name", "parent", "6"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | SCALARS, inner, max_size=5),
    max_leaves=20,
)


def flow(node: Any) -> str:
    """A tree as YAML in braces, all text quoted."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(flow, node)) + "]"
    return "'" + str(node).replace("'", "''") + "'"


@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_any_tree_gives_a_manifest_or_diagnostics(tree: dict[str, Any]) -> None:
    text = flow(tree)
    tenant, found = check(text)
    assert (tenant is None) == any(d.severity == "error" for d in found)
    page = human.render(found, {"tenant.yaml": text})
    assert not PYDANTIC_WORDS.search(re.sub(r"`[^`]*`|^.*\|.*$", "", page, flags=re.MULTILINE))


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 12), st.text(max_size=6))
def test_a_damaged_manifest_gives_a_manifest_or_diagnostics(at: int, length: int, text: str) -> None:
    tenant, found = check(GOOD[:at] + text + GOOD[at + length :])
    assert tenant is not None or found
