"""Sealed files: only the holder of a key reads them, from anywhere in them, and up to where a writer died."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.sealing import (
    CHUNK_BYTES,
    FOOTER_BYTES,
    HEAD_BYTES,
    HEADER_BYTES,
    BadKeys,
    Broken,
    KeyMissing,
    Keys,
    SealedReader,
    SealedWriter,
    key_id,
    sealed_with,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def keys(*held: bytes) -> Keys:
    return Keys.parse(",".join(base64.b64encode(key).decode() for key in held))


class Kept(io.BytesIO):
    """Remembers its bytes when it is closed."""

    left = b""

    def close(self) -> None:
        self.left = self.left or self.getvalue()
        super().close()


def sealed(plain: bytes, *held: bytes, head: bytes = b"") -> bytes:
    """`head`: written over the beginning at the end, as a FLAC encoder does."""
    stream = Kept()
    with SealedWriter(stream, keys(*(held or (NEW,)))) as writer:
        writer.write(plain)
        writer.seek(0)
        writer.write(head)
    return stream.left


def opened(written: bytes, *held: bytes) -> SealedReader:
    return SealedReader(io.BytesIO(written), keys(*(held or (NEW,))))


def read(written: bytes, *held: bytes) -> bytes:
    reader = opened(written, *held)
    return io.BufferedReader(reader).read()


@pytest.mark.parametrize("n", [0, 1, 41, 42, 43, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 100_000])
def test_what_was_written_is_read(n):
    plain = bytes(index % 251 for index in range(n))
    reader = opened(sealed(plain))
    assert (reader.size, reader.is_whole, io.BufferedReader(reader).read()) == (n, True, plain)


@given(begin=st.integers(0, 60_000), n=st.integers(0, 40_000), size=st.integers(0, 50_000))
def test_any_part_is_read_alone(begin, n, size):
    plain = bytes(index % 251 for index in range(size))
    reader = opened(sealed(plain))
    reader.seek(begin)
    assert io.BufferedReader(reader).read(n) == plain[begin : begin + n]


def test_a_part_opens_only_its_own_chunks():
    written = bytearray(sealed(bytes(5 * CHUNK_BYTES)))
    written[HEADER_BYTES + 10] ^= 1  # in the first chunk
    reader = opened(bytes(written))
    reader.seek(3 * CHUNK_BYTES)
    assert reader.read(10) == bytes(10)
    reader.seek(0)
    with pytest.raises(Broken, match="was changed"):
        reader.read(10)


def test_the_head_that_is_known_at_the_end_is_the_one_that_is_read():
    assert read(sealed(b"-" * 50_000, head=b"length known")) == b"length known" + b"-" * (50_000 - 12)


def test_behind_its_head_nothing_is_written_twice():
    writer = SealedWriter(io.BytesIO(), keys(NEW))
    writer.write(bytes(100))
    writer.seek(HEAD_BYTES)
    with pytest.raises(Broken, match="behind its head"):
        writer.write(b"x")


@given(kept=st.integers(HEADER_BYTES, HEADER_BYTES + 5 * (CHUNK_BYTES + 16)))
def test_of_a_file_whose_writer_died_every_whole_chunk_is_read(kept):
    plain = bytes(index % 251 for index in range(5 * CHUNK_BYTES))
    reader = opened(sealed(plain)[:kept])
    n_whole = (kept - HEADER_BYTES) // (CHUNK_BYTES + 16)
    assert (reader.is_whole, io.BufferedReader(reader).read()) == (False, plain[: n_whole * CHUNK_BYTES])


def test_no_bit_can_be_changed_unseen():
    written = sealed(b"a secret" * 20)
    for at in range(HEADER_BYTES, len(written)):
        changed = bytearray(written)
        changed[at] ^= 0x80
        reader = opened(bytes(changed))
        with pytest.raises(Broken) if reader.is_whole else pytest.raises(AssertionError):
            assert io.BufferedReader(reader).read() == b"a secret" * 20


def test_chunks_cannot_be_swapped():
    written = sealed(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES)
    first, second = HEADER_BYTES, HEADER_BYTES + CHUNK_BYTES + 16
    swapped = written[:first] + written[second:-FOOTER_BYTES] + written[first:second] + written[-FOOTER_BYTES:]
    with pytest.raises(Broken):
        read(swapped)


def test_nothing_of_the_words_stands_in_the_file_and_no_two_files_are_alike():
    plain = b"my number is 0712" * 10
    assert plain[:17] not in sealed(plain)
    assert sealed(plain)[HEADER_BYTES:] != sealed(plain)[HEADER_BYTES:]


def test_the_first_key_writes_and_every_key_reads():
    by_old, by_new = sealed(b"then", OLD), sealed(b"now", NEW, OLD)
    assert (read(by_old, NEW, OLD), read(by_new, NEW, OLD)) == (b"then", b"now")
    with pytest.raises(KeyMissing, match=f"{key_id(OLD)}, which RECORDING_KEY does not name. Add it there"):
        read(by_old, NEW)


def test_a_wrong_key_is_said_to_be_missing_and_shows_nothing_secret():
    with pytest.raises(KeyMissing) as refused:
        read(sealed(b"now", NEW), OLD)
    assert base64.b64encode(OLD).decode() not in str(refused.value)
    assert OLD.hex() not in repr(keys(OLD)) and str(OLD) not in repr(keys(OLD))


def test_whose_key_sealed_a_file_is_seen_from_outside(tmp_path: Path):
    (tmp_path / "sealed").write_bytes(sealed(b"now"))
    (tmp_path / "plain").write_bytes(b"fLaC" * 20)
    (tmp_path / "empty").touch()
    assert [sealed_with(tmp_path / name) for name in ("sealed", "plain", "empty")] == [key_id(NEW), "", ""]


def test_a_file_that_was_never_sealed_is_said_to_be_none():
    with pytest.raises(Broken, match="no encrypted recording"):
        read(b"fLaC" * 20)


def test_no_setting_is_no_keys():
    assert (Keys.parse("").writing_id, Keys.parse(" , ").by_id) == ("", {})


NO_KEYS = {"words": "hello", "short": base64.b64encode(bytes(16)).decode(), "long": base64.b64encode(bytes(33)).decode(), "letters": "ä" * 44}


@pytest.mark.parametrize("written", NO_KEYS.values(), ids=NO_KEYS)
def test_a_key_that_is_none_is_refused_with_what_to_do(written):
    with pytest.raises(BadKeys, match="Key 2 of RECORDING_KEY is not the base64 of 32 bytes. Make one with"):
        Keys.parse(f"{base64.b64encode(NEW).decode()},{written}")


def test_the_same_key_twice_is_a_mistake():
    with pytest.raises(BadKeys, match="twice"):
        keys(NEW, NEW)
