"""What the blob store promises: bodies by subject and digest, and none of a subject that was dropped."""

import os
from uuid import uuid4

import pytest

from gehoor.runtime.memory.blobs import MemoryBlobs
from gehoor.runtime.ports import Blobs
from gehoor.runtime.postgres.blobs import PostgresBlobs

DIGEST = "sha256:" + 64 * "0"


@pytest.fixture
def blobs(kept_by: str, request: pytest.FixtureRequest) -> Blobs:
    return MemoryBlobs() if kept_by == "memory" else PostgresBlobs(request.getfixturevalue("pool"))


@pytest.mark.parametrize("body", [b"", b"\x00\xff", os.urandom(3_000_000)], ids=["empty", "binary", "large"])
async def test_a_body_comes_back_as_it_was(blobs: Blobs, body: bytes) -> None:
    subject = uuid4()
    await blobs.put(subject, DIGEST, body)
    assert await blobs.get(subject, DIGEST) == body


async def test_the_same_again_changes_nothing(blobs: Blobs) -> None:
    """Sealed twice, the same body is other bytes; the first stay, which facts may already speak of."""
    subject = uuid4()
    await blobs.put(subject, DIGEST, b"first")
    await blobs.put(subject, DIGEST, b"second")
    assert await blobs.get(subject, DIGEST) == b"first"


async def test_a_body_belongs_to_its_subject(blobs: Blobs) -> None:
    one, other = uuid4(), uuid4()
    await blobs.put(one, DIGEST, b"one's")
    assert await blobs.get(other, DIGEST) is None
    await blobs.put(other, DIGEST, b"other's")
    await blobs.drop([one, uuid4()])
    assert await blobs.get(one, DIGEST) is None
    assert await blobs.get(other, DIGEST) == b"other's"
