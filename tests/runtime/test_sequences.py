"""More than one message: giving up, retransmissions, races, dialogs, and what breaks under way."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from tests.runtime.fake_ksr import Address, Kamailio, Message, proof
from tests.runtime.harness import OWN, PASSWORD, SDP, Installation, Peers, invite, play
from tests.runtime.small import DOMAIN, EVA_DESK, EVA_MOBILE, PETR, program

from ringplan.interpreter import Call, FromPhone, FromTrunk, PhoneState, TrunkState, World
from ringplan_kamailio.generation import ha1


@dataclass
class Stage:
    """A running exchange and an INVITE of Petr's, not yet sent."""

    kamailio: Kamailio
    peers: Peers
    invite: Message

    def answers(self, message: Message) -> list[tuple[int, str]]:
        """What the sender of a message got, without provisional answers."""
        return [(reply.code, reply.reason) for reply in self.kamailio.final_answers(message)]

    def rung(self) -> list[str]:
        """Who was called, in order."""
        return [self.peers.party(branch.sent) for _, branch in self.kamailio.sent]

    def cancel(self) -> Message:
        """The CANCEL of the INVITE."""
        return follow_up(self.invite, "CANCEL", via_branch=self.invite.via_branch)

    def errors(self) -> list[str]:
        """What was logged as an error."""
        return [text for level, text in self.kamailio.log if level == "err"]


Prepare = Callable[..., Stage]


@pytest.fixture
def stage(installation: Installation) -> Prepare:
    def prepare(
        dialled: str = "1204",
        phones: dict[str, PhoneState] | None = None,
        trunks: dict[str, TrunkState] | None = None,
        flood_requests: int = 200,
    ) -> Stage:
        exchange = program(flood_requests)
        peers = Peers(exchange, World(phones or {}, trunks or {}))
        kamailio = installation.kamailio(exchange, peers)
        return Stage(kamailio, peers, invite(exchange, Call(FromPhone(PETR), dialled), peers))

    return prepare


def follow_up(first: Message, method: str, via_branch: str, to_tag: str = "", route: str = "") -> Message:
    """A further request of the same caller."""
    headers = [(key, value) for key, value in first.headers if key in ("From", "Call-ID", "Max-Forwards", "Contact")]
    headers += [("To", f"{first.get('To')}{to_tag}"), ("CSeq", f"2 {method}")]
    headers += [("Route", route)] if route else []
    return Message(headers, first.source, OWN, method, first.ruri, via_branch=via_branch)


SILENT = {EVA_DESK: PhoneState.SILENT, EVA_MOBILE: PhoneState.SILENT}


def test_a_caller_who_gives_up_gets_487_and_the_phones_stop_ringing(stage: Prepare) -> None:
    now = stage(phones=SILENT)
    cancel = now.cancel()
    now.kamailio.clock.later(1_000, lambda: now.kamailio.receive(cancel))
    play(now.kamailio, now.invite)
    assert now.answers(cancel) == [(200, "canceling")]
    assert now.answers(now.invite) == [(487, "Request Terminated")]
    assert sorted(map(now.peers.party, (branch.sent for branch in now.kamailio.cancelled))) == [EVA_DESK, EVA_MOBILE]
    assert now.kamailio.media == {}
    assert sorted(now.rung()) == [EVA_DESK, EVA_MOBILE]


def test_giving_up_on_a_trunk_tries_no_other_trunk(stage: Prepare) -> None:
    now = stage("0602123456", trunks={"alpha": TrunkState.ANSWERS})
    cancel = now.cancel()
    now.kamailio.clock.later(100, lambda: now.kamailio.receive(cancel))
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(487, "Request Terminated")]
    assert now.rung() == ["alpha"]


def test_a_trunk_that_rang_and_failed_is_forgotten_when_the_next_one_is_silent(stage: Prepare) -> None:
    now = stage("0602123456", trunks={"alpha": TrunkState.FAILS, "beta": TrunkState.SILENT})
    play(now.kamailio, now.invite)
    assert now.rung() == ["alpha", "beta"]
    assert now.answers(now.invite) == [(503, "No Trunk Available")]


def test_a_phone_that_answers_although_it_was_cancelled_gets_its_answer_through(stage: Prepare) -> None:
    now = stage()
    now.peers.stubborn = {EVA_DESK}
    now.kamailio.clock.later(499, lambda: now.kamailio.receive(now.cancel()))
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(200, "OK")]
    assert now.kamailio.media == {now.invite.call_id: "answered"}


