"""
An invoice as the European norm EN 16931 sees it: figures, parties and references, without storage and without a process.

It is made of one of our own invoices, or of figures that somebody else states.
The values here take what they are given, right or wrong: a check says what is wrong with it, by the public id of the rule.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import fields, frozen

from salesflow.checks import ONE, require_date, require_decimal, require_kind, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.einvoice_door import (
    BASE_DECIMALS,
    RATE_DIGITS,
    SUM_DIGITS,
    require_address,
    require_days,
    require_numbers,
    require_pair,
    require_paths,
    require_text_pairs,
    require_texts,
)
from salesflow.model.party import Address


class Profile(Labelled):
    """Which rules an electronic invoice keeps beside the norm's own."""

    CORE = "core", "EN 16931", "EN 16931"
    PEPPOL = "peppol", "Peppol BIS Billing 3", "Peppol BIS Billing 3"
    NLCIUS = "nlcius", "NLCIUS", "NLCIUS"


class Scope(Labelled):
    """How much of an invoice is checked."""

    ARITHMETIC = "arithmetic", "Figures, codes and VAT", "Cijfers, codes en btw"
    """For figures without parties."""
    ALL = "all", "Everything", "Alles"


@frozen(kw_only=True)
class Finding:
    """
    What is wrong, or in doubt, with an electronic invoice.

    Args:
        rule: The public id of the rule, such as ``BR-CO-15``.
        path: Where, such as ``lines[2].net``.
        message: What is and what was needed, in a sentence.
        tolerated: Whether the official rules let it pass: they take VAT that is less than 1.00 off, and line nets up to 0.02 off.
    """

    rule: str
    path: str
    message: str
    tolerated: bool = False


Days = tuple[date | None, date | None]
"""The first and the last day; ``None`` where it is not said."""


@frozen(kw_only=True)
class Adjustment:
    """
    An allowance or a charge, of a line (BG-27, BG-28) or of the whole document (BG-20, BG-21).

    Args:
        charge: Whether it is added; an allowance is taken off. Both are above zero as a rule.
        amount: Without VAT; left out, it is the percentage of the base, rounded half up.
        category: The VAT category, on the document; an adjustment of a line has that of the line.
    """

    charge: bool = False
    amount: Decimal | None = None
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    category: str = ""
    rate: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        require_texts(self)
        require_kind("charge", self.charge, bool)
        require_numbers(self, "amount", "base")
        require_numbers(self, "percent", "rate", digits=RATE_DIGITS)


@frozen(kw_only=True)
class EInvoiceLine:
    """
    A line (BG-25).

    Args:
        quantity: What is invoiced (BT-129), in *unit*, a code of UN/ECE Recommendation 20.
        price: Without VAT, for *base_quantity* units (BT-146); with any number of decimals, zero or more.
        gross_price: The price before *price_discount* (BT-148, BT-147).
        net: What is stated (BT-131); left out, it is worked out.
        rate: The VAT rate in percent; ``None`` where the category has none.
        order_line: The line of the order it refers to (BT-132).
        standard_item: The number by which everybody knows the goods (BT-157), in a scheme of ISO 6523: 0160 is the GTIN.
        classification: What kind of goods they are (BT-158), in a list of UNTDID 7143: STI is the CPV.
        origin: The country the goods come from (BT-159).
        attributes: What else is to be said of the goods (BG-32): pairs of a name and a value.
        period: The first and the last day that the line is for (BT-134, BT-135).
    """

    id: str
    name: str = ""
    description: str = ""
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    base_quantity: Decimal = ONE
    base_unit: str = ""
    gross_price: Decimal | None = None
    price_discount: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    net: Decimal | None = None
    category: str
    rate: Decimal | None = None
    order_line: str = ""
    seller_item: str = ""
    standard_item: str = ""
    standard_scheme: str = ""
    classification: str = ""
    classification_list: str = ""
    origin: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    period: Days = (None, None)

    def __attrs_post_init__(self) -> None:
        require_texts(self)
        require_numbers(self, "quantity", "price", "gross_price", "price_discount")
        require_numbers(self, "net", digits=SUM_DIGITS)
        require_decimal("base_quantity", self.base_quantity)
        require_numbers(self, "base_quantity", decimals=BASE_DECIMALS)
        require_numbers(self, "rate", digits=RATE_DIGITS)
        require_tuple_of("adjustments", self.adjustments, Adjustment)
        require_pair("period", self.period)
        require_days("period", self.period)
        require_text_pairs("attributes", self.attributes)


