"""Lines of a free text invoice: a sale described in words and booked on a ledger account, without an order."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.model.vat import Vat
from salesflow.money import exact

ONE = Decimal(1)


@frozen(kw_only=True)
class FreeTextLine:
    """
    One sale in words [FTI-1 to FTI-4].

    Args:
        number: Its place on the invoice; given when the invoice is posted.
        account: The ledger account of the sale.
        quantity: Of *unit*; one unless said.
        price: Per unit, in the basis of the invoice; may be left out if the amount is stated.
        net: Without VAT; left out, it is quantity times price, rounded half up once.
        gross: With VAT, on an invoice with VAT in its prices; left out, it is quantity times price, rounded half up once.
        vat: How it is taxed; without it the invoice is not posted.
        item: The number of an item, for the record; no stock moves by it.
        distributions: Ledger accounts and amounts that the net is spread over, in the place of *account*.
        credits: The invoice that this line takes back, on a credit note.
        credited: The number of the line there.
    """

    number: int = 0
    text: str
    account: str = ""
    quantity: Decimal = ONE
    unit: str = "C62"
    price: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    vat: Vat | None = None
    item: str | None = None
    distributions: tuple[tuple[str, Decimal], ...] = ()
    credits: str | None = None
    credited: int | None = None

    def __attrs_post_init__(self) -> None:
        require_text("text", self.text)
        require_decimal("quantity", self.quantity)
        if not self.quantity:
            msg = "quantity must not be zero"
            raise ValueError(msg)
        for name in ("price", "net", "gross"):
            if getattr(self, name) is not None:
                require_decimal(name, getattr(self, name))
        if self.price is None and self.net is None and self.gross is None:
            msg = "a free text line needs a price, a net or a gross amount"
            raise ValueError(msg)
        require_tuple_of("distributions", self.distributions, tuple)
        for account, amount in self.distributions:
            require_text("account of a distribution", account)
            require_decimal("amount of a distribution", amount)
        if self.vat is not None:
            require_kind("vat", self.vat, Vat)

    @property
    @exact
    def exact_net(self) -> Decimal:
        """The net as it was stated, or quantity times price before rounding."""
        if self.net is not None:
            return self.net
        return self.quantity * (self.price if self.price is not None else ZERO)

    @property
    def amount(self) -> Decimal:
        """With VAT where the line says so, without it otherwise: in the basis of its invoice."""
        return self.exact_net if self.gross is None else self.gross

    @property
    @exact
    def stated(self) -> bool:
        """Whether quantity and price do not explain the net."""
        return self.net is not None and (self.price is None or self.net != self.quantity * self.price)
