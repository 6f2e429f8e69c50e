"""Who calls, as far as the headers say."""

import hmac
import os

from flask import request


def key():
    return request.headers.get("X-Api-Key", "")


def has_key():  # finding: presence-only-check
    return key() != ""


def has_right_key():
    return hmac.compare_digest(key().encode(), os.environ["CONSOLE_KEY"].encode())
