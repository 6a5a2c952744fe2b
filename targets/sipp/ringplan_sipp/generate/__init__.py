"""Generated scenarios: what is called to prove that a program does what its manifests say.

``scenarios`` is a pure function of the program. Its counting rule, for a tenant with U users, P phones, N assigned
numbers, T carriers of the platform, E emergency numbers, S speed-dial codes, G hunt groups that can be called, R
trunks it calls out through and K schedules that decide a call:

====================  ==============================================================================
kind                  scenarios
====================  ==============================================================================
registration          2 P (right and wrong secret) + 2 (over TCP, behind NAT)
extension             U (every user is called) + 1 (somebody calls himself)
number-in             N × T, spread over the three ways carriers write a number; + 1 unassigned
on-net                max(N, 4), spread over four notations
call-out              max(U, 6), spread over six notations: every user's identity is seen once
speed-dial            S
not-found             up to 4: unknown extension, no outside prefix, unassigned, malformed
emergency             max(U, 2 E), spread over number × (with, without prefix); + 2 service URNs + 3 failovers
privacy               3 per call (inside, outside, emergency) + 3 for each of at most 2 users who always withhold
caller-identity       7 ways a carrier names the caller
busy                  U + 1 (declined)
unreachable           U (unregistered) + 1 (registered, but gone)
no-answer             1 (it lasts the whole ring time)
several-phones        for each user with several phones: each answers once; + 1 is busy; + 1 is away
trunk-failover        5 states of the first trunk (3 when there is only one); + 1 all fail
forged-headers        4 (inside, outside, emergency, from a trunk) + 1 when the caller of these withholds
spoofed-identity      up to 3 (another user, to inside and outside; another tenant's user)
isolation             up to 4 per tenant: extension, number (two notations), an extension both tenants have
stranger              2 (known domain, unknown domain)
toll-fraud            3 numbers a trunk must not be able to call
conduct               9 shapes: cancel, callee hangs up, hold, retransmission; inside, out and in
transport             4 (TCP, NAT; inside and outside)
hunt-policy           G: up to 5 calls in a row each, as many as its policy needs to show itself
hunt-skip             4 G (busy, away, declines, redirects), + G (a member calls his own group), + 1 (gone)
hunt-wait             up to 4: advance, no answer, overflow, no advance; with the group that needs least time for it
hunt-end              4 G: all busy, all away, one busy, switched to busy or back
hunt-meeting          up to 4 G: another call to the group is up (talking, ringing), a member calls, is called
forward-always        2 for each user who forwards all calls (from inside and outside)
forward-selective     up to 5 for each entry: who is meant, others, no number, withheld; and another time
forward-edge          2 for each edge (busy, away) that leads on, 1 for no answer, 2 such waits at most
forward-redirect      up to 9 targets of a 302; outside and SIP URI by who may and by who may not
forward-presented     up to 6 R: callers shown, withheld, from outside with and without number, forwarded before
forward-limit         3: the longest way, carriers that have forwarded 4 and 5 times
schedule-boundary     2 for each of at most 10 changes: hours of the week in winter and summer, days of its own
schedule-exception    4 for each kind of day that takes from a week: fixed and movable holidays, others
schedule-dst          9: the nights in which the clock is set, and the first change after them
schedule-switch       up to 4 K: open and closed by hand
plan-outgoing         one call for each verdict of each plan (mask or call type), spread over who has it
plan-forwarding       the same by 302, + SIP URIs
plan-transfer         up to 2 for each plan by REFER (allowed, barred), + 1 (to nobody)
plan-emergency        1 for each plan
menu-path             every way of keys through each IVR that can be called, to depth 5, for each of its menus
menu-silence          1 for each menu that can be called: nothing is pressed
menu-invalid          2 for each menu with a key that means nothing: always, once
menu-failed           1 for each menu with a transfer: everybody is busy
menu-in-band          1: keys as audible tones
announcement          2 for each announcement that can be called (from outside and inside)
treatment             1 for each rejection with a prompt that a simple call ends in
callback              1 for each allowed number, + 7 for the first of each callback
click                 1 for each user who can click, + 4 for the first
callback-others       3 for each callback: a stranger, no number, withheld
====================  ==============================================================================

Of the examples, an office of 3 users has some 200 scenarios, a company of 9 users with 3 hunt groups and 5 plans some
410, one of 16 users with 6 groups some 600.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ringplan.interpreter import FromTrunk
from ringplan.ir import Program

from ..scenario import Scenario
from .announcements import announcement, treatment
from .callbacks import callback, callback_others
from .callee import busy, no_answer, several_phones, unreachable
from .cast import Cast, is_playable
from .clicks import click
from .conduct import conduct, transport
from .emergency import emergency
from .forwards import (
    forward_always,
    forward_edges,
    forward_limit,
    forward_presented,
    forward_redirect,
    forward_selective,
)
from .hunts import hunt_ends, hunt_policy, hunt_skips, hunt_waits
from .identity import caller_identity, forged_headers, privacy, spoofed_identity
from .inside import extension, not_found, on_net
from .meetings import hunt_meets
from .menus import menu_failed, menu_in_band, menu_invalid, menu_path, menu_silence
from .outside import call_out, number_in, speed_dial, trunk_failover
from .plans import plan_emergency, plan_forwarding, plan_outgoing, plan_transfer
from .registration import registration
from .strangers import isolation, stranger, toll_fraud
from .times import schedule_boundary, schedule_dst, schedule_exception, schedule_switch

Generator = Callable[[Cast], Iterator[Scenario]]

GENERATORS: dict[str, Generator] = {
    "registration": registration,
    "extension": extension,
    "number-in": number_in,
    "on-net": on_net,
    "call-out": call_out,
    "speed-dial": speed_dial,
    "not-found": not_found,
    "emergency": emergency,
    "privacy": privacy,
    "caller-identity": caller_identity,
    "busy": busy,
    "unreachable": unreachable,
    "no-answer": no_answer,
    "several-phones": several_phones,
    "trunk-failover": trunk_failover,
    "forged-headers": forged_headers,
    "spoofed-identity": spoofed_identity,
    "isolation": isolation,
    "stranger": stranger,
    "toll-fraud": toll_fraud,
    "conduct": conduct,
    "transport": transport,
    "hunt-policy": hunt_policy,
    "hunt-skip": hunt_skips,
    "hunt-wait": hunt_waits,
    "hunt-end": hunt_ends,
    "hunt-meeting": hunt_meets,
    "forward-always": forward_always,
    "forward-selective": forward_selective,
    "forward-edge": forward_edges,
    "forward-redirect": forward_redirect,
    "forward-presented": forward_presented,
    "forward-limit": forward_limit,
    "schedule-boundary": schedule_boundary,
    "schedule-exception": schedule_exception,
    "schedule-dst": schedule_dst,
    "schedule-switch": schedule_switch,
    "plan-outgoing": plan_outgoing,
    "plan-forwarding": plan_forwarding,
    "plan-transfer": plan_transfer,
    "plan-emergency": plan_emergency,
    "menu-path": menu_path,
    "menu-silence": menu_silence,
    "menu-invalid": menu_invalid,
    "menu-failed": menu_failed,
    "menu-in-band": menu_in_band,
    "announcement": announcement,
    "treatment": treatment,
    "callback": callback,
    "callback-others": callback_others,
    "click": click,
}
"""What is proved, by kind, in the order in which reports list it."""

KINDS = tuple(GENERATORS)
"""Kinds of scenario, in the order in which reports list them."""


def scenarios(program: Program) -> tuple[Scenario, ...]:
    """Every scenario of every tenant, sorted by id; ids are unique and stable.

    A call that would leave through the trunk it came from is left out: the lab's carriers play one part in a call.
    """
    found: list[Scenario] = []
    for tenant in program.tenants:
        for kind, generator in GENERATORS.items():
            made = (s for s in generator(Cast(program, tenant, kind)) if is_playable(s))
            found.extend(s for s in made if _can_be_told(program, s))
    return tuple(sorted(found, key=lambda scenario: scenario.id))


def _can_be_told(program: Program, scenario: Scenario) -> bool:
    """Whether the lab can tell the caller that his menu has connected him: by UDP only."""
    origin = scenario.call.origin
    if not isinstance(origin, FromTrunk) or not scenario.expected.waits:
        return True
    trunk = next(trunk for trunk in program.platform.trunks if trunk.id == origin.trunk)
    return trunk.transport == "udp"


__all__ = ["GENERATORS", "KINDS", "scenarios"]
