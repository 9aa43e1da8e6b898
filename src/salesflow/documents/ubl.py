"""Electronic documents in UBL 2.1: invoices, credit notes, orders, confirmations and despatch advices. It needs the extra ``ubl``."""

from __future__ import annotations

from salesflow.documents.ubl_invoice import write
from salesflow.documents.ubl_orders import write_confirmation, write_despatch, write_order
from salesflow.documents.ubl_read import LARGEST, ReadOrder, read, read_order
from salesflow.documents.ubl_values import UnreadableError

__all__ = [
    "LARGEST",
    "ReadOrder",
    "UnreadableError",
    "read",
    "read_order",
    "write",
    "write_confirmation",
    "write_despatch",
    "write_order",
]
