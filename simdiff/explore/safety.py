"""What keeps the page to this machine and its owner: the name asked for, where a request comes from, a secret in the
address, and what the page may load."""

import hmac
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HOST = "127.0.0.1"
LARGEST_BODY = 1_000_000
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def new_token() -> str:
    """A secret for the address, 128 bits of the system's own luck."""
    return os.urandom(16).hex()


def guarded(app: App, token: str, port: int) -> App:
    """An application that answers only what was asked of this very address, with its secret, by its own page."""
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    async def guard(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await app(scope, receive, send)
            return
        refusal = refused(scope, token, hosts)
        if refusal is not None:
            await PlainTextResponse(refusal[1], refusal[0], headers=HEADERS)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        inner = {**scope, "path": scope["path"][len(token) + 1 :]}
        await app(inner, receive, sending)

    return guard


def refused(scope: Message, token: str, hosts: set[str]) -> tuple[int, str] | None:
    """Status and words of a refusal; None for a request of the page itself."""
    headers = Headers(scope=scope)
    own = {f"http://{host}" for host in hosts}
    if headers.get("host") not in hosts:
        return 421, "not this host"
    origin = headers.get("origin")
    if origin is not None and origin not in own:
        return 403, "another origin"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return 403, "another site"
    given = scope["path"].split("/", 2)[1]
    if not hmac.compare_digest(given.encode(), token.encode()):
        return 404, "not found"
    if scope["method"] == "POST":
        length = headers.get("content-length", "")
        if origin is None or not headers.get("content-type", "").startswith("application/json"):
            return 403, "not the page"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return 413, "too large"
    return None
