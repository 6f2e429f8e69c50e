"""What is written down when somebody signs in."""

import logging

logger = logging.getLogger(__name__)


def note_issued(name, token):
    logger.info("issued %s for %s", token, name)  # finding: logged-token


def note(name):
    logger.info("renewed for %s", name)
