"""
Free text invoices: sales in words, booked on ledger accounts, without an order.

A faulty one is corrected by a cancelling document and a corrected one; neither is ever edited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.billing import credit_notes
from salesflow.billing.invoicing import goes_back
from salesflow.billing.taxing import taxed
from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.charge import ChargeRule, Words, numbered
from salesflow.model.charge_rules import against_charges
from salesflow.model.charging import Alone, Row, shares
from salesflow.model.events import FreeTextInvoiceCorrected, InvoicePosted
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice, InvoiceCharge, InvoiceKind
from salesflow.model.party import Party, SaleKind
from salesflow.model.policies import FREE_TEXT, FreeTextPolicy
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, Basis, TotalsPolicy
from salesflow.model.vat import NO_VAT
from salesflow.money import allocate, exact, half_up, require_currency
from salesflow.outcome import Outcome
from salesflow.rules import Rule

NO_LINES = Rule(
    code="free-text.no-lines",
    en="A free text invoice has at least one line.",
    nl="Een vrije-tekstfactuur heeft ten minste één regel.",
    refusal="free text invoice {invoice} has no lines",
    spec=("FTI-1",),
    source="seed",
)
NO_ACCOUNT = Rule(
    code="free-text.no-account",
    en="Every line of a free text invoice names the ledger account of the sale, one that exists.",
    nl="Elke regel van een vrije-tekstfactuur noemt de grootboekrekening van de verkoop, en die bestaat.",
    refusal="line {line} is booked on {account}, which is no ledger account",
    spec=("FTI-1", "FTI-2"),
    source="seed",
)
NO_VAT_DATA = Rule(
    code="free-text.no-vat",
    en="VAT data are entered on every line of a free text invoice.",
    nl="Op elke regel van een vrije-tekstfactuur zijn btw-gegevens ingevuld.",
    refusal="line {line} does not say how it is taxed",
    spec=("FTI-2",),
    source="seed",
)
DISTRIBUTION = Rule(
    code="free-text.distribution",
    en="A line's distribution over ledger accounts adds up to its amount.",
    nl="De verdeling van een regel over grootboekrekeningen telt op tot het bedrag van de regel.",
    refusal="the distribution of line {line} adds up to {sum}, its amount is {net}",
    spec=("FTI-4",),
    source="documentation",
)
STATED_DIGITS = Rule(
    code="free-text.digits",
    en="An amount that is stated has the digits of its currency.",
    nl="Een opgegeven bedrag heeft de decimalen van de valuta.",
    refusal="line {line} has an amount of {net} in {currency}; round it",
    spec=("FTI-3",),
    source="choice",
)
STATED_BASIS = Rule(
    code="free-text.basis",
    en="An amount that is stated is without VAT, or with it, as the prices of the invoice are.",
    nl="Een opgegeven bedrag is exclusief of inclusief btw, zoals de prijzen van de factuur zijn.",
    refusal="line {line} of {invoice} states an amount {stated}; state it as the prices of the invoice are",
    spec=("GRS-2", "FTI-3"),
    source="documentation",
)
ITEM_NUMBER = Rule(
    code="free-text.item",
    en="Where the policy forbids it, a free text line names no item.",
    nl="Waar het beleid dat verbiedt, noemt een vrije-tekstregel geen artikel.",
    refusal="line {line} names item {item}",
    spec=("FTI-1", "X1"),
    source="documentation",
)
NO_REASON = Rule(
    code="free-text.no-reason",
    en="A correction gives its reason.",
    nl="Een correctie noemt haar reden.",
    refusal="invoice {invoice} cannot be corrected without a reason",
    spec=("FTI-5",),
    source="documentation",
)
NOT_FREE_TEXT = Rule(
    code="free-text.kind",
    en="Only a free text invoice that was posted is corrected this way.",
    nl="Alleen een geboekte vrije-tekstfactuur wordt zo gecorrigeerd.",
    refusal="{invoice} is no posted free text invoice",
    spec=("FTI-5",),
    source="documentation",
)


@frozen(kw_only=True)
class Draft:
    """
    A free text invoice in process: what is to be posted once it has a number [FTI-3].

    Args:
        account: The party that will owe it.
        reference: What it is called until then, in the report of a batch.
        charges: What is charged or taken off on the whole.
        totals_policy: Whether its prices have VAT in them, and how VAT is rounded.
    """

    reference: str
    account: str
    currency: str
    lines: tuple[FreeTextLine, ...]
    payment_terms: PaymentTerms
    terms: TermsOfSale | None = None
    charges: tuple[ChargeRule, ...] = ()
    totals_policy: TotalsPolicy = TOTALS


def draft(
    account: Party,
    lines: Iterable[FreeTextLine],
    currency: str,
    *,
    reference: str,
    terms: TermsOfSale | None = None,
    charges: Iterable[ChargeRule] = (),
    totals: TotalsPolicy = TOTALS,
) -> Draft:
    """
    Return a free text invoice in process, with the customer's terms of payment.

    Args:
        charges: What is charged or taken off on the whole.
        totals: Whether its prices have VAT in them, and how VAT is rounded.
    """
    require_currency("currency", currency)
    require_kind("account", account, Party)
    given = all_of("line", lines, FreeTextLine)
    return Draft(
        reference=reference,
        account=account.invoiced_as,
        currency=currency,
        lines=given,
        payment_terms=account.payment_terms,
        terms=terms,
        charges=numbered(charges),
        totals_policy=totals,
    )


@exact
def post(
    draft: Draft,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    accounts: Collection[str] | None = None,
    policy: FreeTextPolicy = FREE_TEXT,
) -> Outcome[Invoice]:
    """
    Post a free text invoice; a line without a net gets quantity times price, rounded half up once [FTI-1 to FTI-4].

    Args:
        accounts: The ledger accounts there are; without it any account will do.

    Raises:
        RefusedError: with everything ``why_not`` finds.
    """
    require_date("on", on)
    if refusals := why_not(draft, accounts=accounts, policy=policy):
        raise RefusedError(refusals)
    invoice = _invoice(draft, number, on, at)
    posted = InvoicePosted(number=number, on=on, at=at, orders=())
    return Outcome(document=invoice, made=(invoice,), events=(posted,))


@exact
def pro_forma(draft: Draft, *, on: date, accounts: Collection[str] | None = None, policy: FreeTextPolicy = FREE_TEXT) -> Invoice:
    """
    Return the invoice that ``post`` would make, as an estimate without a number [INV-6].

    Raises:
        RefusedError: as ``post``.
    """
    invoice = post(draft, number=draft.reference, on=on, accounts=accounts, policy=policy).document
    return evolve(invoice, number="", kind=InvoiceKind.PRO_FORMA)


@exact
def why_not(draft: Draft, *, accounts: Collection[str] | None = None, policy: FreeTextPolicy = FREE_TEXT) -> tuple[Refusal, ...]:
    """Return every reason why ``post`` may not run with the same arguments."""
    require_kind("draft", draft, Draft)
    found = [] if draft.lines else [NO_LINES.refuse(invoice=draft.reference)]
    for place, line in enumerate(draft.lines, start=1):
        found += _against_line(place, line, draft, accounts, policy)
    document = f"free text invoice {draft.reference}"
    return (*found, *against_charges(draft.charges, lambda: _rows(draft), draft.currency, draft.totals_policy, document))


def _against_line(
    place: int, line: FreeTextLine, draft: Draft, accounts: Collection[str] | None, policy: FreeTextPolicy
) -> Iterator[Refusal]:
    for account in [account for account, _ in line.distributions] or [line.account]:
        if not account or (accounts is not None and account not in accounts):
            yield NO_ACCOUNT.refuse(line=place, account=account or "none")
    if line.vat is None:
        yield NO_VAT_DATA.refuse(line=place)
    gross = draft.totals_policy.is_gross
    stated, other = (line.gross, line.net) if gross else (line.net, line.gross)
    if other is not None:
        yield STATED_BASIS.refuse(line=place, stated=Basis.NET.within if gross else Basis.GROSS.within, invoice=draft.reference)
    amount = _amount(line, draft)
    if stated is not None and stated != amount:
        yield STATED_DIGITS.refuse(line=place, net=stated, currency=draft.currency)
    spread = sum((each for _, each in line.distributions), ZERO)
    if line.distributions and spread != amount:
        yield DISTRIBUTION.refuse(line=place, sum=spread, net=amount)
    if line.item is not None and not policy.item_numbers:
        yield ITEM_NUMBER.refuse(line=place, item=line.item)


def _exactly(line: FreeTextLine, draft: Draft) -> Decimal:
    """Return the amount of a line in the basis of the draft, as it was stated or before rounding."""
    stated = line.gross if draft.totals_policy.is_gross else line.net
    return line.quantity * (line.price or ZERO) if stated is None else stated


def _amount(line: FreeTextLine, draft: Draft) -> Decimal:
    return half_up(_exactly(line, draft), draft.totals_policy.quantum(draft.currency))


def _rows(draft: Draft) -> list[Row]:
    """Return the lines as charges look at them."""
    return [
        (Words(place, line.vat or NO_VAT), line.quantity, _amount(line, draft), _exactly(line, draft))
        for place, line in enumerate(draft.lines, start=1)
    ]


def _invoice(draft: Draft, number: str, on: date, at: datetime | None) -> Invoice:
    totals, rows = draft.totals_policy, _rows(draft)
    gross = totals.is_gross
    lines = tuple(
        evolve(line, number=place, net=amount, gross=amount if gross else None)
        for place, (line, (_, _, amount, _)) in enumerate(zip(draft.lines, rows, strict=True), start=1)
    )
    taken = shares(draft.charges, rows, Alone(rows), totals.quantum(draft.currency))
    charges = [
        InvoiceCharge(order="", charge=charge, net=charge.amount, rule=share.rule, back=goes_back(share.rule, SaleKind.B2B))
        for share in taken
        for charge in share.charges()
    ]
    _, beside, words, groups = taxed((), charges, lines, draft.currency, totals)
    return Invoice(
        number=number,
        kind=InvoiceKind.FREE_TEXT,
        on=on,
        at=at,
        account=draft.account,
        currency=draft.currency,
        charges=beside,
        free_text=tuple(_distributed(line, totals.quantum(draft.currency)) for line in words) if gross else words,
        totals_policy=totals,
        vat_groups=groups,
        payment_terms=draft.payment_terms,
        terms=() if draft.terms is None else (draft.terms,),
    )


def _distributed(line: FreeTextLine, quantum: Decimal) -> FreeTextLine:
    """Return a line with VAT in its price whose distribution over ledger accounts is without it."""
    if not line.distributions:
        return line
    parts = allocate(line.exact_net, [abs(amount) for _, amount in line.distributions], step=quantum)
    return evolve(line, distributions=tuple((account, part) for (account, _), part in zip(line.distributions, parts, strict=True)))


@exact
def correct(
    invoice: Invoice,
    lines: Iterable[FreeTextLine],
    *,
    cancelling: str,
    number: str,
    on: date,
    reason: str,
    accounts: Collection[str] | None = None,
    policy: FreeTextPolicy = FREE_TEXT,
) -> Outcome[Invoice]:
    """
    Correct a posted free text invoice: a document that cancels it, settled against it, and a corrected one [FTI-5].

    Args:
        lines: What it should have said.
        cancelling: The number of the document that takes the faulty invoice back.
        number: The number of the corrected one.

    Raises:
        RefusedError: ``free-text.kind``, ``free-text.no-reason``, and what ``post`` and ``credit_notes.post`` refuse.
    """
    require_kind("invoice", invoice, Invoice)
    require_kind("reason", reason, str)
    corrected = Draft(
        reference=number,
        account=invoice.account,
        currency=invoice.currency,
        lines=all_of("line", lines, FreeTextLine),
        payment_terms=invoice.payment_terms,
        terms=invoice.terms[0] if invoice.terms else None,
        charges=tuple(dict.fromkeys(each.rule for each in invoice.charges if each.rule is not None)),
        totals_policy=invoice.totals_policy,
    )
    found = list(why_not(corrected, accounts=accounts, policy=policy))
    if invoice.kind is not InvoiceKind.FREE_TEXT or invoice.takes_back:
        found.append(NOT_FREE_TEXT.refuse(invoice=invoice.number or "a pro forma"))
    else:
        found += credit_notes.why_not(invoice, on=on)
    if not reason.strip():
        found.append(NO_REASON.refuse(invoice=invoice.number))
    if found:
        raise RefusedError(found)
    back = credit_notes.post(invoice, number=cancelling, on=on, reason=reason)
    again = post(corrected, number=number, on=on, accounts=accounts, policy=policy)
    told = FreeTextInvoiceCorrected(number=invoice.number, on=on, cancelled_by=cancelling, corrected_by=number, reason=reason)
    return Outcome(
        document=again.document, made=(*back.made, *again.made), changed=back.changed, events=(*back.events, *again.events, told)
    )


@frozen(kw_only=True)
class Batch:
    """
    What came of posting many at once [FTI-6].

    Args:
        outcomes: Of those that were posted, in order.
        faults: The reference of each that was not, and why.
        untried: The references after the one at which the batch stopped.
    """

    outcomes: tuple[Outcome[Invoice], ...]
    faults: tuple[tuple[str, tuple[Refusal, ...]], ...]
    untried: tuple[str, ...]


def post_batch(
    drafts: Iterable[Draft],
    *,
    numbers: Callable[[], str],
    on: date,
    stop_at_fault: bool = True,
    accounts: Collection[str] | None = None,
    policy: FreeTextPolicy = FREE_TEXT,
) -> Batch:
    """
    Post many free text invoices; at a fault the batch stops, or skips it and goes on [FTI-6].

    Args:
        numbers: Draws the next invoice number; a faulty draft draws none.
    """
    given = tuple(drafts)
    outcomes: list[Outcome[Invoice]] = []
    faults: list[tuple[str, tuple[Refusal, ...]]] = []
    for place, each in enumerate(given, start=1):
        if refusals := why_not(each, accounts=accounts, policy=policy):
            faults.append((each.reference, refusals))
            if stop_at_fault:
                return Batch(outcomes=tuple(outcomes), faults=tuple(faults), untried=tuple(rest.reference for rest in given[place:]))
        else:
            outcomes.append(post(each, number=numbers(), on=on, accounts=accounts, policy=policy))
    return Batch(outcomes=tuple(outcomes), faults=tuple(faults), untried=())
