from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View

from ..guards import checked_depot_only, depot_only, driver_only


class Parcels(View):
    def get(self, request):
        if request.caller is None or request.caller["role"] != "office":
            return HttpResponse(status=403)
        return JsonResponse({"parcels": []})


@method_decorator(driver_only, name="dispatch")
class Tours(View):
    def get(self, request):
        if request.driver["role"] != "driver":
            return HttpResponse(status=403)
        return JsonResponse({"tours": []})


@method_decorator(depot_only, name="dispatch")
class Shelves(View):
    def put(self, request, number):
        return JsonResponse({"shelf": number})


class CheckedShelves(View):
    @method_decorator(checked_depot_only)
    def put(self, request, number):
        return JsonResponse({"shelf": number})


class Invoices(LoginRequiredMixin, View):
    def get(self, request):
        if not request.headers.get("X-Api-Key"):
            return HttpResponse(status=400)
        return JsonResponse({"invoices": []})
