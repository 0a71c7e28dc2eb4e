"""A timestamp authority for tests: certificates by `cryptography`, answers by OpenSSL, which knows nothing of this package."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {directory}/serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
tsa_name = no
"""


@dataclass(frozen=True)
class Authority:
    """An authority that answers queries; `root` is the certificate that a verifier trusts."""

    directory: Path

    @property
    def root(self) -> Path:
        return self.directory / "root.pem"

    def answer(self, query: Path) -> Path:
        """The answer to a query, as OpenSSL gives it."""
        answer = query.with_suffix(".tsr")
        configuration = self.directory / "tsa.conf"
        configuration.write_text(CONFIGURATION.format(directory=self.directory), encoding="ascii")
        (self.directory / "serial").write_text("01", encoding="ascii")
        words: list[str | Path] = [
            "openssl",
            "ts",
            "-reply",
            "-config",
            configuration,
            "-queryfile",
            query,
            "-out",
            answer,
        ]
        words += ["-signer", self.directory / "signer.pem", "-inkey", self.directory / "signer.key"]
        subprocess.run(words, check=True, capture_output=True)
        return answer


def authority_in(directory: Path) -> Authority:
    """A fresh authority; skips the test where OpenSSL is not installed."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not installed")
    pytest.importorskip("rfc3161_client")
    directory.mkdir()
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Root", "Root", key=root_key, by=root_key, authority=True)
    signer = certificate("Signer", "Root", key=key, by=root_key, authority=False)
    pem = serialization.Encoding.PEM
    (directory / "root.pem").write_bytes(root.public_bytes(pem))
    (directory / "signer.pem").write_bytes(signer.public_bytes(pem))
    plain = serialization.NoEncryption()
    (directory / "signer.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return Authority(directory)


def certificate(
    subject: str, issuer: str, *, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, authority: bool
) -> x509.Certificate:
    """A certificate of a root, or of one that signs timestamps under it."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(by, hashes.SHA256())
