"""One form of log lines for every party: JSON, one line an event, with ids and codes and never personal data.

An event is a short constant name; what varies stands in fields. Names, addresses, birth dates, 個人番号, 住民票コード, PINs and paper contents have no field.
"""

import logging
import sys

import structlog


def configure(party: str) -> structlog.typing.FilteringBoundLogger:
    """Log lines of this process, each naming the party, on standard error; returns the logger."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind(party=party)
    return logger
