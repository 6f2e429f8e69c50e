import logging

log = logging.getLogger(__name__)


def request_log(get_response):
    def middleware(request):
        log.debug("%s asks with %s", request.path, dict(request.headers))  # finding: logged-authorization-header
        log.debug("%s comes from %s", request.path, request.headers.get("User-Agent"))
        return get_response(request)

    return middleware
