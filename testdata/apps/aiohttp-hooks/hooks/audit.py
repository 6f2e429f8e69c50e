"""What is written down."""

import logging

log = logging.getLogger("hooks")


def note(what):
    log.info("seen: %s", what)  # finding: logged-authorization-header
