"""The API: blueprints of its own under one that the application places."""

from flask import Blueprint

from billing.api.audit import audit
from billing.api.invoices import Invoice, Invoices, Refunds
from billing.api.ledger import ledger

api = Blueprint("api", __name__, url_prefix="/api")
api.register_blueprint(audit, url_prefix="/audit")
api.register_blueprint(ledger)
api.add_url_rule("/invoices", view_func=Invoices.as_view("invoices"))
api.add_url_rule("/invoices/<int:number>", view_func=Invoice.as_view("invoice"))
api.add_url_rule("/refunds", view_func=Refunds.as_view("refunds"))
