from django.urls import include, path

from .views import carrier, parcels

urlpatterns = [
    path("office/", include("parcel.office_urls")),
    path("tours/", parcels.Tours.as_view()),
    path("shelves/<int:number>/", parcels.Shelves.as_view()),
    path("checked-shelves/<int:number>/", parcels.CheckedShelves.as_view()),
    path("carrier/", include([path("moved/", carrier.moved), path("delivered/", carrier.delivered)])),
]
