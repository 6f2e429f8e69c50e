"""The production entry point of the shop's API."""

from shop import create_app
from shop.config import Production

app = create_app(Production)
