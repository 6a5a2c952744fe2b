"""JUnit XML, as CI systems read it: one suite a tenant, one case a scenario."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..scenario import Result
from .ladder import as_text, clean, ladder
from .summary import Summary


def junit(summary: Summary) -> bytes:
    """The whole file, UTF-8."""
    root = Element("testsuites", _attributes(summary.results) | {"name": "ringplan verify"})
    for tenant in summary.tenants:
        results = tuple(result for result in summary.results if result.scenario.tenant == tenant)
        suite = SubElement(root, "testsuite", _attributes(results) | {"name": clean(tenant)})
        for result in results:
            _case(suite, result)
    indent(root)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _attributes(results: tuple[Result, ...]) -> dict[str, str]:
    failed = sum(not result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    return {"tests": str(len(results)), "failures": str(failed), "errors": "0", "time": f"{seconds:.3f}"}


def _case(suite: Element, result: Result) -> None:
    scenario = result.scenario
    names = {"classname": f"{scenario.tenant}.{scenario.kind}", "name": scenario.id}
    case = SubElement(suite, "testcase", {k: clean(v) for k, v in names.items()} | {"time": f"{result.seconds:.3f}"})
    if result.passed:
        return
    failure = SubElement(case, "failure", {"type": "fault", "message": clean(result.faults[0])})
    faults = "\n".join(f"- {fault}" for fault in result.faults)
    failure.text = clean(f"{faults}\n\n{as_text(ladder(scenario, result.observed))}\n")
