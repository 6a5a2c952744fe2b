"""Random exchanges, calls and states of the world, aimed at the boundaries of the dialling rules.

The programs are what lowering makes of a manifest without errors: extensions avoid the outside prefix and the
emergency numbers, blocks do not overlap, speed dials lead to no emergency number and to no other speed dial.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from tests.strategies_services import (
    PARTNER,
    entered,
    memories,
    moments,
    open_plan,
    switchable,
    with_services,
)

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Span
from ringplan.interpreter import Call, FromPhone, FromStranger, FromTrunk, Memory, PhoneState, TrunkState, World
from ringplan.ir import (
    DialPlan,
    Entry,
    Identity,
    MediaRelay,
    NumberBlock,
    Phone,
    Platform,
    Program,
    Reject,
    Socket,
    Tenant,
    Trunk,
    User,
)

NOWHERE = Span("tenant.yaml", 1, 1, 1, 1)

REJECTS = (
    ("barred", 403, "Call Barred"),
    ("busy", 486, "Busy Here"),
    ("closed", 480, "Closed"),
    ("diversions", 480, "Too Many Diversions"),
    ("no-answer", 480, "No Answer"),
    ("no-trunk", 503, "No Trunk Available"),
    ("outside-prefix", 404, "Dial The Outside Prefix First"),
    ("unknown-number", 404, "Not Found"),
    ("unreachable", 480, "Temporarily Unavailable"),
)
"""The reject nodes every tenant gets, sorted by name."""

TENANT_IDS = ("kovac-sro", "novak", "zz9")
TRUNK_IDS = (("alpha",), ("alpha", "beta"), ("a", "b", "c"))
USER_SLUGS = ("adam", "b_2", "cecilia", "d")
PHONE_SLUGS = ("desk", "mobile", "soft")
OUTSIDE = (
    "+420602123456",
    "+421905123456",
    "+420800123456",
    "+493090182000",
    "+12025550123",
    "+420910123456",
)
"""Numbers no tenant owns."""

HOSTILE_NAMES = (
    "Jana Nováková",
    'O"Brien',
    "back\\slash\\",
    "comma, semi; <sip:evil@evil.example>",
    "'); import os; ('",
    "\U0001d57d\U0001f4de ☎",  # outside the basic plane
    "#!define X",
    "%s %n $ru",
    "a" * 80,
)
_CONTROL = "\u2028\u2029\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
names = st.sampled_from(HOSTILE_NAMES) | st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters=_CONTROL), min_size=1, max_size=20
)
"""Display names the schema accepts."""

JUNK = (
    "",
    "+",
    "++420222333400",
    "0",
    "00",
    "000",
    "0000",
    "112#",
    "1120",
    "00112",
    "novak-desk",
    "adam-desk",
    "sip",
    "urn:service:sosx",
    "urn:service:counseling",
    "*50",
    "*502602123456",
    "6#",
    "15**",
    "a b",
    'x"y',
    "x'y",
    "x;y=z",
    "x@y",
    "x%y",
    "x\r\nVia: z",
    "\u0662" * 9,  # Arabic digits are no digits of a telephone number
    "+\u0664\u0662\u0660222333400",
    "9" * 40,
)


@dataclass(frozen=True)
class Case:
    """One call in one state of the world."""

    call: Call
    world: World


# -- the platform


@st.composite
def platforms(draw: st.DrawFn) -> Platform:
    """One exchange with one to three trunks and one or two relays."""
    partner = draw(st.sampled_from((None, None, 0, 1)))
    found = [
        Trunk(
            id=name,
            host=f"127.0.30.{20 + position}",
            port=5060,
            transport="udp",
            sources=tuple(f"127.0.30.{address + position}" for address in (20, 40)),
            priority=draw(st.sampled_from((1, 10))),
            plus=draw(st.booleans()),
            answer_timeout_ms=4_000,
            span=NOWHERE,
            numbers=partner != position or draw(st.booleans()),
            domains=(PARTNER,) if partner == position else (),
            tenants=draw(st.sampled_from(((), (), ("kovac-sro",), ("novak", "zz9")))),
            diversion=draw(st.sampled_from(("diversion", "history_info", "both", "none"))),
            diverted_caller=draw(st.sampled_from(("caller", "diverter"))),
        )
        for position, name in enumerate(draw(st.sampled_from((("alpha",), ("alpha", "beta"), ("a", "b", "c")))))
    ]
    trunks = sorted(found, key=lambda trunk: (trunk.priority, trunk.id))
    relays = tuple(
        MediaRelay(f"relay{n}", f"127.0.30.{10 + n}", 2223, f"127.0.30.{10 + n}", 30000, 30999, 1, NOWHERE)
        for n in range(draw(st.integers(1, 2)))
    )
    sockets = (Socket("tcp", "127.0.30.1", 5060, NOWHERE), Socket("udp", "127.0.30.1", 5060, NOWHERE))
    cache = draw(st.sampled_from((1, 2, 256)))
    return Platform("lab", "lab.example", sockets, 2, cache, 600, 100_000, 2, relays, "EF", tuple(trunks), NOWHERE)


# -- tenants


def dial_plan(country: str, outside_prefix: str = "0") -> DialPlan:
    """The dial plan of a tenant in a country."""
    facts = COUNTRIES[country]
    return DialPlan(
        country=country,
        calling_code=facts.calling_code,
        outside_prefix=outside_prefix,
        national_prefix=facts.national_prefix,
        international_prefix=facts.international_prefix,
        national_length=facts.national_length,
        emergency=facts.emergency,
    )


def allowed_extension(extension: str, plan: DialPlan) -> bool:
    """Whether the compiler would accept an extension (RP404, RP405, RP412)."""
    collides = any(e.startswith(extension) or extension.startswith(e) for e in plan.emergency)
    return not (collides or extension.startswith(plan.outside_prefix) or len(extension) == plan.national_length)


def _blocks(draw: st.DrawFn, index: int, country: str) -> tuple[NumberBlock, ...]:
    """Up to three short blocks, one of them perhaps abroad; ``index`` keeps the tenants apart."""
    home = {"CZ": f"+42022233{index}4", "SK": f"+42123233{index}4"}[country]
    candidates = (home + "00", home + "50", f"+4930123{index}00")
    chosen = draw(st.lists(st.sampled_from(candidates), unique=True, max_size=3))
    last = str(draw(st.sampled_from((0, 2, 5))))
    return tuple(NumberBlock(first, first[:-1] + last, NOWHERE) for first in sorted(chosen))


def numbers_of(tenant: Tenant) -> list[str]:
    """Every number a tenant owns."""
    return _numbers_in(tenant.blocks)


def _numbers_in(blocks: tuple[NumberBlock, ...]) -> list[str]:
    return [f"+{number}" for block in blocks for number in range(int(block.first[1:]), int(block.last[1:]) + 1)]


def notations(number: str, plan: DialPlan) -> list[str]:
    """The ways to dial an E.164 number, right and nearly right ones."""
    digits = number.removeprefix("+")
    national = digits.removeprefix(plan.calling_code)
    prefix = plan.outside_prefix
    return [
        number,
        prefix + plan.international_prefix + digits,
        prefix + plan.national_prefix + national,
        national,
        plan.national_prefix + national,
        plan.international_prefix + digits,
        digits,
        prefix + digits,
        prefix + national,
        prefix + number,
        number[:-1],
        number + "0",
        national[:-1],
        prefix + plan.national_prefix + national[:-1],
        prefix + plan.national_prefix + national + "0",
    ]


def _speed_dials(
    draw: st.DrawFn, plan: DialPlan, extensions: list[str], owned: list[str]
) -> tuple[tuple[str, str], ...]:
    targets = [
        *extensions,
        *(spelling for number in (*OUTSIDE[:3], *owned[:2]) for spelling in notations(number, plan)[:3]),
        *owned[:2],
        plan.outside_prefix + "1188",
    ]
    codes = st.sampled_from(("2#", "6#", "9#", "00**", "15**", "99**"))
    return tuple(sorted(draw(st.dictionaries(codes, st.sampled_from(targets), max_size=2)).items()))


def _identity(draw: st.DrawFn, extension: str, owned: list[str]) -> Identity:
    number = st.sampled_from((None, *owned))
    return Identity(draw(names), extension, draw(number), draw(number), draw(st.booleans()))


def _users(draw: st.DrawFn, tenant: str, plan: DialPlan, extensions: list[str], owned: list[str]) -> list[User]:
    free = list(owned)
    users = []
    for slug, extension in zip(USER_SLUGS, extensions, strict=False):
        number = draw(st.sampled_from((None, *free)))
        if number is not None:
            free.remove(number)
        own = f"{tenant}/users/{slug}"
        phones = tuple(
            Phone(f"{own}/phones/{name}", f"{slug}-{name}", f"{tenant}/{slug}/{name}", NOWHERE)
            for name in PHONE_SLUGS[: draw(st.sampled_from((1, 1, 2, 3)))]
        )
        users.append(
            User(
                id=own,
                name=draw(names),
                extension=extension,
                number=number,
                group=None,
                department=None,
                locality=None,
                phones=phones,
                identity=_identity(draw, extension, owned),
                speed_dial=_speed_dials(draw, plan, extensions, owned),
                ring_ms=draw(st.sampled_from((5_000, 60_000))),
                busy=f"{tenant}/reject/busy",
                no_answer=f"{tenant}/reject/no-answer",
                unreachable=f"{tenant}/reject/unreachable",
                rules=(),
                plan=f"{tenant}/calling_plan",
                span=NOWHERE,
            )
        )
    return users


@st.composite
def tenants(draw: st.DrawFn, platform: Platform, index: int) -> Tenant:
    """One tenant with one to four users."""
    name = TENANT_IDS[index]
    country = draw(st.sampled_from(("CZ", "SK")))
    plan = dial_plan(country, draw(st.sampled_from(("0", "0", "9", "1"))))
    blocks = _blocks(draw, index, country)
    candidates = ("11", "20", "204", "2040", "113", "9001", "1", "12", "1204", "222333", "5000000000")
    fitting = [item for item in candidates if len(item) > 1 and allowed_extension(item, plan)]
    extensions = draw(st.lists(st.sampled_from(fitting), unique=True, min_size=1, max_size=4))
    users = _users(draw, name, plan, extensions, _numbers_in(blocks))
    numbers = (Entry(user.number, user.id, NOWHERE) for user in users if user.number is not None)
    rejects = (Reject(f"{name}/reject/{slug}", code, text, NOWHERE) for slug, code, text in REJECTS)
    usable = [trunk for trunk in platform.trunks if not trunk.tenants or name in trunk.tenants]
    barred = draw(st.sets(st.sampled_from([trunk.id for trunk in platform.trunks])))
    tenant = Tenant(
        id=name,
        name=draw(names),
        domain=f"{name}.lab.example",
        time_zone=draw(st.sampled_from(("Europe/Prague", "Europe/Prague", "America/New_York"))),
        licensed_users=10,
        dial_plan=plan,
        blocks=blocks,
        numbers=tuple(sorted(numbers, key=lambda entry: entry.key)),
        extensions=tuple(
            sorted((Entry(user.extension, user.id, NOWHERE) for user in users), key=lambda entry: entry.key)
        ),
        nodes=tuple(sorted((*users, *rejects), key=lambda node: node.id)),
        schedules=(),
        plans=(open_plan(name),),
        trunks=tuple(trunk.id for trunk in usable if trunk.id not in barred and trunk.numbers),
        span=NOWHERE,
    )
    return _with_entries(draw, with_services(draw, platform, tenant, OUTSIDE))


def _with_entries(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    """The tenant in which hunt groups and time routes have extensions, and some of them numbers."""
    taken = {entry.key for entry in (*tenant.extensions, *tenant.numbers)}
    candidates = [key for key in ("30", "3041", "77", "78", "801") if allowed_extension(key, tenant.dial_plan)]
    free = [number for number in numbers_of(tenant) if number not in taken]
    extensions, numbers = list(tenant.extensions), list(tenant.numbers)
    for node, extension in zip(entered(tenant), candidates, strict=False):
        extensions.append(Entry(extension, node, NOWHERE))
        if draw(st.booleans()) and free:
            numbers.append(Entry(free.pop(), node, NOWHERE))
    return replace(
        tenant,
        extensions=tuple(sorted(extensions, key=lambda entry: entry.key)),
        numbers=tuple(sorted(numbers, key=lambda entry: entry.key)),
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """One platform with one to three tenants."""
    platform = draw(platforms())
    count = draw(st.sampled_from((1, 2, 2, 3)))
    return Program(platform, tuple(draw(tenants(platform, index)) for index in range(count)))


# -- calls


def users_of(tenant: Tenant) -> list[User]:
    """The users of a tenant, sorted by id."""
    return [node for node in tenant.nodes if isinstance(node, User)]


def phones_of(program: Program) -> list[str]:
    """The ids of all phones."""
    return [phone.id for tenant in program.tenants for user in users_of(tenant) for phone in user.phones]


def interesting(program: Program, plan: DialPlan) -> list[str]:
    """Strings a user might dial, by whose boundaries the rules are told apart; sorted, without repetition."""
    numbers = [*OUTSIDE, *(number for tenant in program.tenants for number in numbers_of(tenant)[:8])]
    users = [user for tenant in program.tenants for user in users_of(tenant)]
    emergency = sorted({number for country in COUNTRIES.values() for number in country.emergency})
    found = {
        *(spelling for number in numbers for spelling in notations(number, plan)),
        *(user.extension for user in users),
        *(user.extension[:-1] for user in users),
        *(plan.outside_prefix + user.extension for user in users),
        *(code for user in users for code, _ in user.speed_dial),
        *(prefix + number for number in emergency for prefix in ("", plan.outside_prefix, "0", "00", "+")),
        *("urn:service:sos" + sub for sub in ("", ".fire", ".police", ".ambulance", ".police.x", ".gas")),
        *(plan.outside_prefix + code for code in ("1188", "14123", "116111", "1", "12", "1234567", "1800")),
        *("1188", "116111"),
    }
    return sorted(found)


def dialled(program: Program, plan: DialPlan) -> st.SearchStrategy[str]:
    """What a user of the tenant with this dial plan may dial."""
    near = st.sampled_from(interesting(program, plan))
    inside = st.sampled_from([entry.key for tenant in program.tenants for entry in tenant.extensions])
    services = [entry.key for tenant in program.tenants for entry in tenant.extensions if "/users/" not in entry.node]
    outside = st.sampled_from([number for number in OUTSIDE if not number.startswith("+" + plan.calling_code)])
    digits = st.text("0123456789", max_size=17).map(lambda text: plan.outside_prefix + text)
    odd = st.one_of(st.sampled_from(JUNK), digits, st.text("01249+*#abc", max_size=16))
    service = st.sampled_from(services) if services else inside
    return st.one_of(near, near, inside, inside, service, service, outside, odd)


def calls(program: Program) -> st.SearchStrategy[Call]:
    """Calls from phones (most), trunks and strangers."""
    withheld = st.sampled_from((False, False, True))
    plans = {tenant.id: dialled(program, tenant.dial_plan) for tenant in program.tenants}
    from_phones = [
        st.builds(Call, st.just(FromPhone(phone)), plans[phone.split("/", 1)[0]], withheld)
        for phone in phones_of(program)
    ]
    trunk = st.sampled_from([trunk.id for trunk in program.platform.trunks])
    return st.one_of(
        *from_phones,
        st.builds(
            Call,
            st.builds(FromTrunk, trunk, calling_numbers(program)),
            called(program),
            withheld,
            st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 9)),
        ),
        st.builds(Call, st.builds(FromStranger, domains(program)), st.one_of(*plans.values()), st.just(False)),
    )


def called(program: Program) -> st.SearchStrategy[str]:
    """What a carrier may ask for."""
    owned = [number for tenant in program.tenants for number in numbers_of(tenant)]
    spellings = [form for number in owned for form in (number, number[1:], "00" + number[1:])]
    near = sorted({*spellings, *(form for n in (*OUTSIDE, *owned[:4]) for form in notations(n, dial_plan("CZ")))})
    usual = st.sampled_from(spellings) if spellings else st.nothing()
    return st.one_of(usual, usual, st.sampled_from(near), st.sampled_from((*JUNK, "112", "urn:service:sos")))


def calling_numbers(program: Program) -> st.SearchStrategy[str | None]:
    """How a carrier may write the caller's number."""
    owned = [number for tenant in program.tenants for number in numbers_of(tenant)[:2]]
    spellings = {form for n in (*OUTSIDE, *owned) for form in notations(n, dial_plan("SK"))}
    odd = ("anonymous", "unavailable", "1188", "*31", "200")
    return st.sampled_from((None, *sorted(spellings), *odd))


