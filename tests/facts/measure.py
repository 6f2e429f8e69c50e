"""Measures again what the model files rest on: tokens are forged against the installed libraries, and what each does with
them is compared with what was seen when the model was written. Prints a line a fact; exits with 1 when one has changed.
"""

import datetime
import hmac
import importlib.metadata
import json
import sys
import warnings

warnings.simplefilter("ignore")

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"
PAST = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
FACTS = []


def fact(model, distribution, words, expected):
    """Registers a measurement: `expected` is "accepted", a repr, or the name of the exception it ends with."""

    def register(measure):
        FACTS.append((model, distribution, words, expected, measure))
        return measure

    return register


def observe(measure):
    try:
        seen = measure()
    except Exception as trouble:
        return type(trouble).__name__
    return "accepted" if isinstance(seen, dict) or seen is None else repr(seen)


def signed(key=KEY, **claims):
    import jwt

    return jwt.encode({"sub": "alice", **claims}, key, algorithm="HS256")


EXPIRED = signed(exp=PAST)


def pyjwt(words, expected, token, key=KEY, **options):
    def measure():
        import jwt

        return jwt.decode(token, key, **{"algorithms": ["HS256"], **options})

    fact("pyjwt", "PyJWT", words, expected)(measure)


pyjwt("decode without audience, token without aud", "accepted", signed())
pyjwt("decode without audience, token with aud", "InvalidAudienceError", signed(aud="other"))
pyjwt("decode with audience, token without aud", "MissingRequiredClaimError", signed(), audience="x")
pyjwt("decode with issuer, token without iss", "MissingRequiredClaimError", signed(), issuer="x")
pyjwt("decode without issuer, any iss", "accepted", signed(iss="evil"))
pyjwt("decode, token without exp", "accepted", signed())
pyjwt("decode, expired token", "ExpiredSignatureError", EXPIRED)
pyjwt("require exp, token without it", "MissingRequiredClaimError", signed(), options={"require": ["exp"]})
pyjwt("verify_signature False, expired token", "accepted", EXPIRED, options={"verify_signature": False})
pyjwt(
    "verify_signature False with verify_exp True, expired token",
    "ExpiredSignatureError",
    EXPIRED,
    options={"verify_signature": False, "verify_exp": True},
)
pyjwt(
    "verify_signature False ignores audience",
    "accepted",
    signed(OTHER_KEY, aud="other"),
    options={"verify_signature": False},
    audience="x",
)
pyjwt("verify_aud False, token with aud", "accepted", signed(aud="other"), options={"verify_aud": False})
pyjwt("decode without algorithms", "DecodeError", signed(), algorithms=None)
pyjwt("decode, another key", "InvalidSignatureError", signed(OTHER_KEY))


def jose(words, expected, token, **options):
    def measure():
        from jose import jwt

        return jwt.decode(token, KEY, **{"algorithms": ["HS256"], **options})

    fact("python-jose", "python-jose", words, expected)(measure)


jose("decode without audience, token with aud", "JWTClaimsError", signed(aud="other"))
jose("decode with audience, token without aud", "accepted", signed(), audience="x")
jose(
    "require_aud refuses a token without aud", "JWTError", signed(), audience="x", options={"require_aud": True}
)
jose("decode with issuer, token without iss", "JWTClaimsError", signed(), issuer="x")
jose("decode without algorithms", "accepted", signed(), algorithms=None)
jose("verify_signature False, forged", "accepted", signed(OTHER_KEY), options={"verify_signature": False})
jose("verify_signature False, expired", "ExpiredSignatureError", EXPIRED, options={"verify_signature": False})


@fact("python-jose", "python-jose", "get_unverified_claims, forged", "accepted")
def _():
    from jose import jwt

    return jwt.get_unverified_claims(signed(OTHER_KEY))


def authlib(words, expected, token, validates, **options):
    def measure():
        from authlib.jose import jwt

        claims = jwt.decode(token, KEY.encode(), **options)
        if validates:
            claims.validate()
        return dict(claims)

    fact("authlib", "Authlib", words, expected)(measure)


ESSENTIAL = {"aud": {"essential": True, "value": "x"}}
authlib("decode without validate, expired", "accepted", EXPIRED, False)
authlib("validate, expired", "ExpiredTokenError", EXPIRED, True)
authlib("validate without claims_options, any aud", "accepted", signed(aud="other"), True)
authlib("essential aud, token without", "MissingClaimError", signed(), True, claims_options=ESSENTIAL)
authlib("aud without essential, token without", "accepted", signed(), True, claims_options={"aud": {"values": ["x"]}})


