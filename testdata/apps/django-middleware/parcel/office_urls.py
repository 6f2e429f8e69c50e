from django.urls import path

from .views import parcels

urlpatterns = [
    path("parcels/", parcels.Parcels.as_view()),
    path("invoices/", parcels.Invoices.as_view()),
]
