"""The dialling table, line by line (services: caller ID, prefixes, formats), for a Czech and a Slovak exchange.

Both own 20 numbers; 404 is Eva's, 405 is owned but nobody's. Extension 1204 is Eva's; her speed dials are 6# and 15**.
"""

import pytest
from tests.strategies import NOWHERE, dial_plan

from ringplan.interpreter.dialling import (
    Destination,
    Emergency,
    NotFound,
    OffNet,
    OnNet,
    analyse,
    called_number,
    calling_number,
)
from ringplan.ir import Entry, Identity, NumberBlock, Tenant, User

EVA = "acme/users/eva"
SPEED_DIAL = (("15**", "0602123456"), ("6#", "1204"))
UNKNOWN = "unknown-number"


def eva() -> User:
    identity = Identity("Eva", "1204", None, None, False)
    edges = {"busy": "acme/reject/busy", "no_answer": "acme/reject/busy", "unreachable": "acme/reject/busy"}
    return User(
        id=EVA,
        name="Eva",
        extension="1204",
        number=None,
        group=None,
        department=None,
        locality=None,
        phones=(),
        identity=identity,
        speed_dial=SPEED_DIAL,
        ring_ms=60_000,
        **edges,
        rules=(),
        plan="acme/calling_plan",
        span=NOWHERE,
    )


def exchange(country: str, first: str, outside_prefix: str = "0") -> Tenant:
    """A tenant that owns ``first`` (which ends in 00) to …19, of which …04 is Eva's."""
    block = NumberBlock(first, first[:-2] + "19", NOWHERE)
    return Tenant(
        id="acme",
        name="Acme",
        domain="acme.lab.example",
        time_zone="Europe/Prague",
        licensed_users=1,
        dial_plan=dial_plan(country, outside_prefix),
        blocks=(block,),
        numbers=(Entry(first[:-2] + "04", EVA, NOWHERE),),
        extensions=(Entry("1204", EVA, NOWHERE),),
        nodes=(eva(),),
        schedules=(),
        plans=(),
        trunks=(),
        span=NOWHERE,
    )


CZECH = exchange("CZ", "+420222333400")
SLOVAK = exchange("SK", "+421232333400")
NINE = exchange("CZ", "+420222333400", outside_prefix="9")


def meaning(tenant: Tenant, dialled: str) -> tuple[str, str]:
    """The destination in two words."""
    destination: Destination = analyse(tenant, eva(), dialled)[0]
    match destination:
        case Emergency(number):
            return "emergency", number
        case OnNet(key, _):
            return "on-net", key
        case OffNet(number):
            return "off-net", number
        case NotFound(node, _):
            return "nothing", node


COMMON = [
    ("1204", "on-net", "1204"),
    ("120", "nothing", UNKNOWN),
    ("12040", "nothing", UNKNOWN),
    ("6#", "on-net", "1204"),
    ("15**", "off-net", None),  # 0602123456: a national number in CZ only
    ("7#", "nothing", UNKNOWN),
    ("112", "emergency", "112"),
    ("0112", "emergency", "112"),
    ("150", "emergency", "150"),
    ("0158", "emergency", "158"),
    ("00112", "nothing", UNKNOWN),
    ("+112", "nothing", UNKNOWN),
    ("1120", "nothing", UNKNOWN),
    ("urn:service:sos", "emergency", "112"),
    ("urn:service:sos.fire", "emergency", "150"),
    ("urn:service:sos.ambulance", "emergency", "155"),
    ("urn:service:sos.police", "emergency", "158"),
    ("urn:service:sos.mountain", "emergency", "112"),
    ("urn:service:sosx", "nothing", UNKNOWN),
    ("01188", "off-net", "1188"),
    ("1188", "nothing", UNKNOWN),
    ("0116111", "off-net", "116111"),
    ("01161112", "nothing", UNKNOWN),
    ("0004930901820", "off-net", "+4930901820"),
    ("004930901820", "nothing", UNKNOWN),
    ("+4930901820", "off-net", "+4930901820"),
    ("+49309018201234567", "nothing", UNKNOWN),
    ("+049309018", "nothing", UNKNOWN),
    ("", "nothing", UNKNOWN),
    ("0", "nothing", UNKNOWN),
    ("000", "nothing", UNKNOWN),
    ("eva-desk", "nothing", UNKNOWN),
]

