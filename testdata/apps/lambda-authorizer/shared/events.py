"""What API Gateway hands over: names of headers come in either case."""


def header(event, name):
    headers = {key.lower(): value for key, value in (event.get("headers") or {}).items()}
    return headers.get(name.lower(), "")


def bearer(text):
    scheme, _, token = text.partition(" ")
    return token if scheme.lower() == "bearer" else ""


def answer(status, body=""):
    return {"statusCode": status, "body": body}
