"""All diagnostic codes with their explanation pages, one module a family."""

from ..code import Code
from .fleet import FLEET
from .names import NAMES
from .numbers import NUMBERS
from .safety import SAFETY
from .schema import SCHEMA
from .services import SERVICES
from .syntax import SYNTAX

ALL: tuple[Code, ...] = tuple(
    sorted(
        (*SYNTAX, *SCHEMA, *NAMES, *NUMBERS, *SERVICES, *SAFETY, *FLEET),
        key=lambda code: code.code,
    )
)

__all__ = ["ALL"]
