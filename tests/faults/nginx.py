"""nginx before a house, with the configuration that docs/operate/processes.md prints."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
import signal
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.server.test_running_house import free_port

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "processes.md"
HOST = "hotline.example.org"
_WHOLE = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block}
}}
"""


def configurations() -> list[str]:
    """The blocks of the page: for one machine, for several."""
    return re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@dataclass
class Nginx:
    """A running nginx; `base` is its TLS address, `plain` the one without."""

    folder: Path
    process: subprocess.Popen[bytes]
    base: str
    plain: str
    trust: ssl.SSLContext

    def client(self, **more: object) -> httpx.Client:
        """A caller that verifies the certificate and asks for the house by its name."""
        return httpx.Client(base_url=self.base, headers={"Host": HOST}, verify=self.trust, timeout=30, **more)  # type: ignore[arg-type]

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def start(folder: Path, block: str, addresses: dict[str, str]) -> Nginx:
    """Play a block of the page; `addresses` says which port of this machine stands for each of the page's.

    AssertionError when the page no longer names an address that the test knows, or nginx refuses the block.
    """
    folder.mkdir()
    public, key = certificate(folder)
    secure, plain = free_port(), free_port()
    block = re.sub(r"listen 443 ssl", f"listen 127.0.0.1:{secure} ssl", block)
    block = re.sub(r"listen 80;", f"listen 127.0.0.1:{plain};", block)
    here = {"/etc/nginx/hotline.crt": str(public), "/etc/nginx/hotline.key": str(key), **addresses}
    for documented, real in here.items():
        assert documented in block, documented
        block = block.replace(documented, real)
    user = "user root;" if os.getuid() == 0 else ""
    written = folder / "nginx.conf"
    written.write_text(_WHOLE.format(folder=folder, block=block, user=user))
    process = subprocess.Popen(["nginx", "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(written)])
    trust = ssl.create_default_context(cafile=str(public))
    running = Nginx(folder, process, f"https://127.0.0.1:{secure}", f"http://127.0.0.1:{plain}", trust)
    for _ in range(100):
        assert process.poll() is None, (folder / "error.log").read_text()
        try:
            httpx.get(running.base, headers={"Host": HOST}, verify=trust, timeout=5)
            return running
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError((folder / "error.log").read_text())


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(hours=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "hotline.crt", folder / "hotline.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
