"""Credit: how much a customer may owe, and what may keep an order from going out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import require_date, require_decimal, require_kind, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import require_currency


class LimitType(Labelled):
    """What counts towards a credit limit [CRD-1]."""

    NONE = "none", "No limit", "Geen limiet"
    BALANCE = "balance", "Balance", "Saldo"
    BALANCE_AND_SLIPS = "balance-slips", "Balance and packing slips", "Saldo en pakbonnen"
    BALANCE_AND_ORDERS = "balance-all", "Balance, packing slips and orders", "Saldo, pakbonnen en orders"


class CheckPoint(Labelled):
    """When credit is looked at."""

    ORDER_LINE = "order-line", "Order entry", "Orderinvoer"
    CONFIRMATION = "confirmation", "Order confirmation", "Orderbevestiging"
    PACKING_SLIP = "packing-slip", "Packing slip", "Pakbon"
    INVOICE = "invoice", "Invoice", "Factuur"
    FREE_TEXT = "free-text", "Free text invoice", "Vrije-tekstfactuur"


class OnExcess(Labelled):
    """What happens when the limit is exceeded."""

    ERROR = "error", "Stop", "Stoppen"
    WARNING = "warning", "Warn and go on", "Waarschuwen en doorgaan"


class HoldReason(Labelled):
    """What a credit rule looks at to hold an order."""

    DAYS_OVERDUE = "days-overdue", "Days overdue", "Dagen te laat"
    OVERDUE_AMOUNT = "overdue-amount", "Overdue amount", "Achterstallig bedrag"
    ORDER_AMOUNT = "order-amount", "Order amount", "Orderbedrag"
    LIMIT_EXPIRED = "limit-expired", "Credit limit expired", "Kredietlimiet verlopen"
    LIMIT_EXCEEDED = "limit-exceeded", "Credit limit exceeded", "Kredietlimiet overschreden"
    ACCOUNT_STATUS = "account-status", "Account status", "Rekeningstatus"
    PAYMENT_TERMS = "payment-terms", "Terms of payment", "Betalingsvoorwaarden"


@frozen(kw_only=True)
class CreditLimit:
    """
    How much an account may owe.

    Args:
        amount: The limit in *currency*; used unless *type* is none.
        mandatory: A limit that holds whatever the type says, against the balance alone.
        expires: The last day on which the limit holds; after it the amount is zero.
        status: How the account stands with us, for rules that look at it; empty is in order.
    """

    account: str
    currency: str
    type: LimitType = LimitType.NONE
    amount: Decimal = Decimal(0)
    mandatory: Decimal | None = None
    expires: date | None = None
    status: str = ""

    def __attrs_post_init__(self) -> None:
        require_currency("currency", self.currency)
        require_kind("type", self.type, LimitType)
        require_decimal("amount", self.amount)
        if self.mandatory is not None:
            require_decimal("mandatory", self.mandatory)
        if self.expires is not None:
            require_date("expires", self.expires)

    def has_expired(self, on: date) -> bool:
        """Whether the limit no longer holds."""
        return self.expires is not None and on > self.expires


@frozen(kw_only=True)
class CreditPolicy:
    """
    When credit is checked, and what an excess does.

    Args:
        points: Where it is checked; elsewhere nothing is looked at.
        on_excess: Whether an excess stops the command or only warns.
    """

    points: tuple[CheckPoint, ...] = tuple(CheckPoint)
    on_excess: OnExcess = OnExcess.ERROR

    def __attrs_post_init__(self) -> None:
        require_tuple_of("points", self.points, CheckPoint)


@frozen(kw_only=True)
class HoldRule:
    """
    What keeps an order from going out for credit reasons; accounts and orders may be left out of it.

    Args:
        above: For days and amounts: what is still in order.
        values: For account status and terms of payment: those that hold an order, the terms by the value itself.
    """

    reason: HoldReason
    above: Decimal = Decimal(0)
    values: tuple[object, ...] = ()
    not_for_accounts: tuple[str, ...] = ()
    not_for_orders: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_kind("reason", self.reason, HoldReason)
        require_decimal("above", self.above)


CREDIT = CreditPolicy()
