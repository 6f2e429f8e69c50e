"""Programs come with a token in the header; any object that the loader returns is a logged-in user."""

from flask_login import LoginManager

from console.services import service_of

manager = LoginManager()


@manager.request_loader
def load_service(request):
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return service_of(token)
