"""Behind the authorizers: who calls stands in the context that they gave."""

import json
import logging

from shared.events import answer, header

log = logging.getLogger()


def list_orders(event, context):
    if not header(event, "authorization"):
        return answer(401)
    owner = event["requestContext"]["authorizer"]["lambda"]["owner"]
    return answer(200, json.dumps({"owner": owner}))


def create_order(event, context):
    log.info("order by %s: %s", header(event, "User-Agent"), json.dumps(event))  # finding: logged-authorization-header
    return answer(201)


def cancel_order(event, context):
    log.info("cancelled in %s", event["requestContext"]["requestId"])
    return answer(204)
