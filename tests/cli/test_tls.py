"""`yichuang serve` speaks TLS itself: pages, API and sockets, with a certificate of the hall's own CA."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect

from queue_server.cli.serve import is_open
from queue_server.config import ServerSettings
from queue_server.console.client import HallClient
from tests.cli.processes import START, Program, free_port, run, stop_store
from tests.cli.test_serve import always_open
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "hall.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (tmp_path / "hall.key").write_bytes(secret)
    return tmp_path / "hall.pem"


@pytest.fixture
def server(tmp_path: Path, certificate: Path) -> Iterator[tuple[str, Program]]:
    """A server that speaks TLS; its address."""
    port = free_port()
    program = Program(
        tmp_path / "said", "serve", hall_files=str(always_open(tmp_path)), port=str(port),
        store_directory=str(tmp_path / "store"), tls_certificate=str(certificate),
        tls_key=str(certificate.with_suffix(".key")), archive=str(tmp_path / "archive.sqlite"),
        anchors=str(tmp_path / "anchors.jsonl"),
    )  # fmt: skip
    yield f"https://127.0.0.1:{port}", program
    program.clear()
    stop_store(tmp_path / "store")


async def test_everything_goes_over_tls(
    tmp_path: Path,
    certificate: Path,
    server: tuple[str, Program],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base, program = server
    await wait_until(lambda: base in program.out, START)
    trusted = ssl.create_default_context(cafile=str(certificate))
    store = str(tmp_path / "store")
    password = run("user", "add", "li", "--role", "clerk", "--hall", "town", "--store", store).stdout.strip()
    async with httpx.AsyncClient(base_url=base, verify=trusted) as browser:
        ready = await browser.get("/kiosk/town")
        assert ready.status_code == 200
        assert ready.headers["strict-transport-security"] == "max-age=31536000"
        body = {"login": "li", "password": password, "cookie": True}
        address = "/api/halls/town/sign-in"

        async def enters() -> httpx.Response | None:
            answer = await browser.post(address, json=body, headers={"origin": base})
            return answer if answer.status_code == 200 else None

        signed = await wait_until(enters, START)
        assert signed is not None
        cookie = signed.headers["set-cookie"]
        assert cookie.startswith("__Host-yichuang-town=s.")
        assert "; Secure" in cookie
        assert (await browser.get("/api/halls/town/me")).json()["role"] == "newcomer"
    async with connect(f"{base.replace('https', 'wss')}/api/halls/town/board/live", ssl=trusted) as socket:
        assert "board" in str(await socket.recv())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with HallClient(base, "town", "") as console:
        assert (await console.sign_in("li", password)).must_change
    plain = httpx.AsyncClient()
    async with plain:
        with pytest.raises(httpx.TransportError):
            await plain.get(base.replace("https", "http"))


async def test_a_certificate_without_its_key_is_named(tmp_path: Path, certificate: Path) -> None:
    refused = run("serve", hall_files=str(always_open(tmp_path)), tls_certificate=str(certificate))
    assert refused.returncode == 1
    assert "tls_key" in refused.stderr


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        ({}, False),
        ({"bind": "0.0.0.0"}, True),
        ({"bind": "0.0.0.0", "public_url": "https://hall.zw.lan"}, False),
        ({"bind": "0.0.0.0", "tls_certificate": "hall.pem", "tls_key": "hall.key"}, False),
        ({"bind": "::1"}, False),
    ],
)
def test_a_server_that_others_reach_without_tls_says_so(settings: dict[str, str], warned: bool) -> None:
    assert is_open(ServerSettings(**settings)) == warned  # type: ignore[arg-type]
