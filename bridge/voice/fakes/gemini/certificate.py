"""A certificate of our own for 127.0.0.1: with an API key google-genai speaks TLS to everybody."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_HOST = ipaddress.ip_address("127.0.0.1")
_VALID = timedelta(days=2)


def tls_pair() -> tuple[ssl.SSLContext, str]:
    """For the server, and the certificate (PEM) for clients to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed(key).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chain.pem"
        path.touch(mode=0o600)
        path.write_bytes(certificate + secret)
        server.load_cert_chain(path)
    return server, certificate.decode("ascii")


def _signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, str(_HOST))])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - _VALID).not_valid_after(now + _VALID)
    return builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(_HOST)]), critical=False).sign(key, hashes.SHA256())
