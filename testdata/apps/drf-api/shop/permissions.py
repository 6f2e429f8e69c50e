from django.conf import settings
from django.utils.crypto import constant_time_compare
from rest_framework.permissions import BasePermission, IsAuthenticated


class IsMember(IsAuthenticated):
    message = "members only"


class HasPartnerKey(BasePermission):
    def has_permission(self, request, view):
        return request.META.get("HTTP_X_PARTNER_KEY") == settings.PARTNER_KEY  # finding: plain-token-comparison


class HasCheckedPartnerKey(BasePermission):
    def has_permission(self, request, view):
        return constant_time_compare(request.META.get("HTTP_X_PARTNER_KEY", ""), settings.PARTNER_KEY)


class HasAnyKey(BasePermission):
    def has_permission(self, request, view):  # finding: presence-only-check
        return bool(request.headers.get("X-Api-Key"))
