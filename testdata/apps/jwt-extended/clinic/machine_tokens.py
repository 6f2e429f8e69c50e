"""The tokens that machines present."""

import hmac
import os


def is_machine(token):
    return hmac.compare_digest(token.encode(), os.environ["MACHINE_TOKEN"].encode())


def is_scanner(token):
    return token == os.environ["SCANNER_TOKEN"]  # finding: plain-token-comparison
