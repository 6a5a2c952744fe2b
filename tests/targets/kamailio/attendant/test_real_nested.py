"""Menus that lead to announcements and menus: a call of the attendant comes back to it, with the same Call-ID."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.targets.kamailio.answering import MENU, AnsweringStack
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.sip_client import Dialog, Endpoint

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnsweringStack]:
    with AnsweringStack(lane() + 140, Path(tmp_path_factory.mktemp("nested"))) as running:
        time.sleep(2.2)  # Kamailio looks again for a relay that was not up before itself
        yield running
        running.nothing_left(seconds=40, transactions=True)
        for log in (running.log, running.exchange_log):
            assert "failed" not in log.read_text("utf-8", "replace")


@pytest.fixture
def phone(stack: AnsweringStack) -> Iterator[Endpoint]:
    with stack.party("ann-desk") as endpoint:
        assert endpoint.register().code == 200
        yield endpoint
        endpoint.pending.clear()
        assert endpoint.register(expires=0).code == 200
    stack.nothing_left()


@pytest.fixture
def ear(phone: Endpoint) -> Iterator[Media]:
    with Media(phone.host, 40000) as media:
        yield media


def in_the_menu(phone: Endpoint, ear: Media) -> Dialog:
    call = phone.invite(MENU)
    ear.towards(call.established().body)
    assert ear.hears()
    ear.run(0.5)
    return call


def sessions(stack: AnsweringStack, wanted: int) -> None:
    """Waits until there are so many sessions."""
    end = time.monotonic() + 3
    while len(stack.table("sessions")) != wanted:
        assert time.monotonic() < end, stack.table("sessions")
        time.sleep(0.02)


def test_announcement_in_a_menu_then_the_menu_again(stack: AnsweringStack, phone: Endpoint, ear: Media) -> None:
    call = in_the_menu(phone, ear)
    ear.press("3")
    sessions(stack, 2)
    assert ear.hears()
    sessions(stack, 1)
    assert ear.hears()  # sorry, and the menu again
    call.within("BYE")
    phone.expect(200, call_id=call.id)


def test_caller_leaves_during_the_announcement(stack: AnsweringStack, phone: Endpoint, ear: Media) -> None:
    call = in_the_menu(phone, ear)
    ear.press("3")
    sessions(stack, 2)
    call.within("BYE")
    phone.expect(200, call_id=call.id)
    sessions(stack, 0)


def test_menu_behind_a_menu(stack: AnsweringStack, phone: Endpoint, ear: Media) -> None:
    call = in_the_menu(phone, ear)
    ear.press("4")
    sessions(stack, 2)
    ear.run(0.3)
    call.within("BYE")
    phone.expect(200, call_id=call.id)
    sessions(stack, 0)


def test_menu_behind_a_menu_hangs_up(stack: AnsweringStack, phone: Endpoint, ear: Media) -> None:
    call = in_the_menu(phone, ear)
    ear.press("4")
    sessions(stack, 2)
    bye = phone.expect("BYE", call_id=call.id, seconds=6)
    phone.reply(bye, 200, "OK")
    sessions(stack, 0)
