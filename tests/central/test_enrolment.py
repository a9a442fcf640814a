"""Tying a device to a consultant: one code, one key, six words, one approval."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldtui.base.errors import BadUsage
from fieldtui.central.administration import approve, devices, enrol_code
from fieldtui.central.enrolling import waiting
from fieldtui.wire.keys import public_key_der
from fieldtui.wire.messages import Enrolled, EnrolPending
from fieldtui.wire.words import fingerprint_words
from tests.support.central import Answered, Central, Device, SkewedClock


def refused(device: Device, code: str) -> str:
    with pytest.raises(Answered) as caught:
        device.enrol(code)
    return caught.value.problem.name


def test_a_device_waits_until_the_words_are_compared_and_then_pulls(central: Central) -> None:
    code = enrol_code(central.database, "mh").code
    device = central.unenrolled()
    pending = device.enrol(code)
    assert isinstance(pending, EnrolPending)
    words = fingerprint_words(public_key_der(device.key))
    assert pending.words == words == waiting(central.database, code).words
    assert isinstance(device.enrol(code), EnrolPending)
    device_id = approve(central.database, code)
    assert approve(central.database, code) == device_id
    enrolled = device.enrol(code)
    assert isinstance(enrolled, Enrolled)
    assert (enrolled.device_id, enrolled.consultant.initials, enrolled.organisation) == (
        device_id,
        "MH",
        "Kvartershuset",
    )
    device.pull()
    (row,) = devices(central.database)
    assert (row.id, row.consultant, row.name) == (device_id, "MH", "prøve")
    assert row.last_seen_at is not None


def test_the_address_in_a_code_carries_the_fingerprint_of_the_key_that_signs_answers(central: Central) -> None:
    import base64
    import hashlib

    made = enrol_code(central.database, "MH", pre_approved=True)
    base, _hash, print_ = made.url.partition("#k=")
    assert base == central.url
    enrolled = central.unenrolled().enrol(made.code)
    assert isinstance(enrolled, Enrolled)
    digest = hashlib.sha256(base64.b64decode(enrolled.server_key)).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == print_


def test_a_code_belongs_to_the_first_key_that_used_it(central: Central) -> None:
    code = enrol_code(central.database, "MH", pre_approved=True).code
    first, second = central.unenrolled(), central.unenrolled()
    assert isinstance(first.enrol(code), Enrolled)
    assert refused(second, code) == "code"
    assert isinstance(first.enrol(code.lower().replace("-", " ")), Enrolled)
    assert len(devices(central.database)) == 1


def test_a_code_is_good_for_a_quarter_of_an_hour(central: Central, clock: SkewedClock) -> None:
    code = enrol_code(central.database, "MH", pre_approved=True).code
    clock.offset = timedelta(minutes=16)
    assert refused(central.unenrolled(), code) == "code"


def test_a_device_that_asked_in_time_may_be_approved_later(central: Central, clock: SkewedClock) -> None:
    code = enrol_code(central.database, "MH").code
    device = central.unenrolled()
    device.enrol(code)
    clock.offset = timedelta(hours=2)
    approve(central.database, code)
    assert isinstance(device.enrol(code), Enrolled)


def test_nothing_is_approved_that_no_device_asked_for(central: Central) -> None:
    code = enrol_code(central.database, "MH").code
    for given in (code, "XXXX-XXXX"):
        with pytest.raises(BadUsage):
            approve(central.database, given)
    with pytest.raises(BadUsage):
        enrol_code(central.database, "NN")


def test_somebody_who_guesses_codes_has_to_wait(central: Central, clock: SkewedClock) -> None:
    device = central.unenrolled()
    answers = [refused(device, "BBBB-BBBB") for _ in range(21)]
    assert answers == ["code"] * 20 + ["rate-limited"]
    with pytest.raises(Answered) as caught:
        device.enrol("BBBB-BBBB")
    assert 0 < int(caught.value.headers["retry-after"]) <= 901
    clock.offset = timedelta(minutes=16)
    assert refused(device, "BBBB-BBBB") == "code"
