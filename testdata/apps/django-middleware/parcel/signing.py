import hashlib
import hmac

from django.conf import settings


def signature(body):
    return hmac.new(settings.CARRIER_SECRET.encode(), body, hashlib.sha256).hexdigest()  # finding: signature-over-parsed-body


def is_from_carrier(request, body):
    return hmac.compare_digest(request.headers.get("X-Carrier-Signature", ""), signature(body))
