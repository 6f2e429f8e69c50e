"""The services that may call, each known by its token."""

import os

from flask_login import UserMixin


class Service(UserMixin):
    def __init__(self, name):
        self.id = name


def service_of(token):
    if token == os.environ["SCHEDULER_TOKEN"]:  # finding: plain-token-comparison
        return Service("scheduler")
    return None
