"""The exported JSON Schemas are fresh and agree with the models, for text as we read it and values as editors do."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from ringplan.diagnostics import Sink
from ringplan.frontend.yaml_source import read_yaml
from ringplan_schema import Platform, Tenant, export
from ringplan_schema.descriptions import without_references
from ringplan_schema.types import E164, DialString, ForwardTarget, NumberRange

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples" / "tenants").rglob("*.yaml"))
SCHEMAS: dict[str, dict[str, Any]] = {kind: export.schema(kind) for kind in export.KINDS}


def kind_of(file: Path) -> str:
    return {"platform.yaml": "platform", "tenant.yaml": "tenant"}.get(file.name, "tenant-part")


def as_text(text: str) -> Any:
    """Every scalar as text: what the models see."""
    document = read_yaml(text.encode(), "f", Sink())
    assert document is not None
    return document.data


def as_editor(text: str) -> Any:
    """Scalars with types, YAML 1.2: what an editor validates; keys are names there."""

    def named(node: Any) -> Any:
        if isinstance(node, dict):
            return {str(key): named(value) for key, value in node.items()}
        return [named(value) for value in node] if isinstance(node, list) else node

    return named(YAML(typ="safe", pure=True).load(text))


def accepts(kind: str, value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMAS[kind]).is_valid(value))


@pytest.mark.parametrize("kind", export.KINDS)
def test_the_committed_schema_is_fresh(kind: str) -> None:
    committed = (ROOT / "schema" / export.file_name(kind)).read_text(encoding="utf-8")
    assert committed == export.schema_text(kind), "run: python -m ringplan_schema.export schema"


@pytest.mark.parametrize("kind", export.KINDS)
def test_it_is_a_schema_that_names_no_host(kind: str) -> None:
    schema = SCHEMAS[kind]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:ringplan:schema:{kind}"
    text = export.schema_text(kind)
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_every_field_is_described() -> None:
    for schema in SCHEMAS.values():
        for definition in (schema, *schema["$defs"].values()):
            assert definition["description"]
            # pydantic leaves out a field's description that equals that of its model.
            fields = definition["properties"].values()
            assert all(field.get("description") or list(field) == ["$ref"] for field in fields)
            assert definition["additionalProperties"] is False


def test_descriptions_are_for_people() -> None:
    assert without_references("A (S0:1-2) b; c (OCI ``X``), d (RFC 4594)\n    ``e``.") == "A b; c, d (RFC 4594) `e`."
    for kind in export.KINDS:
        assert "(S0:" not in export.schema_text(kind)


@pytest.mark.parametrize("kind", export.KINDS)
def test_defaults_are_valid_as_they_are_written(kind: str) -> None:
    schema = SCHEMAS[kind]
    count = 0
    for definition in (schema, *schema["$defs"].values()):
        for field in definition["properties"].values():
            if field.get("default"):
                if isinstance(field["default"], dict):
                    continue  # a whole section with its own defaults
                count += 1
                jsonschema.validate(field["default"], {**field, "$defs": schema["$defs"]})
    assert count
    assert SCHEMAS["tenant"]["properties"]["ring_timeout"]["default"] == "1m"


def test_writing(tmp_path: Path) -> None:
    export.write(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "platform.schema.json",
        "tenant-part.schema.json",
        "tenant.schema.json",
    ]


def test_there_are_examples() -> None:
    assert {kind_of(file) for file in EXAMPLES} >= {"tenant", "platform"}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_examples_are_valid_for_us_and_for_editors(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    validator = jsonschema.Draft202012Validator(SCHEMAS[kind_of(file)])
    for value in (as_text(text), as_editor(text)):
        assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)] == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_modeline_leads_to_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    target = (file.parent / first.partition("$schema=")[2]).resolve()
    allowed = {"tenant", kind_of(file)} if kind_of(file) == "tenant-part" else {kind_of(file)}
    assert target in {ROOT / "schema" / export.file_name(kind) for kind in allowed}


TENANT = """\
tenant: novak
name: Novák
country: CZ
time_zone: Europe/Prague
licensed_users: 12
numbers: [+420222333400..449, +420222333500, "+420 222 333 600 .. 610"]
users:
  novak:
    name: 2024
    extension: 0100
    number: +420222333404
    locality: 544256
    caller_id: {withheld: true}
    phones: {desk: {secret: a/b}}
    speed_dial: {6: 0602123456, 00: "*21#", 15: +420602123456}
    forward:
      always: hunt_groups/sales
      busy: 0602 123 456
      no_answer: {rings: 4, to: sip:jan@partner.example}
      selective: [{when: holidays/CZ, from: [vip], anonymous: true, to: phones}]
number_masks: {vip: [602*, 1188, +420602*]}
hunt_groups:
  sales:
    name: Prodej
    extension: 1600
    policy: weighted
    members: [users/novak]
    weights: {users/novak: 100}
    overflow: {after: 60s, to: reject/busy}
ivr:
  main:
    number: +420222333405
    operator: users/novak
    open:
      greeting: {say: Good day.}
      keys:
        0: operator
        1: {transfer: users/novak, prompt: {file: prompts/one.wav}}
        "*": repeat
      no_input: {repeat: 1, then: {submenu: ivr/more}}
callback:
  field: {number: +420222333406, allowed: {+420602111222: users/novak}, otherwise: users/novak, delay: 2s}
