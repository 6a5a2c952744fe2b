"""Who plays in the scenarios of one tenant, and how a scenario is made from a call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ringplan.interpreter import Call, FromPhone, FromTrunk, Origin, Outcome, PhoneState, World, route
from ringplan.ir import DialPlan, Program, Tenant, User

from ..scenario import Scenario, Shape

_CANCELLED = 487


@dataclass(frozen=True, slots=True)
class Cast:
    """One tenant and the kind of scenarios that are being made for it; every choice is a function of these."""

    program: Program
    tenant: Tenant
    kind: str

    @property
    def users(self) -> tuple[User, ...]:
        """All users, sorted by id."""
        return tuple(node for node in self.tenant.nodes if isinstance(node, User))

    @property
    def plan(self) -> DialPlan:
        """How the tenant's users dial."""
        return self.tenant.dial_plan

    def caller(self, number: int) -> User:
        """A user to call from; counts round."""
        return self.users[number % len(self.users)]

    def phone(self, user: User, number: int = 0) -> FromPhone:
        """A phone of the user as the origin of a call; counts round."""
        return FromPhone(user.phones[number % len(user.phones)].id)

    def other(self, user: User) -> User:
        """Another user: the next by id; the user himself when he is alone."""
        users = self.users
        return users[(users.index(user) + 1) % len(users)]

    def to_user(self, user: User) -> Call | None:
        """A call that reaches the user: from a colleague, else by a trunk; None when nobody can call him."""
        if len(self.users) > 1:
            return Call(self.phone(self.other(user)), user.extension)
        if user.number is not None:
            return Call(FromTrunk(self.program.platform.trunks[0].id, self.outsider()), user.number)
        return None

    def named_users(self) -> Iterable[tuple[str, User]]:
        """Every user with its slug."""
        return ((user.id.rsplit("/", 1)[-1], user) for user in self.users)

    def outsider(self, offset: int = 0) -> str:
        """E.164 number of somebody in the tenant's country who is a customer of nobody here."""
        plan = self.plan
        significant = int("6" + "0" * (plan.national_length - 2) + "1") + offset
        while self._owned(f"+{plan.calling_code}{significant}"):
            significant += 1
        return f"+{plan.calling_code}{significant}"

    def foreigner(self) -> str:
        """E.164 number of somebody in another country (Austria) who is a customer of nobody here."""
        number = 4366012345670
        while self._owned(f"+{number}"):
            number += 1
        return f"+{number}"

    def _owned(self, number: str) -> bool:
        return any(number in block for tenant in self.program.tenants for block in tenant.blocks)

    def scenario(
        self,
        name: str,
        call: Call,
        world: World | None = None,
        *,
        shape: Shape = Shape.TALK,
        transport: str = "udp",
        nat: bool = False,
        forged: tuple[tuple[str, str], ...] = (),
    ) -> Scenario:
        """A scenario whose expected result is what the reference interpreter says."""
        settled, expected = self._settled(call, world or World(), shape)
        return Scenario(
            f"{self.tenant.id}/{self.kind}/{name}",
            self.kind,
            self.tenant.id,
            call,
            settled,
            expected,
            shape,
            transport,
            nat,
            forged,
        )

    def _settled(self, call: Call, world: World, shape: Shape) -> tuple[World, Outcome]:
        """The world in which at most one phone answers, so that the result does not depend on a race.

        Of several phones that would answer at the same moment only the first does; the others ring on. When the
        caller gives up (``CANCEL``) none answers.
        """
        outcome = route(self.program, call, world)
        ringing = outcome.attempts[-1].targets if outcome.attempts else ()
        if outcome.attempts and outcome.attempts[-1].kind == "phones" and outcome.answered_by:
            kept = () if shape is Shape.CANCEL else outcome.answered_by[:1]
            silent = {p: PhoneState.SILENT for p in outcome.answered_by if p not in kept}
            world = replace(world, phones={**world.phones, **silent})
            outcome = route(self.program, call, world)
        if shape is Shape.CANCEL and ringing:
            attempts = outcome.attempts[:1]
            outcome = replace(outcome, code=_CANCELLED, reason="Request Terminated", answered_by=(), attempts=attempts)
        return world, outcome


def notations(plan: DialPlan, number: str) -> dict[str, str]:
    """The ways in which a user can dial an E.164 number: as in the country, with prefix, international, ``+``."""
    digits = number.removeprefix("+")
    forms = {"international": plan.outside_prefix + plan.international_prefix + digits, "plus": number}
    if digits.startswith(plan.calling_code):
        national = plan.national_prefix + digits.removeprefix(plan.calling_code)
        return {"bare": national, "national": plan.outside_prefix + national, **forms}
    return forms


def origin_name(origin: Origin) -> str:
    """Short name of the caller for an id: the account's slugs, or the trunk."""
    match origin:
        case FromPhone(phone):
            _, _, user, _, slug = phone.split("/")
            return f"{user}-{slug}"
        case FromTrunk(trunk):
            return trunk
    return origin.domain
