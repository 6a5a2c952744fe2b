"""From pydantic's errors to our diagnostics: a place, a code, and what was expected in the words of telephony.

pydantic's own text is never shown. Its error types are grouped by what a person has to do about them; each group is
mapped by one function of the table ``_MAPPERS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from zoneinfo import available_timezones

from pydantic import ValidationError

from ringplan.diagnostics import Applicability, Diagnostic, Edit, Fix, Sink
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed, shown

from . import forms, references
from .model_walk import Model, choices_at, field_at, field_names, limits, meaning_at, models_at
from .repaired import Repaired
from .spans import Path, SpanTable
from .yaml_source import MAX_FAULTS, MERGE_KEY, UNREADABLE

_BAD_KEY: Final = "[key]"


@dataclass(frozen=True)
class Fault:
    """One error of pydantic with everything that is needed to explain it."""

    kind: str
    path: Path
    value: Any
    context: Mapping[str, Any]
    root: Model
    data: Mapping[str, Any]
    spans: SpanTable
    is_key: bool = False
    """The key itself is wrong, not what stands under it."""

    @cached_property
    def name(self) -> str:
        """The field or entry as a message calls it."""
        if self.path and isinstance(self.path[-1], int):
            return f"entry {self.path[-1] + 1} of {shown(self.path[-2])}"
        return shown(self.path[-1]) if self.path else self.owner

    @cached_property
    def owner(self) -> str:
        """The mapping the field stands in: ``user `novak```, `` `dialing` ``, ``the tenant``."""
        above = self.path[:-1]
        if not above:
            return f"the {self.root.__name__.lower()}"
        if field_at(self.root, above) is not None:
            return shown(above[-1])
        models = models_at(self.root, above)
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", models[0].__name__).lower() + " " if models else ""
        return (
            f"{kind}{shown(above[-1])}"
            if isinstance(above[-1], str)
            else f"entry {above[-1] + 1} of {shown(above[-2])}"
        )

    @property
    def value_is_plain(self) -> bool:
        """The value stands in the file exactly as it was read, on one line: a fix may replace it."""
        span = self.spans.value(self.path)
        return isinstance(self.value, str) and span.line == span.end_line

    def report(self, code: str, message: str, **more: Any) -> Diagnostic:
        """A diagnostic at the value, or at the key when that is what is wrong."""
        span = self.spans.key(self.path) if self.is_key else self.spans.value(self.path)
        return diagnostic(code, message, span, **more)


def report_faults(error: ValidationError, root: Model, data: Mapping[str, Any], spans: SpanTable, sink: Sink) -> None:
    """Report the errors of a validation, at most ``MAX_FAULTS``; ``data`` is what was validated."""
    faults = [_fault(item, root, data, spans) for item in error.errors(include_url=False)[:MAX_FAULTS]]
    meant = {path for fault in faults for path in _meant_instead(fault)}
    for fault in faults:
        if fault.value is UNREADABLE or (fault.kind == "missing" and fault.path in meant):
            continue
        if fault.kind == "missing" and isinstance(fault.value, dict) and MERGE_KEY in fault.value:
            continue
        sink.report(_MAPPERS.get(fault.kind, _other)(fault))


def _fault(item: Any, root: Model, data: Mapping[str, Any], spans: SpanTable) -> Fault:
    """Clean pydantic's location: what is not in the data (names of union arms) is no part of the path."""
    path: list[str | int] = []
    node: Any = data
    location = item["loc"]
    is_key = _BAD_KEY in location[-1:]
    for index, step in enumerate(location):
        if (isinstance(node, dict) and step in node) or (
            isinstance(node, list) and isinstance(step, int) and step < len(node)
        ):
            node = node[step]
        elif not (item["type"] == "missing" and index == len(location) - 1):
            continue
        path.append(step)
    return Fault(item["type"], tuple(path), item["input"], item.get("ctx", {}), root, data, spans, is_key)


