"""The fake has no function Kamailio does not have, and none with other parameters."""

import ast
import inspect
from pathlib import Path

import pytest
from tests.runtime.fake_ksr import GAPS, MODULES, GapError, install
from tests.runtime.fake_ksr.core_functions import Core
from tests.runtime.fake_ksr.strict import Namespace

import ringplan_kamailio

STUBS = Path(ringplan_kamailio.__file__).parent / "stubs"


def declared() -> dict[str, tuple[str, ...]]:
    """Parameter types of every function in the stubs generated from a running Kamailio."""
    found: dict[str, tuple[str, ...]] = {}

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for item in body:
            if isinstance(item, ast.ClassDef):
                visit(item.body, f"{item.name.strip('_').lower()}.")
            elif isinstance(item, ast.FunctionDef):
                arguments = [*item.args.posonlyargs, *item.args.args]
                types = (ast.unparse(argument.annotation) for argument in arguments if argument.annotation)
                found[prefix + item.name] = tuple(types)

    visit(ast.parse((STUBS / "KSR.pyi").read_text(encoding="utf-8")).body, "")
    return found


def simulated() -> dict[str, tuple[str, ...]]:
    """Parameter types of every function of the fake."""
    found = {}
    modules: tuple[type[Namespace], ...] = (Core, *MODULES)
    for module in modules:
        prefix = "" if module is Core else f"{module.__name__.lower()}."
        for name, member in vars(module).items():
            if inspect.isfunction(member) and not name.startswith("_"):
                parameters = list(inspect.signature(member, eval_str=True).parameters.values())[1:]
                found[prefix + name] = tuple(inspect.formatannotation(parameter.annotation) for parameter in parameters)
    return found


def test_every_simulated_function_is_one_of_kamailios() -> None:
    real = declared()
    differing = {name: types for name, types in simulated().items() if real.get(name) != types}
    assert differing == {}


@pytest.mark.parametrize("name", ["t_on_nothing", "t_relay_to_flags"])
def test_what_the_fake_does_not_know_is_an_error_the_runtime_cannot_swallow(name: str) -> None:
    ksr = install()
    with pytest.raises(GapError):
        getattr(ksr.tm, name)
    with pytest.raises(GapError):
        getattr(ksr, name)
    assert not issubclass(GapError, Exception)
    assert len(GAPS) >= 2
    GAPS.clear()


def test_an_argument_of_another_type_is_an_error() -> None:
    with pytest.raises(GapError, match="must be str"):
        install().htable.sht_inc("sos", 1)
    GAPS.clear()
