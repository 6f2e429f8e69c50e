import json

from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..signing import is_from_carrier


@csrf_exempt
@require_POST
def moved(request):
    delivery = json.loads(request.body)
    body = json.dumps(delivery, sort_keys=True).encode()
    if not is_from_carrier(request, body):
        return HttpResponseForbidden()
    return HttpResponse(delivery["parcel"])


@csrf_exempt
@require_POST
def delivered(request):
    if not is_from_carrier(request, request.body):
        return HttpResponseForbidden()
    return HttpResponse(json.loads(request.body)["parcel"])