def domains(program: Program) -> st.SearchStrategy[str]:
    """Domains a stranger may claim: known and unknown ones."""
    return st.sampled_from([*(tenant.domain for tenant in program.tenants), "lab.example", "evil.example"])


def redirects(program: Program, phone_ids: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Where phones send their calls."""
    keys = [entry.key for tenant in program.tenants for entry in tenant.extensions]
    plan = program.tenants[0].dial_plan
    near = st.sampled_from([*keys, *keys, *interesting(program, plan)])
    targets = st.one_of(
        near,
        st.sampled_from(
            (f"sip:bob@{PARTNER}", "tel:+420602123456", "tel:1-188;x=y", "sip:eve@evil.example", "", "112", *JUNK)
        ),
    )
    return st.dictionaries(st.sampled_from(phone_ids), targets, max_size=4)


def worlds(program: Program) -> st.SearchStrategy[World]:
    """States of phones and trunks: one for all, or none in particular, and exceptions from it."""
    phone_ids, trunk_ids = phones_of(program), [trunk.id for trunk in program.platform.trunks]
    user_ids = [user.id for tenant in program.tenants for user in users_of(tenant)]
    switches = [address for tenant in program.tenants for address in switchable(tenant)]
    fixed = {
        "now": moments,
        "redirects": redirects(program, phone_ids),
        "engaged": st.sets(st.sampled_from(user_ids), max_size=2).map(frozenset),
        "memory": st.tuples(*map(memories, program.tenants)).map(_merged),
        "switches": st.dictionaries(st.sampled_from(switches), st.booleans(), max_size=2) if switches else st.just({}),
    }

    def world(
        all_phones: PhoneState,
        all_trunks: TrunkState,
        phones: dict[str, PhoneState],
        trunks: dict[str, TrunkState],
        more: dict[str, Any],
    ) -> World:
        every_phone, every_trunk = dict.fromkeys(phone_ids, all_phones), dict.fromkeys(trunk_ids, all_trunks)
        return World({**every_phone, **phones}, {**every_trunk, **trunks}, **more)

    return st.builds(
        world,
        st.sampled_from((PhoneState.ANSWERS, *PhoneState)),
        st.sampled_from((TrunkState.ANSWERS, *TrunkState)),
        st.dictionaries(st.sampled_from(phone_ids), st.sampled_from(PhoneState), max_size=3),
        st.dictionaries(st.sampled_from(trunk_ids), st.sampled_from(TrunkState), max_size=1),
        st.fixed_dictionaries(fixed),
    )


def _merged(parts: tuple[dict[str, Memory], ...]) -> dict[str, Memory]:
    return {group: memory for part in parts for group, memory in part.items()}


def cases(program: Program) -> st.SearchStrategy[Case]:
    """One call in one state of the world."""
    return st.builds(Case, calls(program), worlds(program))
