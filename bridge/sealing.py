"""Files that only the holder of a key can read, written as they grow and read from anywhere. No Django, no event loop.

    header   magic, key id, salt: the key of the file is derived from the key and the salt (HKDF, RFC 5869)
    chunks   16 KiB each, the last one shorter, sealed by AES-256-GCM with their number as the nonce; nothing is ever sealed anew
    footer   the first `HEAD_BYTES` once more, as they were when the file was closed, and sealed together with the file's length

A sound file's head is known only at its end; so it stands in the footer, and the file is written from front to back. A writer that
died leaves no footer: then the file is read up to its last whole chunk, with the head as it was at the beginning. Whatever was
changed, swapped or cut elsewhere does not open.

    SealingProblem
    ├── BadKeys       the setting is no list of keys
    ├── KeyMissing    the key that this file was sealed with is not among them
    └── Broken        this is no sealed file, or somebody changed it
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"SQSEAL\x00\x01"
KEY_BYTES = 32
KEY_ID_BYTES = 4
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + KEY_ID_BYTES + SALT_BYTES
CHUNK_BYTES = 16 * 1024
TAG_BYTES = 16
HEAD_BYTES = 42  # of a FLAC file: its mark and STREAMINFO (RFC 9639 §8), which hold its length
FOOTER_BYTES = HEAD_BYTES + TAG_BYTES

_SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
_FOOTER_NONCE = b"\xff" * 12  # no chunk has this number


class SealingProblem(Exception):
    """The message says what to do, and holds nothing secret."""


class BadKeys(SealingProblem):
    pass


class KeyMissing(SealingProblem):
    pass


class Broken(SealingProblem):
    pass


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """By key id; the first one writes, all of them read."""

    by_id: dict[str, bytes]

    @classmethod
    def parse(cls, setting: str) -> Keys:
        """Base64 of 32 bytes each, commas between; "": no keys. Raises BadKeys."""
        keys = [_key(number, written) for number, written in enumerate(setting.split(","), 1) if written.strip()]
        by_id = {key_id(key): key for key in keys}
        if len(by_id) < len(keys):
            raise BadKeys("RECORDING_KEY names the same key twice. Name each once, the one that new recordings get first.")
        return cls(by_id)

    @property
    def writing_id(self) -> str:
        """Of the key that new files are sealed with; "": none, they are not sealed."""
        return next(iter(self.by_id), "")

    def of(self, wanted_id: str) -> bytes:
        """Raises KeyMissing."""
        if wanted_id not in self.by_id:
            raise KeyMissing(
                f"This recording was encrypted with the key {wanted_id}, which RECORDING_KEY does not name. Add it there, behind the others."
            )
        return self.by_id[wanted_id]


NO_KEYS = Keys({})


def key_id(key: bytes) -> str:
    """A name for a key that tells nothing about it: eight hexadecimal digits."""
    return hashlib.sha256(b"key id" + key).hexdigest()[: 2 * KEY_ID_BYTES]


def sealed_with(path: Path) -> str:
    """The id of a sealed file's key; "": it is not sealed."""
    with path.open("rb") as stream:
        return _key_id_in(stream.read(HEADER_BYTES))


class SealedWriter(io.RawIOBase):
    """A file to be written by whoever thinks it is an ordinary one. Behind its head it only grows: writing before raises Broken. Owns `stream`."""

    _is_open = False

    def __init__(self, stream: BinaryIO, keys: Keys) -> None:
        super().__init__()
        salt = os.urandom(SALT_BYTES)
        header = MAGIC + bytes.fromhex(keys.writing_id) + salt
        self._box = _Box(keys.of(keys.writing_id), header)
        self._stream = stream
        self._stream.write(header)
        self._head = bytearray()
        self._chunk = bytearray()
        self._n_chunks = 0
        self._at = 0
        self._is_open = True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._n_bytes)[whence]
        return self._at

    def write(self, data: object) -> int:
        piece = memoryview(data).tobytes()  # type: ignore[arg-type]
        if self._at != self._n_bytes and self._at + len(piece) > len(self._head):
            raise Broken("A sealed file cannot be changed behind its head.")
        self._head[self._at : self._at + len(piece)] = piece[: max(0, HEAD_BYTES - self._at)]
        if self._at == self._n_bytes:
            self._append(piece)
        self._at += len(piece)
        return len(piece)

    def flush(self) -> None:
        """What is sealed so far; a chunk that is not full is not."""
        if self._is_open:
            self._stream.flush()

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._end()
        super().close()

    @property
    def _n_bytes(self) -> int:
        return self._n_chunks * CHUNK_BYTES + len(self._chunk)

    def _end(self) -> None:
        n_bytes = self._n_bytes
        with self._stream:
            if self._chunk:
                self._seal_chunk()
            self._stream.write(self._box.seal(_FOOTER_NONCE, bytes(self._head).ljust(HEAD_BYTES, b"\x00"), n_bytes))

    def _append(self, piece: bytes) -> None:
        self._chunk += piece
        while len(self._chunk) >= CHUNK_BYTES:
            self._seal_chunk()

    def _seal_chunk(self) -> None:
        self._stream.write(self._box.seal(_nonce(self._n_chunks), bytes(self._chunk[:CHUNK_BYTES])))
        del self._chunk[:CHUNK_BYTES]
        self._n_chunks += 1


