"""Logs: one JSON object a line on stderr, static event names, values beside them."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo


class QuotesNothing(ExceptionDictTransformer):
    """Renders an exception without what it may quote: a key, a token or somebody's text.

    That is every frame's locals, its notes, and all but the first line of its message: behind it PostgreSQL shows the
    row that it refused, and a validator what it was given.
    """

    def __init__(self) -> None:
        super().__init__(show_locals=False)

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        """Return each exception of the chain, as JSON can hold it."""
        return [_first_lines(one) for one in super().__call__(exc_info)]


def _first_lines(one: dict[str, Any]) -> dict[str, Any]:
    """Return a rendered exception, and each that a group holds, with the first line of its message alone."""
    grouped = [[_first_lines(each) for each in chain] for chain in one["exceptions"]]
    return one | {"exc_value": one["exc_value"].partition("\n")[0], "exc_notes": [], "exceptions": grouped}


def configure_logs(level: str) -> None:
    """Set this process's logs up; libraries' own records come out in the same form."""
    shared_steps: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(QuotesNothing()),
    ]
    render: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared_steps, processors=render)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    structlog.configure(
        processors=[*shared_steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
