"""Lines of our own log without what signs somebody in: the address of a link that signs in once holds its token."""

import logging
import re

_LINK = re.compile(r"(/signin/)[^\s/?\"'<>]+")


class RedactingFormatter(logging.Formatter):
    """Formats a record, its traceback included, and leaves the token of a sign-in link out wherever
    an address stands.
    """

    def format(self, record: logging.LogRecord) -> str:
        return _LINK.sub(r"\1…", super().format(record))
