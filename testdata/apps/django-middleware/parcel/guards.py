from functools import wraps

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare


def depot_only(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.headers.get("X-Depot-Key") != settings.DEPOT_KEY:  # finding: plain-token-comparison, unset-secret-bypass
            return HttpResponse(status=403)
        return view(request, *args, **kwargs)

    return guarded


def checked_depot_only(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEPOT_KEY:
            return HttpResponse(status=503)
        if not constant_time_compare(request.headers.get("X-Depot-Key", ""), settings.DEPOT_KEY):
            return HttpResponse(status=403)
        return view(request, *args, **kwargs)

    return guarded


def driver_only(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.driver is None:
            return JsonResponse({"error": "unauthorized"}, status=401)
        return view(request, *args, **kwargs)

    return guarded
