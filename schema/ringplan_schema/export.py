"""The JSON Schemas (2020-12) of the manifests, for completion and checks in editors; the compiler uses the models.

Editors read YAML with types: an unquoted ``1204``, ``0602123456`` or ``+420222333404`` is an integer for them, while
the compiler keeps every value as text. So wherever text may look like a number the schema accepts a number too, and
wherever a number is meant its text (quoted) as well. Telephone numbers may be grouped as people write them.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .base import Section
from .descriptions import descriptions, without_references
from .platform import Platform
from .tenant import Tenant
from .types import DurationText

Kind = Literal["tenant", "platform", "tenant-part"]
"""``tenant-part``: a further file of a tenant's folder, which holds entries of sections only."""

KINDS: Final[tuple[Kind, ...]] = ("tenant", "platform", "tenant-part")
PART_SECTIONS: Final = (
    "announcements",
    "callback",
    "departments",
    "groups",
    "hunt_groups",
    "ivr",
    "number_masks",
    "prompts",
    "schedules",
    "time_routes",
    "users",
)

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Final[dict[str, type[BaseModel]]] = {"tenant": Tenant, "platform": Platform, "tenant-part": Tenant}
# One of these matches every pattern that a value without letters can match.
_NUMBERS: Final = ("0", "5", "12", "1204", "602123456", "0602123456", "+420222333404", "12345678901234567890")
_NUMBER: Final = "+420222333404"
_GROUPING: Final = r"[\s().\-/]*"
_DURATION: Final = TypeAdapter(DurationText).json_schema()["pattern"]
# How a normalised value may be written, by the pattern of its normal form.
_AS_WRITTEN: Final = {
    r"^\+[1-9][0-9]{6,14}$": rf"^{_GROUPING}\+{_GROUPING}[1-9]({_GROUPING}[0-9]){{6,14}}{_GROUPING}$",
}
_DIALLED: Final = r"\+[0-9]{1,20}|[0-9*#]{1,30}"
_DIALLED_AS_WRITTEN: Final = rf"{_GROUPING}\+?({_GROUPING}[0-9*#]){{1,30}}{_GROUPING}"


def schema(kind: str) -> dict[str, Any]:
    """The schema of ``tenant``, ``platform`` or ``tenant-part``; raises KeyError for another kind."""
    document = _MODELS[kind].model_json_schema(mode="validation", schema_generator=_EditorSchema)
    models = {model.__name__: model for model in Section.__subclasses__()}
    for name, definition in (*document["$defs"].items(), (_MODELS[kind].__name__, document)):
        _write_durations(definition["properties"])
        definition["description"] = without_references(definition["description"])
        _describe_fields(definition["properties"], models[name])
    document["$schema"] = _DIALECT
    document["$id"] = f"urn:ringplan:schema:{kind}"
    return _part(document) if kind == "tenant-part" else document


def schema_text(kind: str) -> str:
    """The schema as it is committed: sorted keys, ends with a line break."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def file_name(kind: str) -> str:
    """The name under which the schema is committed."""
    return f"{kind}.schema.json"


def write(folder: Path) -> None:
    """Write all schemas into ``folder``."""
    for kind in KINDS:
        (folder / file_name(kind)).write_text(schema_text(kind), encoding="utf-8", newline="\n")


def _describe_fields(properties: dict[str, Any], model: type[BaseModel]) -> None:
    """Say what the fields of one model mean, unless it is what the model says that is all of their value."""
    for name, field in model.model_fields.items():
        written = properties[field.alias or name]
        text = descriptions(model).get(name)
        if text and not ("$ref" in written and text == _meaning_of(field.annotation)):
            written["description"] = text


def _meaning_of(annotation: Any) -> str | None:
    return without_references(annotation.__doc__ or "") if isinstance(annotation, type) else None


def _write_durations(properties: dict[str, Any]) -> None:
    """Defaults of durations as they are written; editors insert them."""
    for field in properties.values():
        if field.get("pattern") == _DURATION and isinstance(field.get("default"), int):
            seconds, rest = divmod(field["default"], 1000)
            field["default"] = (
                f"{field['default']}ms" if rest else f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"
            )


def _part(document: dict[str, Any]) -> dict[str, Any]:
    """The sections that a further file may hold, none of them required."""
    properties = {name: document["properties"][name] for name in PART_SECTIONS}
    part = {key: value for key, value in document.items() if key != "required"}
    part |= {"properties": properties, "title": "Ringplan tenant, further file", "minProperties": 1}
    wanted = _references(properties, document["$defs"], set())
    return part | {"$defs": {name: value for name, value in document["$defs"].items() if name in wanted}}


def _references(node: Any, definitions: dict[str, Any], found: set[str]) -> set[str]:
    """Names of all definitions that ``node`` needs."""
    if isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in found:
            found.add(name)
            _references(definitions[name], definitions, found)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _references(child, definitions, found)
    return found


def looks_like_number(pattern: str) -> bool:
    """Whether a value of this pattern may be a number for an editor."""
    return any(re.search(pattern, number) for number in _NUMBERS)


def _as_read(pattern: str) -> str:
    """The pattern of keys, opened for what editors make of numbers: ``+420602111222`` loses its plus, ``00`` a zero."""
    if re.search(pattern, _NUMBER) and not re.search(pattern, _NUMBER.removeprefix("+")):
        return f"{pattern}|^[1-9][0-9]{{6,14}}$"
    digits = [f"{number:0{width}}" for width in (1, 2, 3) for number in range(10**width)]
    read = {str(int(text)) for text in digits if re.search(pattern, text)}
    also = sorted(text for text in read if not re.search(pattern, text))
    return f"{pattern}|^({'|'.join(also)})$" if also else pattern


class _EditorSchema(GenerateJsonSchema):
    """pydantic's generator, opened for values as editors read them."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Text; a number too where the text may consist of digits, anything that is one value where it is free."""
        found = super().str_schema(schema)
        pattern = found.get("pattern")
        if pattern is None:
            return {"anyOf": [found, {"type": ["number", "boolean"]}]}
        written = _AS_WRITTEN.get(pattern, pattern.replace(_DIALLED, _DIALLED_AS_WRITTEN))
        if not looks_like_number(pattern):
            return found | {"pattern": written}
        return {"anyOf": [found | {"pattern": written}, {"type": "integer"}]}

    def chain_schema(self, schema: core_schema.ChainSchema) -> JsonSchemaValue:
        """A value that is normalised and then checked: what is checked says more than what comes in."""
        last = schema["steps"][-1]
        if last["type"] == "function-wrap" and last["schema"]["type"] == "str":
            return self.str_schema(last["schema"])
        return super().chain_schema(schema)

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """A number, or its quoted text."""
        return {"anyOf": [super().int_schema(schema), {"type": "string", "pattern": "^[0-9]+$"}]}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        """A truth value, or one of the words the compiler takes for it."""
        words = ["true", "false"]
        return {"anyOf": [super().bool_schema(schema), {"type": "string", "enum": words}]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A section; keys of digits lose zeros or a plus at the beginning in editors."""
        found = super().dict_schema(schema)
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        if "anyOf" in keys and "pattern" in keys["anyOf"][0]:
            pattern = _as_read(keys["anyOf"][0]["pattern"])
            found |= {"patternProperties": {pattern: found.pop("additionalProperties")}}
        if "patternProperties" in found:
            found["additionalProperties"] = False
        return found


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schema"))
