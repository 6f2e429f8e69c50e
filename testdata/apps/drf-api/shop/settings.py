import os

SECRET_KEY = os.environ["SECRET_KEY"]
JWT_PUBLIC_KEY = os.environ["JWT_PUBLIC_KEY"]
PARTNER_KEY = os.environ["PARTNER_KEY"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["shop.permissions.IsMember"],
}
