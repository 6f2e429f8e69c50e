import os

SECRET_KEY = os.environ["SECRET_KEY"]
JWT_PUBLIC_KEY = os.environ["JWT_PUBLIC_KEY"]
CARRIER_SECRET = os.environ["CARRIER_SECRET"]
DEPOT_KEY = os.environ.get("DEPOT_KEY", "")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parcel.middleware.logs.request_log",
    "parcel.middleware.callers.CallerMiddleware",
]
MIDDLEWARE += ["parcel.middleware.callers.DriverMiddleware"]
ROOT_URLCONF = "parcel.urls"
