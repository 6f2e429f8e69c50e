"""Digests over bodies, and two ways to compare two strings."""

import hashlib
import hmac

from flask import current_app


def digest_of(body):
    return hmac.new(current_app.config["WEBHOOK_SECRET"].encode(), body, hashlib.sha256).hexdigest()


def same(left, right):
    return left == right  # finding: plain-token-comparison


def same_in_constant_time(left, right):
    return hmac.compare_digest(left, right)
