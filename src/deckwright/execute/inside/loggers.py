"""What a deck sets of Python's logging: levels, and handlers that write to the standard streams. Runs in the kernel."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from deckwright.execute.inside.used import USED, watch_use

LOGGING = "~how logging is set"
USERS = ("isEnabledFor", "getEffectiveLevel", "callHandlers", "hasHandlers")
SETTERS = ("setLevel", "addHandler", "removeHandler")
SIGNS = (("%", logging.PercentStyle), ("{", logging.StrFormatStyle), ("$", logging.StringTemplateStyle))
SET: set[str] = set()  # names of the loggers that the deck has set, and not an import


def watch_logging(is_watched: Callable[[], bool]) -> None:
    """Notice which loggers are set, and when they are used; `is_watched`: at this moment, and not by an import."""
    for name in USERS:
        watch_use(logging.Logger, name, LOGGING)
    watch_use(logging, "disable", LOGGING)
    for name in SETTERS:
        original = getattr(logging.Logger, name)

        @wraps(original)
        def setting(logger: logging.Logger, *arguments: Any, _original: Any = original, **options: Any) -> Any:
            if is_watched():
                USED.add(LOGGING)  # what comes of it depends on what was set
                SET.add(logger.name)
            return _original(logger, *arguments, **options)

        setattr(logging.Logger, name, setting)


def read_logging() -> Any:
    """Levels and handlers of the loggers that were set, and the level up to which all is silent."""
    loggers = {name: logging.getLogger(name) for name in sorted(SET)}
    states = {name: (logger.level, tuple(map(described, logger.handlers))) for name, logger in loggers.items()}
    return logging.root.manager.disable, states


def write_logging(state: Any) -> None:
    """Set them; what was set besides is as it is by default."""
    silent, states = state
    logging.disable(silent)
    for name in sorted(SET | states.keys()):
        logger = logging.getLogger(name)
        level, handlers = states.get(name, (logging.WARNING if logger is logging.root else logging.NOTSET, ()))
        logger.setLevel(level)
        logger.handlers[:] = [made(*handler) for handler in handlers if handler]
    SET.clear()
    SET.update(states)


def described(handler: logging.Handler) -> tuple[Any, ...]:
    """What makes a handler that writes to a standard stream; nothing for another one."""
    streams = {id(sys.stdout): "stdout", id(sys.stderr): "stderr"}
    stream = streams.get(id(getattr(handler, "stream", None)), "")
    formatter = handler.formatter
    if type(handler) is not logging.StreamHandler or not stream or handler.filters:
        return ()
    if formatter is None:
        return stream, handler.level, None
    if type(formatter) is not logging.Formatter:
        return ()
    sign = next((sign for sign, style in SIGNS if type(formatter._style) is style), "")
    return (stream, handler.level, (formatter._fmt, formatter.datefmt, sign)) if sign else ()


def made(stream: str, level: int, form: tuple[str, str | None, Any] | None) -> logging.Handler:
    """A handler as described."""
    handler = logging.StreamHandler(getattr(sys, stream))
    handler.setLevel(level)
    if form:
        handler.setFormatter(logging.Formatter(*form))
    return handler


def unknown() -> str:
    """A logger that was given a handler which cannot be made again; empty if there is none."""
    loggers = map(logging.getLogger, sorted(SET))
    return next((logger.name for logger in loggers if not all(map(described, logger.handlers))), "")
