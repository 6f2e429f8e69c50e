"""What is written down about calls."""

import logging

logger = logging.getLogger("audit")


def note(what: str, who: str) -> None:
    logger.info("%s by %s", what, who)


def note_request(what: str, request) -> None:
    seen = dict(request.headers)
    logger.info("%s with %s", what, seen)  # finding: logged-authorization-header
