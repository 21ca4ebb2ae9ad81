"""Sends traces to a collector by OTLP over HTTP. Imported only where MINHU_OTLP_ENDPOINT is set."""

from __future__ import annotations

from multiprocessing.util import Finalize
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace import Span as Started
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from minhu import __version__
from minhu.engines import tracing

SECONDS: Final = 3.0
"""For one batch, all attempts together. A process that ends while the collector is away waits for two of them."""
WAITING, BATCH = 2048, 1024
"""Spans that wait for the collector, and how many travel together; what is beyond is dropped."""
MOST_OF_A_ROUND: Final = 1000


class Worthwhile(SpanProcessor):
    """Passes spans on, those of a background round only when it did something or failed.

    A dozen loops look every few seconds whether there is work; their empty rounds would bury everything else.
    """

    def __init__(self, behind: SpanProcessor) -> None:
        self._behind = behind
        self._held: dict[int, list[ReadableSpan]] = {}

    def on_start(self, span: Started, parent_context: object = None) -> None:
        """A span without a parent that a loop began holds its trace back."""
        if span.parent is None and span.name.startswith("loop "):
            self._held[span.get_span_context().trace_id] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Hold, pass on or drop."""
        trace = span.get_span_context().trace_id  # type: ignore[union-attr]  # every span that ended has one
        held = self._held.get(trace)
        if held is None:
            self._behind.on_end(span)
        elif span.parent is not None:
            if len(held) < MOST_OF_A_ROUND:
                held.append(span)
        else:
            del self._held[trace]
            if (span.attributes or {}).get("minhu.done") or not span.status.is_unset:
                for one in (*held, span):
                    self._behind.on_end(one)

    def shutdown(self) -> None:
        """Send what waits, then nothing more."""
        self._behind.shutdown()


def start(endpoint: str) -> None:
    """Begin to send; `endpoint` is the collector's address without /v1/traces.

    Headers, certificates, sampling and resource attributes come from the standard OTEL_ variables. What waits is sent
    when the process ends, also one that a web server started.
    """
    resource = Resource.create({"service.name": "minhu", "service.version": __version__})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SECONDS)
    provider.add_span_processor(
        Worthwhile(BatchSpanProcessor(exporter, max_queue_size=WAITING, max_export_batch_size=BATCH))
    )
    tracing.start(provider.get_tracer("minhu", __version__))

    def leave() -> None:
        tracing.stop()
        provider.shutdown()

    Finalize(None, leave, exitpriority=10)