"""
# what is changed, whether models and schema take it
CHANGES = [
    ("extension: 0100", "extension: 1204", True),
    ("extension: 0100", "extension: '0100'", True),
    ("extension: 0100", "extension: a", False),
    ("extension: 0100", "extension: [1]", False),
    ("extension: 0100", "extention: 1", False),
    ("country: CZ", "country: DE", False),
    ("country: CZ\n", "", False),
    ("licensed_users: 12", "licensed_users: '12'", True),
    ("licensed_users: 12", "licensed_users: many", False),
    ("withheld: true", "withheld: yes", False),
    ("withheld: true", "withheld: maybe", False),
    ("+420222333404", "(+420) 222-333.404", True),
    ("+420222333404", "+420 222 333", True),
    ("+420222333404", "abc", False),
    ("400..449", "400..x", False),
    ("{6: 06", "{600: 06", False),
    ("{6: 0602123456", "{6: abc", False),
    ("desk: {secret: a/b}", "Desk: {secret: a/b}", False),
    ("desk: {secret: a/b}", "", False),
    ("name: 2024", "name: ''", False),
    ("name: 2024", "name: 1.5", True),
    ("always: hunt_groups/sales", "always: 1204", True),
    ("always: hunt_groups/sales", "always: '*21#'", True),
    ("always: hunt_groups/sales", "always: +420 (602) 123-456", True),
    ("always: hunt_groups/sales", "always: sales", False),
    ("always: hunt_groups/sales", "always: groups/sales", False),
    ("always: hunt_groups/sales", "always: reject/no-answer", False),
    ("always: hunt_groups/sales", "always: phones", False),
    ("to: phones", "to: time_routes/main", True),
    ("to: phones", "to: Phones", False),
    ("sip:jan@partner.example", "sip:jan@partner", False),
    ("sip:jan@partner.example", "sips:jan@partner.example", False),
    ("from: [vip]", "from: vip", False),
    ("when: holidays/CZ", "when: holidays/cz", False),
    ("rings: 4", "rings: '4'", True),
    ("members: [users/novak]", "members: [novak]", False),
    ("members: [users/novak]", "members: [time_routes/main]", False),
    ("weights: {users/novak: 100}", "weights: {novak: 100}", False),
    ("after: 60s", "after: 60", False),
    ("policy: weighted", "policy: random", False),
    ("{say: Good day.}", "prompts/hello", True),
    ("{say: Good day.}", "hello", False),
    ("{say: Good day.}", "{say: 12}", True),
    ("{say: Good day.}", "{says: A}", False),
    ("{say: Good day.}", "{say: A, language: de}", False),
    ("one.wav", "../one.wav", False),
    ("one.wav", "one.mp3", False),
    ("0: operator", "'0': operator", True),
    ("0: operator", "10: operator", False),
    ("0: operator", "0: operators", False),
    ("0: operator", "0: {dial_extension: {}}", True),
    ("0: operator", "0: {dial_extension: {department: 12}}", False),
    ("{submenu: ivr/more}", "return", True),
    ("{submenu: ivr/more}", "repeat", False),
    ("{submenu: ivr/more}", "{submenu: more}", False),
    ("{submenu: ivr/more}", "{announce: prompts/a}", False),
    ("{+420602111222: users/novak}", "{+420 602 111 222: users/novak}", True),
    ("{+420602111222: users/novak}", "{mobile: users/novak}", False),
    ("{+420602111222: users/novak}", "{+420602111222: novak}", False),
    ("delay: 2s", "delay: 2", False),
]


def test_the_sample_is_valid() -> None:
    Tenant.model_validate(as_text(TENANT))
    assert accepts("tenant", as_text(TENANT))
    assert accepts("tenant", as_editor(TENANT))


@pytest.mark.parametrize(("old", "new", "good"), CHANGES)
def test_models_and_schema_agree(old: str, new: str, good: bool) -> None:
    text = TENANT.replace(old, new)
    assert text != TENANT
    try:
        Tenant.model_validate(as_text(text))
    except ValidationError:
        assert not good
    else:
        assert good
    assert accepts("tenant", as_text(text)) == good
    assert accepts("tenant", as_editor(text)) == good


@pytest.mark.parametrize(
    ("old", "new"), [("rings: 4", "rings: 0"), ("repeat: 1", "repeat: 10"), ("/novak: 100}", "/novak: 101}")]
)
def test_limits_of_numbers_hold_in_editors(old: str, new: str) -> None:
    text = TENANT.replace(old, new)
    with pytest.raises(ValidationError):
        Tenant.model_validate(as_text(text))
    assert not accepts("tenant", as_editor(text))


def test_a_further_file_holds_sections_only() -> None:
    part = "users:\n" + TENANT.partition("users:\n")[2]
    assert accepts("tenant-part", as_editor(part))
    assert not accepts("tenant", as_editor(part))
    assert not accepts("tenant-part", as_editor(TENANT))
    assert not accepts("tenant-part", {})


@pytest.mark.parametrize("kind", [E164, DialString, ForwardTarget, NumberRange])
@pytest.mark.parametrize("text", ["+420222333404", "+420 222 333 404", "(+420) 222-333-404", "0602 123 456", "x", ""])
def test_written_forms_are_those_the_models_take(kind: Any, text: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    schema = adapter.json_schema(schema_generator=export._EditorSchema)
    try:
        adapter.validate_python(text)
    except ValidationError:
        assert not jsonschema.Draft202012Validator(schema).is_valid(text)
    else:
        assert jsonschema.Draft202012Validator(schema).is_valid(text)


def test_the_kinds_are_those_of_the_models() -> None:
    assert set(SCHEMAS["tenant"]["properties"]) == set(Tenant.model_fields)
    assert set(SCHEMAS["platform"]["properties"]) == set(Platform.model_fields)
    with pytest.raises(KeyError):
        export.schema("nonsense")
