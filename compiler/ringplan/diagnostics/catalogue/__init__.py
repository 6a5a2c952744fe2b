"""All diagnostic codes with their explanation pages, one module a family."""

from ..code import Code
from .answering import ANSWERING
from .fleet import FLEET
from .names import NAMES
from .numbers import NUMBERS
from .plans import PLANS
from .proofs import PROOFS
from .safety import SAFETY
from .schedules import SCHEDULES
from .schema import SCHEMA
from .services import SERVICES
from .syntax import SYNTAX

ALL: tuple[Code, ...] = tuple(
    sorted(
        (*SYNTAX, *SCHEMA, *NAMES, *NUMBERS, *SCHEDULES, *SERVICES, *ANSWERING, *PLANS, *PROOFS, *SAFETY, *FLEET),
        key=lambda code: code.code,
    )
)

__all__ = ["ALL"]
