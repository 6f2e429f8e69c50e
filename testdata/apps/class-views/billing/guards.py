"""Guards that views and blueprints put before themselves."""

import functools
import hmac
import os

from flask import abort, request


def presented():
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def token_required(view):
    @functools.wraps(view)
    def guarded(*args, **kwargs):
        if not hmac.compare_digest(presented().encode(), os.environ["BILLING_TOKEN"].encode()):
            abort(401)
        return view(*args, **kwargs)

    return guarded


def header_required(view):
    @functools.wraps(view)
    def guarded(*args, **kwargs):  # finding: presence-only-check
        if not presented():
            abort(401)
        return view(*args, **kwargs)

    return guarded


def only_auditors():
    if presented() != os.environ["AUDIT_TOKEN"]:  # finding: plain-token-comparison
        abort(401)


def only_accountants():
    if not hmac.compare_digest(presented().encode(), os.environ["ACCOUNTING_TOKEN"].encode()):
        abort(401)