@frozen(kw_only=True)
class TaxGroup:
    """The VAT of one category and rate (BG-23): what is taxed, the tax, and why there is none."""

    category: str
    rate: Decimal | None = None
    taxable: Decimal
    tax: Decimal
    reason: str = ""
    reason_code: str = ""

    def __attrs_post_init__(self) -> None:
        require_texts(self)
        require_decimal("taxable", self.taxable)
        require_decimal("tax", self.tax)
        require_numbers(self, "taxable", "tax", digits=SUM_DIGITS)
        require_numbers(self, "rate", digits=RATE_DIGITS)


@frozen(kw_only=True)
class Sums:
    """
    The totals of a document (BG-22); what is ``None`` is not stated.

    Args:
        lines: The line nets (BT-106).
        allowances: What is taken off the whole (BT-107).
        charges: What is added to the whole (BT-108).
        net: Without VAT (BT-109).
        tax: VAT (BT-110).
        tax_accounting: VAT in the accounting currency (BT-111).
        gross: With VAT (BT-112).
        prepaid: What was paid (BT-113).
        rounding: What is added to come to an amount that can be paid (BT-114).
        payable: What is left to pay (BT-115).
    """

    lines: Decimal
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal
    tax: Decimal | None = None
    tax_accounting: Decimal | None = None
    gross: Decimal
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal

    def __attrs_post_init__(self) -> None:
        for name in ("lines", "net", "gross", "payable"):
            require_decimal(name, getattr(self, name))
        require_numbers(self, *(each.name for each in fields(Sums)), digits=SUM_DIGITS)


NOWHERE = Address()
CREDITOR = "SEPA"
"""The scheme of a creditor in SEPA, whose number is no number of a party like the others."""


@frozen(kw_only=True)
class TradeParty:
    """
    A seller or a buyer, with the numbers it is registered under.

    Args:
        name: The name under which it is registered (BT-27, BT-44).
        trading_name: The name it goes by, where that is another (BT-28, BT-45).
        number: What it is known by (BT-29, BT-46), in the scheme ``number_scheme`` of ISO 6523 or in none.
        vat: The VAT identifier, with the prefix of its country.
        tax_registration: Another number the tax office knows the seller by.
        legal: The number in a register of companies, in the scheme ``legal_scheme`` of ISO 6523: 0106 is the Dutch KvK.
        endpoint: The electronic address, in the scheme ``endpoint_scheme``.
    """

    name: str
    trading_name: str = ""
    address: Address = NOWHERE
    number: str = ""
    number_scheme: str = ""
    vat: str = ""
    tax_registration: str = ""
    legal: str = ""
    legal_scheme: str = ""
    endpoint: str = ""
    endpoint_scheme: str = ""
    contact: str = ""
    telephone: str = ""
    email: str = ""

    def __attrs_post_init__(self) -> None:
        require_texts(self)
        require_address("address", self.address)


@frozen(kw_only=True)
class TaxRepresentative:
    """
    Who answers for the VAT of a seller from abroad (BG-11).

    Args:
        vat: The VAT identifier (BT-63), with the prefix of its country.
    """

    name: str = ""
    vat: str = ""
    address: Address = NOWHERE

    def __attrs_post_init__(self) -> None:
        require_texts(self)
        require_address("address", self.address)


@frozen(kw_only=True)
class Payee:
    """
    Who is to be paid, where that is not the seller (BG-10).

    Args:
        number: What it is known by (BT-60), in the scheme ``number_scheme`` of ISO 6523 or in none.
        legal: The number in a register of companies (BT-61), in the scheme ``legal_scheme``.
    """

    name: str = ""
    number: str = ""
    number_scheme: str = ""
    legal: str = ""
    legal_scheme: str = ""

    def __attrs_post_init__(self) -> None:
        require_texts(self)


MAY_BE_MISSING = ("profile", "lines", "net", "gross", "payable", "taxable", "tax")
"""What has a value here even where a document does not state it."""