def _meant_instead(fault: Fault) -> list[Path]:
    """The field an unknown one was surely meant to be, which is then not reported as missing as well."""
    if fault.kind != "extra_forbidden":
        return []
    near = near_miss(str(fault.path[-1]), _free_fields(fault))
    return [(*fault.path[:-1], near.name)] if near and near.sure else []


def _free_fields(fault: Fault) -> list[str]:
    """Fields of the mapping that are not given yet; replacing by another one would make a duplicate."""
    node: Any = fault.data
    for step in fault.path[:-1]:
        node = node[step]
    return [name for name in field_names(models_at(fault.root, fault.path[:-1])) if name not in node]


def _unknown_field(fault: Fault) -> Diagnostic:
    wrong = str(fault.path[-1])
    near = near_miss(wrong, _free_fields(fault))
    names = field_names(models_at(fault.root, fault.path[:-1]))
    span = fault.spans.key(fault.path)
    return diagnostic(
        "RP201",
        f"{shown(wrong)} is not a field of {fault.owner}",
        span,
        label="unknown field",
        notes=[
            f"a field with a similar name exists: {shown(near.name)}"
            if near
            else f"the fields here are {listed(names, 20)}"
        ],
        help=f"replace with {shown(near.name)}" if near else None,
        fixes=[replace(span, near.name, sure=near.sure)] if near else (),
    )


def _missing(fault: Fault) -> Diagnostic:
    meaning = meaning_at(fault.root, fault.path)
    return diagnostic(
        "RP202",
        f"{fault.owner} has no {shown(fault.path[-1])}",
        fault.spans.key(fault.path[:-1]),
        label=f"{shown(fault.path[-1])} is missing here",
        notes=[f"{shown(fault.path[-1])}: {meaning[:1].lower()}{meaning[1:].rstrip('.')}"] if meaning else (),
    )


def _shape(expected: str, empty: str | None) -> Callable[[Fault], Diagnostic]:
    """A mapping, list or text was expected; ``empty`` is how one without content is written."""

    def mapper(fault: Fault) -> Diagnostic:
        if fault.value is None and empty is None:
            return _missing(fault)
        found = {dict: "a mapping", list: "a list", type(None): "empty"}.get(type(fault.value), "a single value")
        span = fault.spans.key(fault.path)
        more: dict[str, Any] = {}
        if fault.value is None:
            at = fault.spans.value(fault.path)
            edit = Fix((Edit(at, f" {empty}"),), Applicability.MACHINE_APPLICABLE, f"write `{empty}`")
            more = {"help": f"write `{empty}`", "fixes": [edit]}
        elif isinstance(fault.value, str):
            span = fault.spans.value(fault.path)
            more = {"help": f"write `[{fault.value}]`"} if empty == "[]" and len(fault.value) < 40 else {}
        return diagnostic(
            "RP203", f"{fault.name} must be {expected}, not {found}", span, label=f"expected {expected}", **more
        )

    return mapper


_TEXT: Final = _shape("a single value", None)


def _form(fault: Fault) -> Diagnostic:
    pattern = str(fault.context.get("pattern", ""))
    form = forms.form_of(pattern, meaning_at(fault.root, fault.path))
    text = str(fault.value)
    named = references.repair(text, fault.data, form.sections) if form.sections else None
    repaired = named or form.repair(text, str(fault.data.get("country", "")))
    right = repaired is not None and re.search(pattern, repaired.text) is not None
    return _wrong_form(fault, form.words, repaired if right else None)


def _wrong_form(fault: Fault, words: str, repaired: Repaired | None = None) -> Diagnostic:
    what = f"{shown(fault.value)} is not {words}" if str(fault.value) else f"{fault.name} is empty, expected {words}"
    return fault.report("RP204", what, label=_label(fault), **_repair(fault, repaired))


