import hashlib
import hmac
import os


def is_signed(body, signature):
    expected = hmac.new(os.environ["PAYMENT_SECRET"].encode(), body, hashlib.sha256).hexdigest()  # finding: signature-over-parsed-body
    return hmac.compare_digest(expected, signature)
