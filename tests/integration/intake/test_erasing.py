"""A person who is erased: nothing of them is left to read or to find, and what was promised is still owed."""

from uuid import uuid4

from gehoor.events.envelope import Stream
from gehoor.intake.effects import ERASURE
from tests.integration.intake.house import House, letter

SECRETS = ("Vermeulen", "els@example.org", "pakje", "hypotheek", "32470123456")


async def complained(intake: House) -> dict[str, str]:
    """A complaint with all that is personal, a promise, and a mail that was set aside."""
    received = await intake.mail(letter("Mijn pakje is er niet.", Message_ID="<a1@mail.example.org>"))
    await intake.post(
        f"/complaints/{received['id']}/promises",
        kind="call-back",
        what="Mevrouw Vermeulen, we bellen u.",
        until="2026-03-03T16:00:00Z",
    )
    await intake.mail(letter("Ik ben met vakantie. Els Vermeulen", Auto_Submitted="auto-replied"))
    return received


async def erase(intake: House, customer: str) -> dict[str, object]:
    return await intake.post(f"/persons/{customer}/erasure", 202, ground="requested")


async def test_nothing_can_be_read_of_an_erased_person(intake: House) -> None:
    received = await complained(intake)
    before = await intake.show(received["id"])
    attachment = before["story"][0]["attachments"][0]["digest"]
    assert "Vermeulen" in str(before)
    told = await erase(intake, before["customer_id"])
    assert told["subjects"] == 2

    after = await intake.show(received["reference"])
    assert not any(secret in str(after) for secret in SECRETS)
    assert after["erased"]
    assert after["story"][0]["text"] == {"erased": "2026-03-02T08:02:00+00:00"}
    assert after["promises"][0]["standing"] == "owed"
    assert after["owner"]["desk"] == "front-line"
    gone = await intake.http.get(f"/complaints/{received['id']}/attachments/{attachment}")
    assert gone.status_code == 404
    assert await intake.ports.blobs.get(Stream.parse(f"complaint-{received['id']}").id, attachment) is None


async def test_nobody_is_found_by_the_address_of_an_erased_person(intake: House) -> None:
    received = await complained(intake)
    asked = {"kind": "email", "address": "ELS@example.org"}
    found = await intake.post("/candidates", 200, **asked)
    assert [one["id"] for one in found["candidates"]] == [received["id"]]
    await erase(intake, (await intake.show(received["id"]))["customer_id"])
    assert (await intake.post("/candidates", 200, **asked))["candidates"] == []
    again = await intake.mail(letter("En?", In_Reply_To="<a1@mail.example.org>"))
    assert again["became"] == "complaint"


async def test_erasing_twice_erases_once(intake: House) -> None:
    received = await complained(intake)
    customer = (await intake.show(received["id"]))["customer_id"]
    assert await erase(intake, customer) == await erase(intake, customer)
    assert (await intake.stored()).count("intake.person-erased.v1") == 1


async def test_who_comes_back_after_being_erased_can_be_erased_again(intake: House) -> None:
    received = await complained(intake)
    customer = (await intake.show(received["id"]))["customer_id"]
    await erase(intake, customer)
    again = await intake.post("/complaints", channel="web", text="Weer ik.", customer_id=customer)
    assert (await erase(intake, customer))["subjects"] == 3
    assert (await intake.show(again["id"]))["erased"]


async def test_nobody_is_erased_who_is_not_known(intake: House) -> None:
    answer = await intake.http.post(f"/persons/{uuid4()}/erasure", json={"ground": "requested"})
    assert answer.status_code == 404


async def test_erasing_needs_a_scope_of_its_own(intake: House) -> None:
    headers = await intake.key("intake:write", "intake:read")
    answer = await intake.http.post(f"/persons/{uuid4()}/erasure", json={"ground": "requested"}, headers=headers)
    assert answer.status_code == 403


async def test_the_keys_go_after_the_fact_however_often_it_takes(intake: House) -> None:
    received = await complained(intake)
    customer = (await intake.show(received["id"]))["customer_id"]
    answer = await intake.http.post(f"/persons/{customer}/erasure", json={"ground": "requested"})
    assert answer.status_code == 202
    assert len(await intake.ports.due.standing(ERASURE)) == 1
    await intake.settle()
    assert await intake.ports.due.standing(ERASURE) == []
    assert (await intake.stored())[-1] == "intake-notes.keys-destroyed.v1"


async def test_nothing_personal_is_stored_or_published_in_clear(intake: House) -> None:
    await complained(intake)
    await intake.post(
        "/complaints",
        channel="phone",
        text="Een oude hypotheek.",
        name="Els Vermeulen",
        contact_points=[{"kind": "phone", "address": "0470/12.34.56"}],
    )
    rows = [row for view in ("matters", "references", "threads", "messages") for row in await intake.store.find(view)]
    stored = str([written.value for written in intake.journal]) + str(rows)
    assert not any(secret in stored for secret in SECRETS)