_PARTS: tuple[tuple[str, type], ...] = (
    ("sums", Sums),
    ("seller", TradeParty),
    ("buyer", TradeParty),
    ("representative", TaxRepresentative),
    ("payee", Payee),
)


@frozen(kw_only=True)
class EInvoice:
    """
    An electronic invoice or credit note.

    Amounts are in *currency*; those of a credit note (type 381) are above zero where they are in the buyer's favour.

    Args:
        type: The code of UNTDID 1001: 380 invoice, 381 credit note, 384 corrective, 386 prepayment, 389 self-billed.
        tax_currency: The currency in which VAT is accounted for (BT-6).
        breakdown: The VAT as stated; empty where it is to be worked out.
        sums: The totals as stated; ``None`` where they are to be worked out.
        foreign: Paths of amounts that are in another currency, and that currency.
        missing: Paths of what is to be stated and is not: amounts, which are zero here, or the profile.
        prepaid: What was paid, where there are no totals to state it.
        rounding: The same for what is added to come to an amount that can be paid.
        preceding: Numbers of earlier invoices (BT-25), and their dates where they are known.
        representative: Who answers for the VAT of a seller from abroad.
        payee: Who is to be paid, where that is not the seller.
        delivered: The day of delivery (BT-72).
        deliver_to: The address of delivery (BG-15).
        deliver_to_name: Who receives the goods (BT-70).
        deliver_to_location: The number of the place (BT-71), in the scheme ``deliver_to_scheme`` of ISO 6523 or in none.
        period: The first and the last day that is invoiced (BT-73, BT-74).
        tax_point: The day on which VAT is due (BT-7); or else ``tax_point_code`` says which day that is (BT-8):
            3 that of the invoice, 35 that of the delivery, 432 that of the payment.
        means: The code of UNTDID 4461 for how to pay (BT-81): 30 is a transfer.
        account: The account to pay to (BT-84).
        mandate: The mandate by which a direct debit is taken (BT-89).
    """

    number: str
    type: str = "380"
    on: date | None
    currency: str
    tax_currency: str = ""
    profile: Profile = Profile.CORE
    lines: tuple[EInvoiceLine, ...]
    adjustments: tuple[Adjustment, ...] = ()
    breakdown: tuple[TaxGroup, ...] = ()
    sums: Sums | None = None
    foreign: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    seller: TradeParty | None = None
    buyer: TradeParty | None = None
    buyer_reference: str = ""
    order: str = ""
    preceding: tuple[tuple[str, date | None], ...] = ()
    representative: TaxRepresentative | None = None
    payee: Payee | None = None
    delivered: date | None = None
    deliver_to: Address = NOWHERE
    deliver_to_name: str = ""
    deliver_to_location: str = ""
    deliver_to_scheme: str = ""
    period: Days = (None, None)
    tax_point: date | None = None
    tax_point_code: str = ""
    due: date | None = None
    payment_terms: str = ""
    means: str = ""
    account: str = ""
    mandate: str = ""
    notes: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_tuple_of("lines", self.lines, EInvoiceLine)
        require_tuple_of("adjustments", self.adjustments, Adjustment)
        require_tuple_of("breakdown", self.breakdown, TaxGroup)
        require_paths("missing", self.missing, MAY_BE_MISSING)
        require_text_pairs("foreign", self.foreign)
        require_tuple_of("preceding", self.preceding, tuple)
        require_kind("profile", self.profile, Profile)
        require_numbers(self, "prepaid", "rounding", digits=SUM_DIGITS)
        require_texts(self)
        require_address("deliver_to", self.deliver_to)
        require_tuple_of("notes", self.notes, str)
        require_pair("period", self.period)
        require_days("period", self.period)
        for each in self.preceding:
            require_pair("preceding", each)
            require_kind("preceding", each[0], str)
            require_days("preceding", each[1:])
        for name, kind in _PARTS:
            if getattr(self, name) is not None:
                require_kind(name, getattr(self, name), kind)
        for name in ("on", "delivered", "due", "tax_point"):
            if getattr(self, name) is not None:
                require_date(name, getattr(self, name))

    @property
    def is_credit_note(self) -> bool:
        """Whether its type has the syntax of a credit note."""
        return self.type in CREDIT_NOTES


CREDIT_NOTES = frozenset(["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"])
"""The types of UNTDID 1001 that are credit notes."""
