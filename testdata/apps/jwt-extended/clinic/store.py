"""What the clinic remembers."""

REVOKED = set()
PEOPLE = {}


def is_revoked(identifier):
    return identifier in REVOKED


def person_of(subject):
    return PEOPLE.get(subject)