def _label(fault: Fault) -> str:
    if fault.is_key:
        return "this name"
    return f"value of {fault.name}" if isinstance(fault.path[-1], str) else fault.name


def _repair(fault: Fault, repaired: Repaired | None) -> dict[str, Any]:
    if repaired is None or not (fault.is_key or fault.value_is_plain):
        return {}
    span = fault.spans.key(fault.path) if fault.is_key else fault.spans.value(fault.path)
    sure = repaired.sure and not fault.is_key  # a key is referred to from elsewhere
    verb = "replace with" if sure else "if that is meant, write"
    return {"help": f"{verb} {shown(repaired.text)}", "fixes": [replace(span, repaired.text, sure=sure)]}


def _fixed_form(words: str) -> Callable[[Fault], Diagnostic]:
    return lambda fault: _wrong_form(fault, words)


def _duration(fault: Fault) -> Diagnostic:
    if not isinstance(fault.value, str):
        return _TEXT(fault)
    return _wrong_form(fault, forms.DURATION, forms.repair_duration(fault.value))


def _duration_range(fault: Fault) -> Diagnostic:
    low, high = fault.context["low"], fault.context["high"]
    return fault.report(
        "RP205", f"{fault.name} must be from {low} to {high}, not {shown(fault.value)}", label="out of range"
    )


def _number_limits(fault: Fault) -> Diagnostic:
    low, high = limits(field_at(fault.root, fault.path))
    if low is not None and high is not None:
        wanted = f"from {low:,} to {high:,}"
    else:
        wanted = (
            f"at least {low:,}" if low is not None else f"at most {high:,}" if high is not None else "within its limits"
        )
    return fault.report("RP205", f"{fault.name} must be {wanted}, not {shown(fault.value)}", label="out of range")


def _text_length(fault: Fault) -> Diagnostic:
    if not fault.value:
        return fault.report("RP205", f"{fault.name} must not be empty", label="empty")
    longest = fault.context.get("max_length")
    wanted = (
        f"has at most {longest} characters"
        if longest is not None
        else f"has at least {fault.context.get('min_length')}"
    )
    return fault.report("RP205", f"{fault.name} {wanted}, not {len(fault.value)}", label="out of range")


def _entries(fault: Fault) -> Diagnostic:
    count = fault.context.get("actual_length", 0)
    if "max_length" in fault.context:
        wanted = f"at most {_entry_count(fault.context['max_length'])}"
    else:
        wanted = f"at least {_entry_count(fault.context.get('min_length', 1))}"
    message = f"{fault.name} must have {wanted}, not {count:,}"
    return diagnostic("RP205", message, fault.spans.key(fault.path), label=_entry_count(count))


def _entry_count(count: int) -> str:
    return f"{count:,} entry" if count == 1 else f"{count:,} entries"


def _choice(fault: Fault) -> Diagnostic:
    choices = choices_at(fault.root, fault.path)
    if fault.value is None:
        return _missing(fault)
    near = near_miss(str(fault.value), choices)
    notes = [f"the choices are {listed(choices)}"] if choices else []
    message = f"{shown(fault.value)} is not a choice for {fault.name}"
    more = _repair(fault, Repaired(near.name, near.sure)) if near else {}
    return fault.report("RP206", message, label="not one of the choices", notes=notes, **more)


def _time_zone(fault: Fault) -> Diagnostic:
    near = near_miss(str(fault.value), available_timezones())
    notes = [f"a time zone with a similar name exists: {shown(near.name)}"] if near else []
    more = _repair(fault, Repaired(near.name, near.sure)) if near else {"help": "write a name such as `Europe/Prague`"}
    message = f"{shown(fault.value)} is not an IANA time zone"
    return fault.report("RP207", message, label="unknown time zone", notes=notes, **more)


def _range_reversed(fault: Fault) -> Diagnostic:
    return fault.report(
        "RP204", f"the range {shown(fault.value)} ends before it begins", label="last number before the first"
    )