CZ = [
    ("222333404", "on-net", "+420222333404"),
    ("0222333404", "on-net", "+420222333404"),
    ("000420222333404", "on-net", "+420222333404"),
    ("+420222333404", "on-net", "+420222333404"),
    ("222333405", "nothing", UNKNOWN),
    ("+420222333405", "nothing", UNKNOWN),
    ("602123456", "nothing", "outside-prefix"),
    ("0602123456", "off-net", "+420602123456"),
    ("000420602123456", "off-net", "+420602123456"),
    ("00420602123456", "nothing", UNKNOWN),
    ("+420602123456", "off-net", "+420602123456"),
    ("060212345", "nothing", UNKNOWN),
    ("06021234567", "nothing", UNKNOWN),
    ("00602123456", "nothing", UNKNOWN),
    ("+42060212345", "nothing", UNKNOWN),
    ("156", "emergency", "156"),
    ("159", "nothing", UNKNOWN),
    ("0159", "off-net", "159"),
    ("000421905123456", "off-net", "+421905123456"),
]

SK = [
    ("0232333404", "on-net", "+421232333404"),
    ("00232333404", "on-net", "+421232333404"),
    ("000421232333404", "on-net", "+421232333404"),
    ("+421232333404", "on-net", "+421232333404"),
    ("232333404", "nothing", UNKNOWN),
    ("0232333405", "nothing", UNKNOWN),
    ("0905123456", "nothing", "outside-prefix"),
    ("00905123456", "off-net", "+421905123456"),
    ("000421905123456", "off-net", "+421905123456"),
    ("+421905123456", "off-net", "+421905123456"),
    ("+42190512345", "nothing", UNKNOWN),
    ("159", "emergency", "159"),
    ("0159", "emergency", "159"),
    ("156", "nothing", UNKNOWN),
    ("0156", "off-net", "156"),
    ("000420602123456", "off-net", "+420602123456"),
]


@pytest.mark.parametrize(("dialled", "kind", "what"), [*COMMON, *CZ])
def test_a_czech_user_dials(dialled: str, kind: str, what: str | None) -> None:
    assert meaning(CZECH, dialled) == (kind, what or "+420602123456")


@pytest.mark.parametrize(("dialled", "kind", "what"), [*(row for row in COMMON if row[0] != "15**"), *SK])
def test_a_slovak_user_dials(dialled: str, kind: str, what: str) -> None:
    assert meaning(SLOVAK, dialled) == (kind, what)


@pytest.mark.parametrize(
    ("dialled", "kind", "what"),
    [
        ("9602123456", "off-net", "+420602123456"),
        ("9004930901820", "off-net", "+4930901820"),
        ("9112", "emergency", "112"),
        ("112", "emergency", "112"),
        ("0112", "nothing", UNKNOWN),
        ("0602123456", "nothing", UNKNOWN),
        ("911", "nothing", UNKNOWN),
        ("9911", "nothing", UNKNOWN),
        ("9115", "off-net", "115"),
    ],
)
def test_with_another_outside_prefix(dialled: str, kind: str, what: str) -> None:
    assert meaning(NINE, dialled) == (kind, what)


def test_a_speed_dial_is_expanded_once_and_after_the_emergency_numbers() -> None:
    assert analyse(CZECH, eva(), "15**") == (OffNet("+420602123456"), "0602123456")
    assert analyse(CZECH, eva(), "112") == (Emergency("112"), "112")


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("+420222333404", "+420222333404"),
        ("00420222333404", "+420222333404"),
        ("420222333404", "+420222333404"),
        ("222333404", "+222333404"),  # read as a country code: no tenant owns it
        ("0222333404", None),
        ("++420222333404", None),
        ("+00420222333404", None),
        ("112", None),
        ("1204", None),
        ("", None),
        ("urn:service:sos", None),
    ],
)
def test_a_carrier_asks_for(asked: str, number: str | None) -> None:
    assert called_number(asked) == number


@pytest.mark.parametrize(
    ("country", "written", "read"),
    [
        ("CZ", "+420602123456", "+420602123456"),
        ("CZ", "00420602123456", "+420602123456"),
        ("CZ", "420602123456", "+420602123456"),
        ("CZ", "602123456", "+420602123456"),
        ("CZ", "+4930901820", "+4930901820"),
        ("CZ", "1188", "1188"),
        ("CZ", "anonymous", "anonymous"),
        ("SK", "0905123456", "+421905123456"),
        ("SK", "905123456", "+421905123456"),
        ("SK", "421905123456", "+421905123456"),
        ("SK", "+42190512345", "+42190512345"),  # too short to be right, shown as it came
    ],
)
def test_a_callers_number_from_a_carrier(country: str, written: str, read: str) -> None:
    assert calling_number(dial_plan(country), written) == read
