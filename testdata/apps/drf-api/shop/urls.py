from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register("orders", views.OrderViewSet, basename="order")
router.register("stock", views.StockViewSet, basename="stock")
router.register("checked-stock", views.CheckedStockViewSet, basename="checked-stock")

urlpatterns = [
    path("api/", include(router.urls)),
    path("reports/", views.Reports.as_view()),
    path("checked-reports/", views.CheckedReports.as_view()),
    path("partner/orders/", views.PartnerOrders.as_view()),
    path("refund/", views.refund),
    path("health/", views.health),
]
