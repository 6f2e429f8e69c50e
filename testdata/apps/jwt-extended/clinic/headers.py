"""What a request carries."""


def has_token(request):  # finding: presence-only-check
    return bool(request.headers.get("Authorization", "").removeprefix("Bearer "))
