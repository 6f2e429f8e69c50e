"""Deliveries of the payment service: no authorizer stands in front of them."""

import base64
import json

from shared.events import answer, header
from shared.signing import is_signed


def raw_body(event):
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def paid(event, context):
    delivery = json.loads(event["body"])
    if not is_signed(json.dumps(delivery).encode(), header(event, "X-Payment-Signature")):
        return answer(401)
    return answer(200, delivery["id"])


def refunded(event, context):
    body = raw_body(event)
    if not is_signed(body, header(event, "X-Payment-Signature")):
        return answer(401)
    return answer(200, json.loads(body)["id"])
