"""
Printed documents: each function returns a sheet, and ``to_pdf`` prints any number of sheets in one run.

It needs the extra ``print``. Nothing is posted, stored or numbered by printing: the same document gives the same bytes.
"""

from __future__ import annotations

from salesflow.documents.press import Theme, to_pdf, to_png
from salesflow.documents.print_accounts import reminder, statement
from salesflow.documents.print_invoices import invoice
from salesflow.documents.print_sales import confirmation, packing_slip, quotation
from salesflow.documents.print_summary import sale_summary
from salesflow.documents.sheet import Sheet

__all__ = [
    "Sheet",
    "Theme",
    "confirmation",
    "invoice",
    "packing_slip",
    "quotation",
    "reminder",
    "sale_summary",
    "statement",
    "to_pdf",
    "to_png",
]