def test_a_retransmitted_invite_calls_nobody_again(stage: Prepare) -> None:
    now = stage(phones=SILENT)
    for at in (20, 500):
        now.kamailio.clock.later(at, lambda: now.kamailio.receive(now.invite))
    play(now.kamailio, now.invite)
    assert sorted(now.rung()) == [EVA_DESK, EVA_MOBILE]
    assert now.answers(now.invite) == [(480, "No Answer")]


def test_the_caller_of_an_answered_call_cancels_the_other_phones(stage: Prepare) -> None:
    now = stage(phones={EVA_MOBILE: PhoneState.SILENT})
    play(now.kamailio, now.invite)
    assert [now.peers.party(branch.sent) for branch in now.kamailio.cancelled] == [EVA_MOBILE]
    assert now.answers(now.invite) == [(200, "OK")]


def in_dialog(now: Stage, method: str, route: str) -> Message:
    """A request of Petr's within the call that was set up."""
    tag = f";tag={quote(EVA_DESK, safe='')}"
    found = follow_up(now.invite, method, f"z9hG4bK-{method}-{len(route)}", tag, route)
    found.ruri = f"sip:eva-desk@{now.peers.hosts[EVA_DESK]}:5060"
    return found


def test_a_bye_with_the_calls_own_route_ends_the_call(stage: Prepare) -> None:
    now = stage(phones={EVA_MOBILE: PhoneState.UNREGISTERED})
    play(now.kamailio, now.invite)
    route = now.kamailio.sent[0][1].sent.get("Record-Route") or ""
    bye = in_dialog(now, "BYE", route)
    play(now.kamailio, bye)
    assert now.rung() == [EVA_DESK, EVA_DESK]
    assert now.kamailio.sent[1][1].sent.get("Route") is None
    assert now.kamailio.media == {}


@pytest.mark.parametrize("spoil", ["no route", "no token", "other token", "other call"])
@pytest.mark.parametrize("method", ["BYE", "INVITE", "REFER"])
def test_a_request_within_no_call_of_ours_is_refused(stage: Prepare, method: str, spoil: str) -> None:
    now = stage(phones={EVA_MOBILE: PhoneState.UNREGISTERED})
    play(now.kamailio, now.invite)
    route = now.kamailio.sent[0][1].sent.get("Record-Route") or ""
    spoiled = {
        "no route": "",
        "no token": f"<sip:{OWN.host}:{OWN.port};lr>",
        "other token": route[:-2] + ("0" if route[-2] != "0" else "1") + ">",
        "other call": route,
    }
    request = in_dialog(now, method, spoiled[spoil])
    if spoil == "other call":
        request.headers = [(key, value if key != "Call-ID" else "other") for key, value in request.headers]
    play(now.kamailio, request)
    assert now.answers(request) == [(481, "Call Does Not Exist")]
    assert now.rung() == [EVA_DESK]


def test_a_call_between_phones_cannot_be_turned_into_a_call_out(stage: Prepare) -> None:
    now = stage(phones={EVA_MOBILE: PhoneState.UNREGISTERED})
    play(now.kamailio, now.invite)
    route = now.kamailio.sent[0][1].sent.get("Record-Route") or ""
    request = in_dialog(now, "INVITE", route)
    request.ruri = "sip:+420900123456@127.0.30.20:5060"
    request.body = SDP
    play(now.kamailio, request)
    assert now.answers(request) == [(481, "Call Does Not Exist")]
    assert now.rung() == [EVA_DESK]


def test_without_a_media_relay_a_call_ends_at_once_with_503(stage: Prepare) -> None:
    now = stage()
    now.kamailio.relay_is_up = False
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(503, "Media Not Available")]
    assert now.rung() == []
    assert now.kamailio.clock.now_ms == 0
    assert any(reply.get("Retry-After") for _, reply in now.kamailio.answers)


def test_an_emergency_call_goes_out_even_without_a_media_relay(stage: Prepare) -> None:
    now = stage("112")
    now.kamailio.relay_is_up = False
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(200, "OK")]
    assert now.rung() == ["alpha"]


def break_directory(now: Stage) -> None:
    """Make every look-up of a tenant raise."""
    core = now.kamailio.handler._core  # type: ignore[attr-defined]

    class Broken:
        def tenant(self, tenant: str) -> None:
            raise OSError("the disk is gone")

    core.directory = Broken()


def test_an_exception_in_the_request_route_is_answered_with_500_and_logged(stage: Prepare) -> None:
    now = stage()
    break_directory(now)
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(500, "Internal Error")]
    assert "the disk is gone" in now.errors()[0]
    assert now.rung() == []


