"""What is bound to the application when it is made."""

import logging


def connect(app):
    logging.basicConfig(level=app.config.get("LOG_LEVEL", "INFO"))