def _range_too_large(fault: Fault) -> Diagnostic:
    return fault.report(
        "RP205", f"the range {shown(fault.value)} holds more than 100,000 numbers", label="too many numbers"
    )


def _mask_range(fault: Fault) -> Diagnostic:
    return fault.report(
        "RP204", f"a range of digits in {shown(fault.value)} ends before it begins", label=_label(fault)
    )


def _one_of(fault: Fault) -> Diagnostic:
    """Fields of which exactly one has to be written."""
    names = fault.context["fields"]
    given = [name for name in names if isinstance(fault.value, Mapping) and name in fault.value]
    what = f"has {listed(given)} at once" if given else f"has none of {listed(names)}"
    span = fault.spans.key((*fault.path, given[-1])) if given else fault.spans.key(fault.path)
    label = "one is too many" if len(given) == 2 else "too many" if given else "says nothing"
    return diagnostic("RP204", f"{fault.name} {what}", span, label=label, help=f"write exactly one of {listed(names)}")


def _stray_prompt(fault: Fault) -> Diagnostic:
    """A prompt beside an action that takes its prompt as value."""
    written = next(name for name in fault.value if name != "prompt")
    return diagnostic(
        "RP204",
        f"{fault.name} has a prompt beside {shown(written)}",
        fault.spans.key((*fault.path, "prompt")),
        label="only a transfer has a prompt of its own",
        help=f"remove it; what {shown(written)} plays stands within",
    )


def _control(fault: Fault) -> Diagnostic:
    message = f"{fault.name} holds a control or direction character: {shown(fault.value)}"
    return fault.report("RP204", message, label="only visible characters are allowed")


def _other(fault: Fault) -> Diagnostic:
    meaning = meaning_at(fault.root, fault.path)
    notes = [f"{fault.name}: {meaning}"] if meaning else []
    value = f" {shown(fault.value)}" if isinstance(fault.value, str) else ""
    return fault.report("RP204", f"the value{value} of {fault.name} is not of the required form", notes=notes)


_FIELDS: Final = _shape("a mapping of fields", "{}")
_SECTION: Final = _shape("a mapping of names", "{}")
_LIST: Final = _shape("a list", "[]")
_WHOLE_NUMBER: Final = _fixed_form("a whole number")
_YES_NO: Final = _fixed_form("`true` or `false`")


def _scalar(form: Callable[[Fault], Diagnostic]) -> Callable[[Fault], Diagnostic]:
    """``form`` for a text of the wrong form; another shape is reported as such."""
    return lambda fault: form(fault) if isinstance(fault.value, str) else _TEXT(fault)


_MAPPERS: Final[Mapping[str, Callable[[Fault], Diagnostic]]] = {
    "one_of": _one_of,
    "prompt_without_transfer": _stray_prompt,
    "extra_forbidden": _unknown_field,
    "missing": _missing,
    **dict.fromkeys(("model_type", "model_attributes_type"), _FIELDS),
    **dict.fromkeys(("dict_type", "mapping_type"), _SECTION),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), _LIST),
    "string_type": _TEXT,
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), _scalar(_WHOLE_NUMBER)),
    **dict.fromkeys(("bool_type", "bool_parsing"), _scalar(_YES_NO)),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), _number_limits),
    **dict.fromkeys(("string_too_short", "string_too_long"), _text_length),
    **dict.fromkeys(("too_short", "too_long"), _entries),
    **dict.fromkeys(("literal_error", "enum", "union_tag_invalid"), _choice),
    "string_pattern_mismatch": _form,
    "number_range": _fixed_form(forms.NUMBER_RANGE),
    "range_reversed": _range_reversed,
    "range_too_large": _range_too_large,
    "duration": _duration,
    "duration_range": _duration_range,
    "time_zone": _time_zone,
    "control_character": _control,
    "mask_range_reversed": _mask_range,
}
