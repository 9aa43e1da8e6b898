"""Where companies or sources differ, the choice is a value with a documented default."""

from __future__ import annotations

from attrs import frozen

from salesflow.labels import Labelled
from salesflow.model.party import PartyKind


class ImpliesDelivery(Labelled):
    """For which lines an invoice that follows the order also delivers [QTY-6]."""

    SERVICES = "services", "Services only", "Alleen diensten"
    ALWAYS = "always", "Everything", "Alles"
    NEVER = "never", "Nothing", "Niets"


@frozen(kw_only=True)
class OrderPolicy:
    """
    How orders are taken and changed.

    Args:
        strict_type_change: Also lock the type once anything is delivered or invoiced, and item requirements at any time [X2].
            The default is the seed's rule: only item requirements that are delivered are locked.
        seller: What the seller is by nature.
        consumer_to_business: Whether a person may sell to an organisation [PTH-2].
    """

    strict_type_change: bool = False
    seller: PartyKind = PartyKind.ORGANISATION
    consumer_to_business: bool = False


@frozen(kw_only=True)
class DeliveryPolicy:
    """
    How goods leave.

    Args:
        confirm_first: Whether an order is confirmed before anything is delivered [DOC-3].
    """

    confirm_first: bool = False


@frozen(kw_only=True)
class InvoicePolicy:
    """
    How deliveries become invoices.

    Args:
        implies_delivery: For which lines an invoice that follows the order also delivers.
        over_delivery_by_order: Whether an invoice that follows the order takes what was delivered beyond it [P7];
            one that follows the slips always does.
        on_fulfilment: Whether an order is invoiced as soon as it is wholly delivered [PRC-6].
    """

    implies_delivery: ImpliesDelivery = ImpliesDelivery.SERVICES
    over_delivery_by_order: bool = False
    on_fulfilment: bool = False


ORDERS = OrderPolicy()
DELIVERIES = DeliveryPolicy()
INVOICES = InvoicePolicy()
