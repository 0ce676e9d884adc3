"""A mail server on this machine, with the bad manners of real ones."""

import base64
import datetime
import ipaddress
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Manners:
    """What it answers instead of yes: `recipients` by address (a passing 450 or a final 550), the rest to everybody."""

    recipients: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    message: str = ""
    password: str = ""  # none: nobody signs in
    hangs_up: str = ""  # at this command


class FakeMailServer:
    """Serves on 127.0.0.1 until `close()`; TLS comes first when a certificate is given."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.manners = Manners()
        self.taken: list[EmailMessage] = []
        self.asked: list[str] = []  # every RCPT, also the refused ones
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.mail = self
        self._server.tls = None
        if certificate:
            self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._server.tls.load_cert_chain(certificate)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'smtps' if self._server.tls else 'smtp'}://localhost:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    mail: FakeMailServer
    tls: ssl.SSLContext | None

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not like our certificate hangs up: nothing to print."""


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def handle(self) -> None:
        self.server.mail.connections += 1
        self.say("220 mail.example.org")
        while line := self.rfile.readline().decode().strip():
            command, _, rest = line.partition(" ")
            if command.upper() == self.manners.hangs_up:
                return
            answer = getattr(self, f"on_{command.lower()}", None)
            self.say(answer(rest) if answer else "250 ok")

    @property
    def manners(self) -> Manners:
        return self.server.mail.manners

    def on_ehlo(self, _rest: str) -> str:
        lines = ["mail.example.org", *(["AUTH PLAIN"] if self.manners.password else [])]
        return "\r\n".join(f"250{'-' if line != lines[-1] else ' '}{line}" for line in lines)

    def on_auth(self, rest: str) -> str:
        password = base64.b64decode(rest.partition(" ")[2]).decode().rpartition("\0")[2]
        return "235 ok" if password == self.manners.password else "535 5.7.8 wrong name or password"

    def on_mail(self, _rest: str) -> str:
        return self.manners.sender or "250 ok"

    def on_rcpt(self, rest: str) -> str:
        address = rest.partition("<")[2].partition(">")[0]
        self.server.mail.asked.append(address)
        return self.manners.recipients.get(address, "250 ok")

    def on_data(self, _rest: str) -> str:
        self.say("354 go on")
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            content += self.rfile.readline()
        if not self.manners.message:
            self.server.mail.taken.append(message_from_bytes(content[:-3], policy=policy.default))  # type: ignore[arg-type]
        return self.manners.message or "250 taken"

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


def certificate(folder: Path) -> Path:
    """A certificate of its own for `localhost`, with its key; trusted by whoever is told so (SSL_CERT_FILE)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
