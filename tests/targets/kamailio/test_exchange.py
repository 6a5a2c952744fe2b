"""The emitted bundle on a real Kamailio and rtpengine, call by call."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.sip_client import Endpoint, Message, sdp, within_as_callee
from tests.targets.kamailio.stack import Stack

from ringplan_kamailio import site

pytestmark = pytest.mark.integration
Phones = Callable[..., Endpoint]
Trunks = Callable[[str], Endpoint]

ANN = '"Ann \\"Q\\" \\\\ Nov\u00e1kov\u00e1 X-Evil: 1 # {{x}} %s" <sip:1201@novak.example.net>'
FORGED = (
    "P-Asserted-Identity: <sip:112@x>\r\nP-Preferred-Identity: <sip:113@x>\r\nRemote-Party-ID: <sip:114@x>\r\n"
    "Diversion: <sip:115@x>\r\nHistory-Info: <sip:116@x>;index=1\r\nP-Charging-Vector: icid-value=x\r\n"
    "Alert-Info: <http://x>;info=alert-autoanswer\r\nCall-Info: <sip:x>;answer-after=0\r\nIdentity: x\r\n"
)
FORGED_NAMES = re.findall(r"^([\w-]+):", FORGED, re.MULTILINE)


def caller(message: Message) -> str:
    """The From header without its tag."""
    return message.header("From").rpartition(";tag=")[0]


def test_configuration_is_accepted(stack: Stack) -> None:
    command = [*site.command(stack.bundle, stack.site), "-c"]
    environment = site.environment(stack.bundle, stack.site)
    done = subprocess.run(
        command, env={"PATH": "/usr/sbin:/usr/bin:/bin"} | environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


class TestRegistration:
    def test_wrong_password(self, phone: Phones) -> None:
        ann = phone("ann-desk", register=False)
        ann.password = "wrong"
        assert ann.register().code == 401

    def test_unknown_account_looks_like_a_wrong_password(self, phone: Phones) -> None:
        ann = phone("ann-desk", register=False)
        ann.user = "nobody"
        assert ann.register().code == 401

    def test_unknown_domain(self, phone: Phones) -> None:
        ann = phone("ann-desk", register=False)
        ann.domain = "other.example.net"
        assert ann.register().code == 403

    def test_account_of_somebody_else(self, phone: Phones) -> None:
        assert phone("ann-desk", register=False).register(to="bob-desk").code == 403

    def test_user_name_instead_of_account(self, phone: Phones) -> None:
        assert phone("ann-desk").register(to="ann").code == 200

    def test_expiry_is_bounded(self, phone: Phones) -> None:
        assert "expires=600" in phone("ann-desk").register(expires=7200).header("Contact")

    def test_unregistered_phone_does_not_ring(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        assert bob.register(expires=0).code == 200
        answer = ann.invite("1202").rejected()
        assert (answer.code, answer.reason) == (480, "Temporarily Unavailable")

    def test_star_removes_only_the_own_contact(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        assert bob.register(expires=0, contact="*").code == 200
        call = ann.invite("1202")
        mobile.answer()
        call.established()
        assert bob.silent("INVITE")
        call.within("BYE")
        mobile.reply(mobile.expect("BYE"), 200, "OK")

    def test_new_contact_replaces_the_old_one(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        assert bob.register(contact=f"<sip:bob-desk@127.0.{lane()}.77:5060>").header("Contact").count("<") == 1
        assert bob.register().header("Contact").count("<") == 1
        call = ann.invite("1202")
        bob.answer()
        call.established()


class TestInside:
    def test_talk(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        call = ann.invite("1202", extra=FORGED)
        first, second = bob.expect("INVITE"), mobile.expect("INVITE")
        for invite in (first, second):
            assert caller(invite) == ANN
            assert not [name for name in FORGED_NAMES if invite.headers(name)]
            assert not invite.headers("X-Evil")
            assert "Authorization" not in invite.text
            assert f"c=IN IP4 127.0.{lane()}.6" in invite.body
        bob.reply(first, 180, "Ringing")
        mobile.reply(second, 180, "Ringing")
        mobile.reply(second, 200, "OK", sdp(mobile.host), extra="P-Asserted-Identity: <sip:666@x>\r\n")
        answer = call.established()
        assert f"c=IN IP4 127.0.{lane()}.6" in answer.body
        assert "Fake" in answer.header("From")  # the caller's own From comes back
        assert not answer.headers("P-Asserted-Identity")
        bob.reply(bob.expect("CANCEL"), 200, "OK")
        bob.reply(first, 487, "Request Terminated")
        bob.expect("ACK")
        assert "ann-desk" not in mobile.expect("ACK").header("From")
        call.within("BYE", extra="P-Asserted-Identity: <sip:112@x>\r\n")
        bye = mobile.expect("BYE")
        assert caller(bye).strip() == "<sip:1201@novak.example.net>"
        assert not bye.headers("P-Asserted-Identity")
        mobile.reply(bye, 200, "OK")
        assert ann.final().code == 200

    def test_called_party_hangs_up(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        invite = bob.answer()
        call.established()
        bob.expect("ACK")
        within_as_callee(bob, invite, "BYE")
        bye = ann.expect("BYE")
        assert "sip:ann-desk@novak.example.net" in bye.header("To")  # what the caller had written
        ann.reply(bye, 200, "OK")
        assert bob.final().code == 200

    def test_hold(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        bob.answer()
        call.established()
        bob.expect("ACK")
        call.within("INVITE", body=sdp(ann.host).replace("sendrecv", "sendonly"))
        held = bob.expect("INVITE")
        assert "a=sendonly" in held.body
        assert f"c=IN IP4 127.0.{lane()}.6" in held.body
        bob.reply(held, 200, "OK", sdp(bob.host).replace("sendrecv", "recvonly"))
        assert f"c=IN IP4 127.0.{lane()}.6" in call.established().body

    def test_withheld(self, phone: Phones) -> None:
        cyr, bob = phone("cyr-desk"), phone("bob-desk")
        call = cyr.invite("6#")
        invite = bob.answer()
        assert caller(invite) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
        assert "cyr" not in invite.text
        call.established()
        assert "cyr" not in bob.expect("ACK").text
        call.within("BYE")
        bye = bob.expect("BYE")
        assert "cyr" not in bye.text
        bob.reply(bye, 200, "OK")

    def test_called_party_of_a_withheld_call_hangs_up(self, phone: Phones) -> None:
        cyr, bob = phone("cyr-desk"), phone("bob-desk")
        call = cyr.invite("1202")
        invite = bob.answer()
        call.established()
        within_as_callee(bob, invite, "BYE")
        bye = cyr.expect("BYE")
        assert bye.uri.startswith("sip:cyr-desk@")  # his own contact again
        cyr.reply(bye, 200, "OK")
        answer = bob.final()
        assert answer.code == 200
        assert "cyr" not in answer.text

    def test_called_party_of_a_withheld_call_holds_it(self, phone: Phones) -> None:
        cyr, bob = phone("cyr-desk"), phone("bob-desk")
        call = cyr.invite("1202")
        invite = bob.answer()
        call.established()
        bob.expect("ACK")
        within_as_callee(bob, invite, "INVITE", sdp(bob.host))
        held = cyr.expect("INVITE")
        cyr.reply(held, 200, "OK", sdp(cyr.host).replace("o=-", "o=cyr"), extra="Server: cyr\r\n")
        answer = bob.final()
        assert answer.code == 200
        assert "cyr" not in answer.text
        assert f"c=IN IP4 127.0.{lane()}.6" in answer.body

    def test_caller_of_a_withheld_call_holds_it(self, phone: Phones) -> None:
        cyr, bob = phone("cyr-desk"), phone("bob-desk")
        call = cyr.invite("1202")
        bob.answer()
        call.established()
        bob.expect("ACK")
        call.within("INVITE", body=sdp(cyr.host).replace("o=-", "o=cyr"), extra="User-Agent: cyr\r\n")
        held = bob.expect("INVITE")
        assert "cyr" not in held.text
        bob.reply(held, 200, "OK", sdp(bob.host))
        assert call.established().code == 200

    @pytest.mark.parametrize("privacy", ["id", "user;id", "header", "none\r\nPrivacy: id", '"id"'])
    def test_privacy_asked_for(self, phone: Phones, privacy: str) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202", extra=f"Privacy: {privacy}\r\n")
        invite = bob.answer()
        assert caller(invite) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
        assert not invite.headers("Privacy")
        assert "ann" not in invite.text.lower().replace("channel", "")
        call.established()

    def test_anonymous_from(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202", from_='"Anonymous" <sip:anonymous@anonymous.invalid>')
        assert caller(bob.answer()) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
        call.established()

    def test_forged_from_is_ignored(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202", from_="<sip:cyr-desk@novak.example.net>")
        assert caller(bob.answer()) == ANN
        call.established()

    @pytest.mark.parametrize(
        "dialled", ["1202", "sip:1202;x=y@novak.example.net", "sip:%31202@novak.example.net", "tel:1202"]
    )
    def test_forms_of_a_dial_string(self, phone: Phones, dialled: str) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite(dialled)
        bob.answer()
        call.established()

    @pytest.mark.parametrize("dialled", ["6#", "sip:6%23@novak.example.net"])
    def test_speed_dial(self, phone: Phones, dialled: str) -> None:
        cyr, bob = phone("cyr-desk"), phone("bob-desk")
        call = cyr.invite(dialled)
        bob.answer()
        call.established()

    @pytest.mark.parametrize(
        ("codes", "wanted"),
        [
            ((486,), (486, "Busy Here")),
            ((180, 603), (486, "Busy Here")),
            ((180, 486), (486, "Busy Here")),
            ((180, 500), (480, "Temporarily Unavailable")),
            ((180,), (480, "No Answer")),
            ((302,), (486, "Busy Here")),  # it names no place the exchange knows, so it is a decline
            ((404,), (480, "Temporarily Unavailable")),
            ((500,), (480, "Temporarily Unavailable")),
        ],
    )
    def test_one_phone_says(self, phone: Phones, codes: tuple[int, ...], wanted: tuple[int, str]) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        invite = bob.expect("INVITE")
        for code in codes:
            bob.reply(invite, code, "Whatever", extra="Retry-After: 1\r\n")
        answer = call.rejected(seconds=4)
        assert (answer.code, answer.reason) == wanted

    def test_decline_ends_the_ringing_of_both(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        call = ann.invite("1202")
        first, second = bob.expect("INVITE"), mobile.expect("INVITE")
        bob.reply(first, 180, "Ringing")
        mobile.reply(second, 180, "Ringing")
        mobile.reply(second, 603, "Decline")
        cancel = bob.expect("CANCEL", seconds=1)
        bob.reply(cancel, 200, "OK")
        bob.reply(first, 487, "Request Terminated")
        assert call.rejected().code == 486

    def test_busy_phone_does_not_end_the_ringing(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        call = ann.invite("1202")
        bob.reply(bob.expect("INVITE"), 486, "Busy Here")
        mobile.answer()
        call.established()

    def test_ringing_phone_outweighs_a_busy_one(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        call = ann.invite("1202")
        first = bob.expect("INVITE")
        bob.reply(first, 180, "Ringing")
        ann.expect(180)
        bob.reply(first, 486, "Busy Here")
        mobile.reply(mobile.expect("INVITE"), 180, "Ringing")
        assert call.rejected(seconds=4).reason == "No Answer"

    def test_busy_phone_outweighs_one_that_is_gone(self, phone: Phones) -> None:
        ann, bob, mobile = phone("ann-desk"), phone("bob-desk"), phone("bob-mobile")
        call = ann.invite("1202")
        first = bob.expect("INVITE")
        bob.reply(first, 180, "Ringing")
        ann.expect(180)
        bob.reply(first, 486, "Busy Here")
        mobile.expect("INVITE")
        assert call.rejected(seconds=6).reason == "Busy Here"

    def test_silent_phone_is_gone(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        bob.expect("INVITE")
        assert call.rejected(seconds=6).reason == "Temporarily Unavailable"

    def test_calling_oneself_is_busy(self, phone: Phones) -> None:
        assert phone("ann-desk").invite("1201").rejected().code == 486

    @pytest.mark.parametrize(
        ("dialled", "reason"),
        [("1999", "Not Found"), ("602111222", "Dial The Outside Prefix First"), ("+420222333449", "Not Found")],
    )
    def test_not_found(self, phone: Phones, dialled: str, reason: str) -> None:
        answer = phone("ann-desk").invite(dialled).rejected()
        assert (answer.code, answer.reason) == (404, reason)

    def test_cancel(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        invite = bob.expect("INVITE")
        bob.reply(invite, 180, "Ringing")
        ann.expect(180)
        call.cancel()
        assert ann.expect(200).method == "CANCEL"
        bob.reply(bob.expect("CANCEL"), 200, "OK")
        bob.reply(invite, 487, "Request Terminated")
        assert call.rejected().code == 487

    def test_retransmissions_make_one_call(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202")
        ann.send(call.last)
        invite = bob.expect("INVITE")
        bob.reply(invite, 180, "Ringing")
        ann.send(call.last)
        assert bob.silent("INVITE", 0.3)
        bob.reply(invite, 200, "OK", sdp(bob.host))
        call.established()

    def test_offer_in_the_answer(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk")
        call = ann.invite("1202", offer=False)
        invite = bob.expect("INVITE")
        assert not invite.body
        bob.reply(invite, 200, "OK", sdp(bob.host))
        answer = call.endpoint.expect(200)
        assert f"c=IN IP4 127.0.{lane()}.6" in answer.body
        call.remote = answer
        call.within("ACK", cseq=2, body=sdp(ann.host))
        assert f"c=IN IP4 127.0.{lane()}.6" in bob.expect("ACK").body

    def test_behind_nat(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk"), phone("bob-desk", announced="192.168.1.5")
        call = ann.invite("1202")
        bob.answer()
        call.established()
        bob.expect("ACK")
        call.within("BYE")
        bob.reply(bob.expect("BYE"), 200, "OK")
        assert ann.final().code == 200

    def test_over_tcp(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk", transport="tcp"), phone("bob-desk", announced="192.168.1.6", transport="tcp")
        call = ann.invite("1202")
        invite = bob.answer()
        call.established()
        bob.expect("ACK")
        within_as_callee(bob, invite, "BYE")
        ann.reply(ann.expect("BYE"), 200, "OK")
        assert bob.final().code == 200

    def test_from_tcp_to_udp(self, phone: Phones) -> None:
        ann, bob = phone("ann-desk", transport="tcp"), phone("bob-desk")
        call = ann.invite("1202")
        bob.answer()
        call.established()
        bob.expect("ACK")
        call.within("BYE")
        bob.reply(bob.expect("BYE"), 200, "OK")
        assert ann.final().code == 200


class TestOutside:
    def test_call_out(self, phone: Phones, trunk: Trunks) -> None:
        ann, alfa = phone("ann-desk"), trunk("alfa")
        call = ann.invite("0602111222", extra=FORGED)
        invite = alfa.answer()
        assert invite.uri == f"sip:+420602111222@127.0.{lane()}.30:5060"
        assert caller(invite).strip() == "<sip:+420222333401@exchange.example.net>"
        assert invite.headers("P-Asserted-Identity") == ["<sip:+420222333401@exchange.example.net>"]
        assert not [name for name in FORGED_NAMES[1:] if invite.headers(name)]
        assert not invite.headers("Privacy")
        call.established()
        alfa.expect("ACK")
        call.within("BYE")
        bye = alfa.expect("BYE")
        assert "ann" not in bye.header("From")
        alfa.reply(bye, 200, "OK")
        assert ann.final().code == 200

    def test_withheld(self, phone: Phones, trunk: Trunks) -> None:
        cyr, alfa = phone("cyr-desk"), trunk("alfa")
        call = cyr.invite("0602111222")
        invite = alfa.answer()
        assert caller(invite) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
        assert invite.headers("Privacy") == ["id"]
        assert invite.headers("P-Asserted-Identity") == ["<sip:+420222333400@exchange.example.net>"]
        call.established()

    @pytest.mark.parametrize("code", [500, 503, 302, 401, 407, 0])
    def test_next_trunk(self, phone: Phones, trunk: Trunks, code: int) -> None:
        ann, alfa, beta = phone("ann-desk"), trunk("alfa"), trunk("beta")
        call = ann.invite("000421905123456")
        invite = alfa.expect("INVITE")
        if code:
            alfa.reply(invite, code, "No")
        second = beta.answer()
        assert second.uri == f"sip:421905123456@127.0.{lane()}.31:5060"
        assert caller(second).strip() == "<sip:420222333401@exchange.example.net>"
        assert second.headers("P-Asserted-Identity") == ["<sip:420222333401@exchange.example.net>"]
        assert len(second.headers("Record-Route")) == 1
        assert f"c=IN IP4 127.0.{lane()}.6" in second.body
        answer = call.established()
        assert "Fake" in answer.header("From")
        beta.expect("ACK")
        call.within("BYE")
        bye = beta.expect("BYE")
        assert caller(bye).strip() == "<sip:420222333401@exchange.example.net>"
        beta.reply(bye, 200, "OK")

    @pytest.mark.parametrize(("code", "reason"), [(486, "Busy Here"), (603, "Decline"), (404, "Not Found")])
    def test_answers_about_the_called_party(self, phone: Phones, trunk: Trunks, code: int, reason: str) -> None:
        ann, alfa, beta = phone("ann-desk"), trunk("alfa"), trunk("beta")
        call = ann.invite("0602111222")
        alfa.reply(alfa.expect("INVITE"), code, reason, extra="P-Asserted-Identity: <sip:666@x>\r\n")
        answer = call.rejected()
        assert (answer.code, answer.reason) == (code, reason)
        assert not answer.headers("P-Asserted-Identity")
        assert beta.silent("INVITE", 0.2)

    def test_all_trunks_fail(self, phone: Phones, trunk: Trunks) -> None:
        ann, alfa, beta = phone("ann-desk"), trunk("alfa"), trunk("beta")
        call = ann.invite("0602111222")
        alfa.reply(alfa.expect("INVITE"), 503, "x")
        beta.reply(beta.expect("INVITE"), 503, "x")
        answer = call.rejected()
        assert (answer.code, answer.reason) == (503, "No Trunk Available")

    def test_called_party_rings_on(self, phone: Phones, trunk: Trunks) -> None:
        ann, alfa, beta = phone("ann-desk"), trunk("alfa"), trunk("beta")
        call = ann.invite("0602111222")
        invite = alfa.expect("INVITE")
        alfa.reply(invite, 180, "Ringing")
        assert beta.silent("INVITE", 1.5)  # twice the answer timeout
        alfa.reply(invite, 200, "OK", sdp(alfa.host))
        call.established()

    @pytest.mark.parametrize("dialled", ["112", "0112", "urn:service:sos", "urn:service:sos.fire"])
    def test_emergency(self, phone: Phones, trunk: Trunks, dialled: str) -> None:
        cyr, alfa, beta = phone("cyr-desk"), trunk("alfa"), trunk("beta")
        call = cyr.invite(dialled, extra="Privacy: id\r\n")
        alfa.reply(alfa.expect("INVITE"), 603, "Decline")
        invite = beta.answer()
        number = "150" if dialled.endswith("fire") else "112"
        assert invite.uri == f"sip:{number}@127.0.{lane()}.31:5060"
        assert caller(invite).strip() == "<sip:420222333400@exchange.example.net>"
        assert not invite.headers("Privacy")
        call.established()

    def test_emergency_without_a_trunk(self, phone: Phones, trunk: Trunks) -> None:
        ann, alfa, beta = phone("ann-desk"), trunk("alfa"), trunk("beta")
        call = ann.invite("155")
        alfa.reply(alfa.expect("INVITE"), 486, "Busy Here")
        beta.reply(beta.expect("INVITE"), 603, "Decline")
        assert call.rejected().reason == "No Trunk Available"

    @pytest.mark.parametrize("called", ["+420222333401", "420222333401", "00420222333401"])
    def test_call_in(self, phone: Phones, trunk: Trunks, called: str) -> None:
        ann, alfa = phone("ann-desk"), trunk("alfa")
        call = alfa.invite(called, trunk=True, extra=FORGED.partition("\r\n")[2], from_='"Mallory" <sip:602111222@x>')
        invite = ann.answer()
        assert caller(invite).strip() == "<sip:+420602111222@novak.example.net>"
        assert "Mallory" not in invite.text
        assert not [name for name in FORGED_NAMES if invite.headers(name)]
        call.established()
        ann.expect("ACK")
        call.within("BYE")
        bye = ann.expect("BYE")
        assert "Mallory" not in bye.text
        ann.reply(bye, 200, "OK")
        assert alfa.final().code == 200

    def test_asserted_number_wins(self, phone: Phones, trunk: Trunks) -> None:
        ann, alfa = phone("ann-desk"), trunk("alfa")
        extra = 'P-Asserted-Identity: "X" <sip:+420603000111;user=phone@carrier.example>\r\n'
        call = alfa.invite("+420222333401", trunk=True, extra=extra, from_="<sip:602111222@x>")
        assert caller(ann.answer()).strip() == "<sip:+420603000111@novak.example.net>"
        call.established()

    @pytest.mark.parametrize("from_", ["<sip:anonymous@anonymous.invalid>", "<sip:carrier.example>"])
    def test_call_in_without_number(self, phone: Phones, trunk: Trunks, from_: str) -> None:
        ann, alfa = phone("ann-desk"), trunk("alfa")
        call = alfa.invite("+420222333401", trunk=True, from_=from_)
        assert caller(ann.answer()) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
        call.established()

    @pytest.mark.parametrize("called", ["+420602111222", "112", "1201", "0602111222", "+420222333449"])
    def test_a_trunk_reaches_only_assigned_numbers(self, trunk: Trunks, called: str) -> None:
        alfa, beta = trunk("alfa"), trunk("beta")
        assert alfa.invite(called, trunk=True).rejected().code == 404
        assert beta.silent("INVITE", 0.2)


class TestStrangers:
    def test_known_domain(self, trunk: Trunks) -> None:
        stranger = trunk("stranger")
        stranger.domain = "novak.example.net"
        call = stranger.invite("1201", trunk=True)
        assert call.rejected().code == 407

    def test_unknown_domain(self, trunk: Trunks) -> None:
        assert trunk("stranger").invite("+420222333401", trunk=True).rejected().code == 403

    def test_wrong_password(self, phone: Phones) -> None:
        ann = phone("ann-desk", register=False)
        ann.password = "wrong"
        assert ann.invite("1202").rejected().code == 407

    @pytest.mark.parametrize(("method", "code"), [("INVITE", 481), ("BYE", 481), ("MESSAGE", 405)])
    def test_forged_dialog(self, trunk: Trunks, method: str, code: int) -> None:
        stranger, alfa = trunk("stranger"), trunk("alfa")
        headers = (
            f"Route: <sip:127.0.{lane()}.1;lr;ftag=1;tk={'0' * 20}>\r\nFrom: <sip:x@y>;tag=1\r\n"
            "To: <sip:z@y>;tag=2\r\nContact: <sip:x@y>\r\n"
        )
        stranger.request(method, f"sip:+420900111222@127.0.{lane()}.30:5060", "forged", headers)
        assert stranger.final().code == code
        assert alfa.silent(method, 0.2)

    def test_call_between_phones_cannot_turn_to_a_trunk(self, phone: Phones, trunk: Trunks) -> None:
        ann, bob, alfa = phone("ann-desk"), phone("bob-desk"), trunk("alfa")
        call = ann.invite("1202")
        bob.answer()
        call.established()
        call.within("INVITE", uri=f"sip:+420900111222@127.0.{lane()}.30:5060", body=sdp(ann.host))
        assert ann.final().code == 481
        assert alfa.silent("INVITE", 0.2)

    def test_options(self, trunk: Trunks) -> None:
        stranger = trunk("stranger")
        stranger.request("OPTIONS", f"sip:127.0.{lane()}.1", "o", "From: <sip:x@y>;tag=1\r\nTo: <sip:y>\r\n")
        assert stranger.final().code == 200

    def test_scanner_gets_nothing(self, trunk: Trunks) -> None:
        stranger = trunk("stranger")
        headers = "From: <sip:x@y>;tag=1\r\nTo: <sip:y>\r\nUser-Agent: friendly-scanner\r\n"
        stranger.request("OPTIONS", f"sip:127.0.{lane()}.1", "s", headers)
        assert stranger.silent("OPTIONS", 0.3)
        assert not stranger.pending

    def test_other_methods(self, trunk: Trunks) -> None:
        stranger = trunk("stranger")
        stranger.request("SUBSCRIBE", "sip:1201@novak.example.net", "p", "From: <sip:x@y>;tag=1\r\nTo: <sip:y>\r\n")
        assert stranger.final().code == 405

    def test_bytes_that_are_no_text(self, stack: Stack, phone: Phones) -> None:
        ann = phone("ann-desk", register=False)
        ann.socket.sendto(
            b"INVITE sip:\xff\xfe@novak.example.net SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bK\xff;rport\r\n"
            b"From: <sip:\xe9@novak.example.net>;tag=\xff\r\nTo: <sip:\xff@x>\r\nCall-ID: \xff\r\nCSeq: 1 INVITE\r\n"
            b"Max-Forwards: 9\r\nContent-Length: 0\r\n\r\n",
            ann.exchange,
        )
        assert ann.final().code == 400
        assert ann.register().code == 200
        assert ann.register(expires=0).code == 200


def test_media_relay_down_and_up(stack: Stack, phone: Phones) -> None:
    ann, bob = phone("ann-desk"), phone("bob-desk")
    stack.stop_process(stack.processes[0])
    answer = ann.invite("1202").rejected(seconds=2)
    assert (answer.code, answer.reason) == (503, "Media Not Available")
    assert answer.header("Retry-After") == "2"
    assert bob.silent("INVITE", 0.1)
    stack.processes.insert(0, stack.start_relay())
    stack.processes.pop()
    for _ in range(10):
        call = ann.invite("1202")
        try:
            bob.answer(seconds=1)
        except AssertionError:
            call.rejected()
            continue
        call.established()
        return
    raise AssertionError("the relay is back, but no call uses it")


def test_no_errors_were_logged(stack: Stack) -> None:
    """Last: whatever went wrong above without being seen."""
    log = stack.log.read_text("utf-8", "replace")
    assert not [line for line in log.splitlines() if "failed: Traceback" in line]
    assert stack.alive
