"""An authorisation server of this machine: it describes itself, shows its keys, and signs what a test wants."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

RESOURCE = "https://mcp.example/mcp"


@dataclass
class Issuer:
    """Its address, its keys by name, and the paths that it was asked for."""

    address: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    keys_have_moved: bool = False
    """Whether the address of the keys leads on to another."""

    def add_key(self, name: str, *, curve: bool = False) -> None:
        """A new pair of keys."""
        if curve:
            self.keys[name] = ec.generate_private_key(ec.SECP256R1())
        else:
            self.keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [_public(key) | {"kid": name, "use": "sig"} for name, key in self.keys.items()]}

    def public_pem(self, name: str) -> bytes:
        """A public key as text."""
        public = self.keys[name].public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem: bytes = public.public_bytes(serialization.Encoding.PEM, form)
        return pem

    def claims(self, **other: Any) -> dict[str, Any]:
        """What a right token says, and what a test says instead; None leaves a claim out."""
        now = int(time.time())
        right = {
            "iss": self.address,
            "aud": RESOURCE,
            "sub": "anna",
            "client_id": "editor",
            "iat": now,
            "exp": now + 60,
        }
        return {name: value for name, value in {**right, "scope": "oc:read", **other}.items() if value is not None}

    def token(self, key: str = "first", algorithm: str = "RS256", **claims: Any) -> str:
        """A signed token."""
        return jwt.encode(self.claims(**claims), self.keys[key], algorithm=algorithm, headers={"kid": key})


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token of any header, signed by whatever."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _public(key: Any) -> dict[str, Any]:
    algorithm: Any = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    public: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return public


@contextmanager
def issuer() -> Iterator[Issuer]:
    """Serve on a free port."""
    serving = Issuer()
    serving.add_key("first")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serving.asked.append(self.path)
            pages = {"/.well-known/openid-configuration": serving.metadata, "/keys": serving.jwks()}
            pages["/moved"] = pages["/keys"]
            found = None if serving.down else pages.get(self.path)
            content = json.dumps(found).encode()
            moved = serving.keys_have_moved and self.path == "/keys"
            self.send_response(302 if moved else 200 if found is not None else 404)
            if moved:
                self.send_header("Location", "/moved")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving.address = f"http://127.0.0.1:{server.server_address[1]}"
        serving.metadata = {"issuer": serving.address, "jwks_uri": f"{serving.address}/keys"}
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield serving
        server.shutdown()
        thread.join()
