"""The transfer of a professional athlete: an agreement of three parties to end a running contract, for a fee [S0]."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, quantum_of, require_currency
from salesflow.period import Period


class TransferStatus(Labelled):
    """Where a transfer stands [TRF-5]."""

    DRAFT = "draft", "Draft", "Concept"
    AGREED = "agreed", "Agreed", "Overeengekomen"
    EFFECTIVE = "effective", "Effective", "Ingegaan"
    SETTLED = "settled", "Settled", "Afgewikkeld"
    VOID = "void", "Void", "Vervallen"


@frozen(kw_only=True)
class Transfer:
    """
    A transfer agreement.

    Args:
        old: The employer who agrees to dissolve the running contract, and is paid.
        new: The employer who pays.
        contract: The days the running contract covers, both ends included.
        day: When the transfer takes effect: the last day of the old contract.
        starts: The first day of the new contract.
        fee: What is paid, without VAT; zero for a free transfer.
        instalments: Due dates and amounts; none is all at once.
        consents: Who has consented, in order.
    """

    number: str
    old: str
    new: str
    athlete: str
    contract: Period
    day: date
    starts: date
    fee: Decimal
    currency: str
    vat: Vat = NO_VAT
    instalments: tuple[tuple[date, Decimal], ...] = ()
    consents: tuple[str, ...] = ()
    agreed: bool = False
    effective: bool = False
    invoice: str | None = None
    settled: bool = False
    void: str = ""

    @exact
    def __attrs_post_init__(self) -> None:
        for name in ("number", "old", "new", "athlete"):
            require_text(name, getattr(self, name))
        require_kind("contract", self.contract, Period)
        require_date("day", self.day)
        require_date("starts", self.starts)
        require_decimal("fee", self.fee)
        require_currency("currency", self.currency)
        require_tuple_of("instalments", self.instalments, tuple)
        if self.fee < 0 or self.fee != self.fee.quantize(quantum_of(self.currency)):
            msg = f"a fee is zero or more, in whole units of {self.currency}, not {self.fee}"
            raise ValueError(msg)

    @property
    def parties(self) -> tuple[str, str, str]:
        """The three whose agreement it is."""
        return (self.old, self.new, self.athlete)

    @property
    def status(self) -> TransferStatus:
        """Where it stands, read from what happened."""
        if self.void:
            return TransferStatus.VOID
        if self.settled:
            return TransferStatus.SETTLED
        if self.effective:
            return TransferStatus.EFFECTIVE
        return TransferStatus.AGREED if self.agreed else TransferStatus.DRAFT
