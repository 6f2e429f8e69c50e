from rest_framework import generics, status, viewsets
from rest_framework.decorators import action, api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import CheckedAuthentication, HeaderAuthentication, RawClaimsAuthentication
from .permissions import HasAnyKey, HasCheckedPartnerKey, HasPartnerKey


class OrderViewSet(viewsets.ModelViewSet):
    """Behind the defaults of the settings: simplejwt's tokens."""

    def list(self, request):
        if not request.headers.get("Authorization"):
            return Response(status=status.HTTP_401_UNAUTHORIZED)
        return Response({"orders": []})

    @action(detail=True, methods=["post"], authentication_classes=[], permission_classes=[HasAnyKey])
    def ship(self, request, pk=None):
        return Response({"shipped": pk})

    @action(detail=True, methods=["post"], authentication_classes=[], permission_classes=[HasCheckedPartnerKey])
    def bill(self, request, pk=None):
        return Response({"billed": pk})


class StockViewSet(viewsets.GenericViewSet):
    authentication_classes = [HeaderAuthentication]

    def get_permissions(self):
        if self.action == "list":
            return [AllowAny()]
        return [IsAuthenticated()]

    def list(self, request):
        return Response({"stock": []})

    def create(self, request):
        return Response(status=status.HTTP_201_CREATED)


class CheckedStockViewSet(StockViewSet):
    authentication_classes = [CheckedAuthentication]


class Reports(APIView):
    authentication_classes = [RawClaimsAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        if request.auth["role"] != "analyst":
            return Response(status=status.HTTP_403_FORBIDDEN)
        return Response({"reports": []})


class CheckedReports(Reports):
    authentication_classes = [CheckedAuthentication]


class PartnerOrders(generics.ListCreateAPIView):
    authentication_classes = []
    permission_classes = [HasPartnerKey]


@api_view(["POST"])
@authentication_classes([CheckedAuthentication])
@permission_classes([IsAuthenticated])
def refund(request):
    return Response({"by": request.user.name})


@api_view(["GET"])
@permission_classes([AllowAny])
def health(request):
    return Response({"ok": True})