def joserfc(words, expected, token, registry=None):
    def measure():
        from joserfc import jwt
        from joserfc.jwk import OctKey

        claims = jwt.decode(token, OctKey.import_key(KEY)).claims
        if registry is not None:
            jwt.JWTClaimsRegistry(**registry).validate(claims)
        return claims

    fact("joserfc", "joserfc", words, expected)(measure)


joserfc("decode without a registry, expired", "accepted", EXPIRED)
joserfc("a registry, expired", "ExpiredTokenError", EXPIRED, {})
joserfc("aud without essential, token without", "accepted", signed(), {"aud": {"value": "x"}})
joserfc(
    "essential aud, token without", "MissingClaimError", signed(), {"aud": {"essential": True, "value": "x"}}
)


def jwcrypto(words, expected, token, **options):
    def measure():
        from jwcrypto import jwk, jwt
        from jwcrypto.common import base64url_encode

        key = jwk.JWK(kty="oct", k=base64url_encode(KEY))
        return json.loads(jwt.JWT(jwt=token, key=key, **options).claims)

    fact("jwcrypto", "jwcrypto", words, expected)(measure)


jwcrypto("expired", "JWTExpired", EXPIRED)
jwcrypto("without check_claims, any aud", "accepted", signed(aud="other"))
jwcrypto("check_claims aud, token without", "JWTMissingClaim", signed(), check_claims={"aud": "x"})


@fact("flask", "Werkzeug", "request.authorization reads the scheme in any case", "('bearer', 'abc')")
def _():
    from werkzeug.datastructures import Authorization

    read = Authorization.from_header("bEARER abc")
    return read.type, read.token


@fact("werkzeug-security", "Werkzeug", "check_password_hash of another password", "False")
def _():
    from werkzeug.security import check_password_hash, generate_password_hash

    return check_password_hash(generate_password_hash("right", "pbkdf2:sha256:1"), "wrong")


@fact("flask-httpauth", "Flask-HTTPAuth", "verify_token is not called with an empty token", "(401, [])")
def _():
    import flask
    import flask_httpauth

    app, auth, seen = flask.Flask("app"), flask_httpauth.HTTPTokenAuth(), []
    auth.verify_token(seen.append)
    app.add_url_rule("/", view_func=auth.login_required(lambda: "in"), endpoint="in")
    answer = app.test_client().get("/", headers={"Authorization": "Bearer "})
    return answer.status_code, seen


def guarded(headers=None, **arguments):
    import flask
    import flask_jwt_extended as extended

    app = flask.Flask("app")
    app.config["JWT_SECRET_KEY"] = KEY
    extended.JWTManager(app)
    app.add_url_rule("/", view_func=extended.jwt_required(**arguments)(lambda: "in"), endpoint="in")
    return app.test_client().get("/", headers=headers or {}).status_code


EXTENDED = ("flask-jwt-extended", "Flask-JWT-Extended")
fact(*EXTENDED, "jwt_required without a token", "401")(lambda: guarded())
fact(*EXTENDED, "jwt_required(optional=True) without a token", "200")(lambda: guarded(optional=True))
fact(*EXTENDED, "jwt_required with a token of another key", "422")(
    lambda: guarded({"Authorization": f"Bearer {signed(OTHER_KEY, type='access', jti='1', fresh=False)}"})
)


@fact("itsdangerous", "itsdangerous", "loads_unsafe of a forged value", "(False, 'alice')")
def _():
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(KEY).loads_unsafe(URLSafeSerializer(OTHER_KEY).dumps("alice"))


@fact("itsdangerous", "itsdangerous", "loads of a forged value", "BadSignature")
def _():
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(KEY).loads(URLSafeSerializer(OTHER_KEY).dumps("alice"))


@fact("python", None, "lstrip strips characters and not a prefix", "'th'")
def _():
    return "Bearer earth".lstrip("Bearer ")


@fact("python", None, "compare_digest of text beyond ASCII", "TypeError")
def _():
    return hmac.compare_digest("ä", "a")


@fact("python", None, "compare_digest with None", "TypeError")
def _():
    return hmac.compare_digest(None, "a")


def main():
    changed = 0
    for model, distribution, words, expected, measure in FACTS:
        version = importlib.metadata.version(distribution) if distribution else sys.version.split()[0]
        seen = observe(measure)
        changed += seen != expected
        verdict = "as it was" if seen == expected else f"CHANGED, was {expected}"
        print(f"rules/models/{model}.toml\t{distribution or 'CPython'} {version}\t{words}\t{seen}\t{verdict}")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
