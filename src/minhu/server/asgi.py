"""The ASGI application: pages, API and streams on one port, background loops inside when wanted.

Pages are synchronous code. Instead of hopping between event loop and threads for every middleware, the whole
chain of a request runs in one thread of a fixed pool; each thread keeps its database connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http.response import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

from minhu.server import bootstrap

bootstrap.setup()

from minhu.engines.speech.exchange.choosing import house_exchange  # noqa: E402 - they need Django
from minhu.engines.speech.exchange.settings import exchange_settings  # noqa: E402
from minhu.kernel.errors import TooMany  # noqa: E402
from minhu.server import background, middleware, problems, traces  # noqa: E402
from minhu.server.admission import Gate, Kind, kind_of  # noqa: E402
from minhu.server.telephone.gateway import Gateway  # noqa: E402
from minhu.server.telephone.link import Link  # noqa: E402

traces.start()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class BodyTooLargeError(Exception):
    """The body went past the limit while it was read."""


class HouseHandler(ASGIHandler):
    """Django's handler with a synchronous middleware chain in a pool of threads."""

    def __init__(self) -> None:
        super().__init__()
        config = settings.CONFIG
        self._threads = ThreadPoolExecutor(config.threads, thread_name_prefix="request")
        self._gate = Gate(config.threads, config.queue, config.queue_seconds)

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain without a single change between sync and async."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, run the request in a thread, send the response."""
        try:
            body = await self.read_body(_limited(scope, receive))
        except RequestAborted:
            return
        except (BodyTooLargeError, OSError) as error:
            known = middleware.too_large() if isinstance(error, BodyTooLargeError) else problems.unavailable(error)
            if known is None:
                raise
            refusal = problems.answer(ASGIRequest({**scope, "method": "GET"}, SpooledTemporaryFile()), known)
            refusal["Connection"] = "close"
            await self.send_response(refusal, send)
            return
        try:
            async with self._gate.admitted_async(_kind_of(scope)):
                response = await self._in_thread(self._work)(scope, body)
            if isinstance(response, StreamingHttpResponse):
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)
        except TooMany as error:
            await self.send_response(_refusal(scope, error), send)
        finally:
            body.close()

    def answer(self, scope: Mapping[str, Any]) -> HttpResponseBase:
        """The answer to a request without a body, in this thread."""
        with SpooledTemporaryFile() as body:
            return self._work(dict(scope), body)

    def _in_thread(self, function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return sync_to_async(function, thread_sensitive=False, executor=self._threads)

    def _work(self, scope: Scope, body: Any) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else refused
        assert response is not None  # noqa: S101 - one of the two is there
        if not response.streaming:
            response.close()  # sends request_finished in this thread, which is the one with the connection
        return response

    async def _stream(self, response: StreamingHttpResponse, receive: Receive, send: Send) -> None:
        """Send until the end or until the client goes."""
        if not response.is_async:
            response.streaming_content = self._pulled(iter(response.streaming_content))  # type: ignore[arg-type]
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                if not task.done():
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError, RequestAborted):
                    await task
            await self._in_thread(response.close)()

    async def _pulled(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A file's parts, each read in a thread, never the whole file in memory."""
        while (part := await self._in_thread(next)(parts, None)) is not None:
            yield part


def _kind_of(scope: Scope) -> Kind:
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    return kind_of(scope["method"], scope["path"], cookies)


def _refusal(scope: Scope, error: TooMany) -> HttpResponse:
    headers = {f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
               for name, value in scope["headers"]}  # fmt: skip
    return problems.refusal(scope["method"], scope["path"], headers, error)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """`receive` that stops at the limit of a request body, declared or not."""
    limit = settings.UPLOAD_LIMIT_BYTES
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    total = 0

    async def counted() -> dict[str, Any]:
        nonlocal total
        if declared.isdigit() and int(declared) > limit:
            raise BodyTooLargeError
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise BodyTooLargeError
        return message

    return counted


class Application:
    """HTTP to Django, sockets to the media gateway; the server's own life to the background loops."""

    def __init__(self) -> None:
        self._http = HouseHandler()
        self._loops = background.Runner()
        self._telephone = Gateway(self._http.answer)
        self._link: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)  # type: ignore[arg-type]
        elif scope["type"] == "websocket":
            await self._telephone(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        inline = settings.CONFIG.worker == "inline"
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if inline:
                    self._loops.start()
                self._link = _connected()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._link is not None:
                    self._link.cancel()
                await self._telephone.close()
                await asyncio.to_thread(self._loops.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return


def _connected() -> asyncio.Task[None] | None:
    """The connection to the house's exchange, where the operator named one."""
    chosen, exchange = exchange_settings(), house_exchange()
    if chosen is None or exchange is None:
        return None
    return asyncio.create_task(Link(exchange, chosen.name, chosen.kind).run())


application = Application()
