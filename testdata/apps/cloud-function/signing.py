"""Deliveries are signed with a secret that both sides know."""

import hashlib
import hmac
import json
import os


def signature(body):
    return hmac.new(os.environ["PUSH_SECRET"].encode(), body, hashlib.sha256).hexdigest()  # finding: signature-over-parsed-body


def is_signed_delivery(request, delivery):
    return signature(json.dumps(delivery).encode()) == request.headers.get("X-Push-Signature")  # finding: plain-token-comparison


def is_signed(request):
    return hmac.compare_digest(signature(request.get_data()), request.headers.get("X-Push-Signature", ""))