class SealedReader(io.RawIOBase):
    """The plain bytes of a sealed file; only the chunks that are asked for are read and opened. Owns `stream`. Raises SealingProblem."""

    def __init__(self, stream: BinaryIO, keys: Keys) -> None:
        super().__init__()
        self._stream = stream
        header = stream.read(HEADER_BYTES)
        wanted = _key_id_in(header)
        if not wanted:
            raise Broken("This is no encrypted recording.")
        self._box = _Box(keys.of(wanted), header)
        n_sealed = stream.seek(0, io.SEEK_END) - HEADER_BYTES
        head = self._footer(n_sealed - FOOTER_BYTES)
        self.is_whole = head is not None  # its writer has closed it
        self._head = head or b""
        self.size = _n_plain(n_sealed - FOOTER_BYTES) if self.is_whole else n_sealed // _SEALED_CHUNK * CHUNK_BYTES
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        number, start = divmod(self._at, CHUNK_BYTES)
        n_bytes = min(len(view), self.size - self._at, CHUNK_BYTES - start)
        if n_bytes <= 0:
            return 0
        view[:n_bytes] = self._chunk(number)[start : start + n_bytes]
        self._at += n_bytes
        return n_bytes

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        n_bytes = min(CHUNK_BYTES, self.size - number * CHUNK_BYTES)
        self._stream.seek(HEADER_BYTES + number * _SEALED_CHUNK)
        plain = self._box.open(_nonce(number), self._stream.read(n_bytes + TAG_BYTES))
        if plain is None:
            raise Broken("This encrypted recording was changed after it was written, and does not open.")
        return self._head[:n_bytes] + plain[len(self._head) :] if number == 0 else plain

    def _footer(self, n_sealed: int) -> bytes | None:
        if n_sealed < 0:
            return None
        self._stream.seek(HEADER_BYTES + n_sealed)
        return self._box.open(_FOOTER_NONCE, self._stream.read(FOOTER_BYTES), _n_plain(n_sealed))


class _Box:
    """The key of one file."""

    def __init__(self, key: bytes, header: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt=header[-SALT_BYTES:], info=b"a recording").derive(key)
        self._aead = AESGCM(derived)
        self._header = header

    def seal(self, nonce: bytes, plain: bytes, n_bytes: int = 0) -> bytes:
        return self._aead.encrypt(nonce, plain, self._bound_to(n_bytes))

    def open(self, nonce: bytes, sealed: bytes, n_bytes: int = 0) -> bytes | None:
        """None: it was not sealed so."""
        try:
            return self._aead.decrypt(nonce, sealed, self._bound_to(n_bytes))
        except InvalidTag:
            return None

    def _bound_to(self, n_bytes: int) -> bytes:
        return self._header + n_bytes.to_bytes(8, "big")


def _n_plain(n_sealed: int) -> int:
    """Of so many bytes of sealed chunks, the last of which may be short."""
    whole, rest = divmod(n_sealed, _SEALED_CHUNK)
    return whole * CHUNK_BYTES + max(0, rest - TAG_BYTES)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _key_id_in(header: bytes) -> str:
    is_sealed = len(header) == HEADER_BYTES and header.startswith(MAGIC)
    return header[len(MAGIC) : len(MAGIC) + KEY_ID_BYTES].hex() if is_sealed else ""


def _key(number: int, written: str) -> bytes:
    try:
        key = base64.b64decode(written.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKeys(
            f"Key {number} of RECORDING_KEY is not the base64 of {KEY_BYTES} bytes. Make one with: "
            'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"'
        )
    return key
