"""Who calls: written on the request for the views behind."""

from django.utils.deprecation import MiddlewareMixin

from .. import tokens


class CallerMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = tokens.presented(request)
        request.caller = tokens.read(token) if token else None
        return self.get_response(request)


class DriverMiddleware(MiddlewareMixin):
    """The claims of drivers, of those who are."""

    def process_request(self, request):
        request.driver = tokens.verified(tokens.presented(request))