def test_an_exception_in_a_failure_route_is_answered_with_500_and_logged(stage: Prepare) -> None:
    now = stage(phones=SILENT)
    now.kamailio.clock.later(1_000, lambda: break_directory(now))
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(500, "Internal Error")]
    assert "the disk is gone" in now.errors()[0]


def test_a_caller_without_credentials_is_challenged_for_his_own_domain(stage: Prepare) -> None:
    now = stage()
    now.invite.headers = [item for item in now.invite.headers if item[0] != "Proxy-Authorization"]
    play(now.kamailio, now.invite)
    assert now.answers(now.invite) == [(407, "Proxy Authentication Required")]
    challenge = now.kamailio.answers[-1][1].get("Proxy-Authenticate") or ""
    assert f'realm="{DOMAIN}"' in challenge
    assert now.rung() == []


def test_a_trunk_may_not_call_out_through_a_trunk(stage: Prepare) -> None:
    now = stage()
    exchange = program()
    message = invite(exchange, Call(FromTrunk("alpha", "+420602123456"), "+420900123456"), now.peers, serial=2)
    play(now.kamailio, message)
    assert now.answers(message) == [(404, "Not Found")]
    assert now.rung() == []


def test_a_flood_gets_no_answer(stage: Prepare) -> None:
    now = stage()
    now.kamailio.flooded = True
    play(now.kamailio, now.invite)
    assert now.kamailio.answers == []
    assert now.rung() == []


def test_in_a_flood_emergency_calls_of_the_address_have_a_limit_of_their_own(stage: Prepare) -> None:
    now = stage("112", flood_requests=3)
    now.kamailio.flooded = True
    messages = [Message(**{**vars(now.invite), "via_branch": f"z9hG4bK-{n}"}) for n in range(5)]
    for message in messages:
        play(now.kamailio, message)
    assert [bool(now.answers(message)) for message in messages] == [True, True, True, False, False]


def registration(password: str, account: str = "petr-desk", expires: str = "600") -> Message:
    """A REGISTER of Petr's new phone."""
    response = proof(ha1("petr-desk", DOMAIN, password), "REGISTER")
    headers = [
        ("From", f"<sip:{account}@{DOMAIN}>;tag=r"),
        ("To", f"<sip:{account}@{DOMAIN}>"),
        ("Call-ID", "registration"),
        ("CSeq", "1 REGISTER"),
        ("Contact", "<sip:petr-desk@10.9.9.9:5070>"),
        ("Expires", expires),
        ("Authorization", f'Digest username="petr-desk", realm="{DOMAIN}", response="{response}"'),
    ]
    source = Address("udp", "10.9.9.9", 5070)
    return Message(headers, source, OWN, "REGISTER", f"sip:{DOMAIN}", via_branch="z9hG4bK-register")


@pytest.mark.parametrize(
    ("password", "account", "answer"),
    [
        (PASSWORD, "petr-desk", (200, "OK")),
        ("wrong", "petr-desk", (401, "Unauthorized")),
        (PASSWORD, "eva-desk", (403, "Not Your Account")),
    ],
)
def test_a_phone_registers_with_its_own_password_only(
    stage: Prepare, password: str, account: str, answer: tuple[int, str]
) -> None:
    now = stage(phones={PETR: PhoneState.UNREGISTERED})
    message = registration(password, account)
    play(now.kamailio, message)
    assert now.answers(message) == [answer]
    saved = now.kamailio.location.get(f"sip:petr-desk@{DOMAIN}", [])
    assert [contact.uri for contact in saved] == (["sip:petr-desk@10.9.9.9:5070"] if answer[0] == 200 else [])


@pytest.mark.parametrize(("port", "codes"), [(5070, [407]), (5071, [403])])
def test_a_nameless_emergency_call_is_known_by_the_registration_of_its_source(
    stage: Prepare, port: int, codes: list[int]
) -> None:
    """Nothing in the request names a domain, so the credentials to ask for are those of who registered there."""
    now = stage()
    play(now.kamailio, registration(PASSWORD))
    nameless = [
        ("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=n'),
        ("To", "<urn:service:sos>"),
        ("Call-ID", "nameless"),
        ("CSeq", "1 INVITE"),
        ("Contact", f"<sip:petr-desk@10.9.9.9:{port}>"),
    ]
    source = Address("udp", "10.9.9.9", port)
    message = Message(nameless, source, OWN, "INVITE", "urn:service:sos", via_branch="z9hG4bK-nameless")
    play(now.kamailio, message)
    assert [code for code, _ in now.answers(message)] == codes
