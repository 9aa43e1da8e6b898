"""
The transfer of a professional athlete: an agreement of three, in which the new employer pays the old one to end a running contract [S0].

The athlete is no goods: there are no lines, no delivery and no stock, and the fee is invoiced in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.billing import free_text
from salesflow.checks import ZERO, all_of, require_date, require_decimal, require_kind, require_text
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice
from salesflow.model.party import Party, PartyKind
from salesflow.model.terms import Instalment, PaymentTerms
from salesflow.model.transfer import Transfer, TransferStatus
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, half_up, quantum_of
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

THREE_PARTIES = Rule(
    code="transfer.three-parties",
    en="A transfer is between an old employer, a new employer and an athlete: three parties, the athlete a person.",
    nl="Een transfer is tussen een oude werkgever, een nieuwe werkgever en een sporter: drie partijen, de sporter een persoon.",
    refusal="old employer {old}, new employer {new} and athlete {athlete} are not two employers and a person",
    spec=("TRF-1", "TRF-2"),
    source="seed",
)
NOT_RUNNING = Rule(
    code="transfer.contract-not-running",
    en="A fee is paid for ending a contract that is still running on the day of the transfer.",
    nl="Een vergoeding wordt betaald voor het ontbinden van een arbeidsovereenkomst die op de dag van de transfer nog loopt.",
    refusal="the contract runs {contract}; a transfer on {on} ends none, and a fee of {fee} is asked",
    spec=("TRF-3", "TRF-4"),
    source="seed",
)
STARTS_BEFORE = Rule(
    code="transfer.starts-before",
    en="The new contract starts after the old one has ended.",
    nl="De nieuwe arbeidsovereenkomst begint nadat de oude is geëindigd.",
    refusal="the new contract starts on {starts}, and the old one runs up to and including {ends}",
    spec=("TRF-6",),
    source="choice",
)
NOT_A_PARTY = Rule(
    code="transfer.not-a-party",
    en="Only the three parties consent to a transfer, each once.",
    nl="Alleen de drie partijen stemmen in met een transfer, elk één keer.",
    refusal="{party} is no party to transfer {transfer}, or has consented already",
    spec=("TRF-5",),
    source="seed",
)
NO_FEE = Rule(
    code="transfer.no-fee",
    en="Only a fee that was agreed is invoiced.",
    nl="Alleen een afgesproken vergoeding wordt gefactureerd.",
    refusal="transfer {transfer} has a fee of {fee} and invoice {invoice}",
    spec=("TRF-4",),
    source="choice",
)
INSTALMENTS = Rule(
    code="transfer.instalments",
    en="The instalments of a fee come to the fee.",
    nl="De termijnen van een vergoeding tellen op tot de vergoeding.",
    refusal="the instalments come to {sum}, the fee is {fee}",
    spec=("TRF-6",),
    source="choice",
)
NOT_PAID = Rule(
    code="transfer.not-paid",
    en="A transfer is settled once its fee is paid.",
    nl="Een transfer is afgewikkeld als de vergoeding is betaald.",
    refusal="{left} of the fee of transfer {transfer} is left to pay",
    spec=("TRF-5",),
    source="choice",
)
TOO_EARLY = Rule(
    code="transfer.too-early",
    en="A transfer takes effect on its date at the earliest.",
    nl="Een transfer gaat op zijn vroegst in op de overeengekomen datum.",
    refusal="transfer {transfer} is for {day}; it is {on}",
    spec=("TRF-5",),
    source="choice",
)


_S = TransferStatus
LIFECYCLE: Lifecycle[Transfer, TransferStatus] = Lifecycle(
    "transfer",
    (
        Step("propose", (), (_S.DRAFT,)),
        Step("consent", (_S.DRAFT,), (_S.DRAFT, _S.AGREED)),
        Step("withdraw", (_S.DRAFT,), (_S.VOID,)),
        Step("take_effect", (_S.AGREED,), (_S.EFFECTIVE,)),
        Step("invoice", (_S.AGREED,), (_S.AGREED,)),
        Step("invoice", (_S.EFFECTIVE,), (_S.EFFECTIVE,)),
        Step("settle", (_S.EFFECTIVE,), (_S.SETTLED,)),
    ),
    status=lambda transfer: transfer.status,
    resting=(_S.SETTLED, _S.VOID),
    kind=Transfer,
)


@exact
def propose(
    *,
    number: str,
    old: Party,
    new: Party,
    athlete: Party,
    contract: Period,
    day: date,
    fee: Decimal,
    currency: str,
    on: date,
    starts: date | None = None,
    vat: Vat = NO_VAT,
    instalments: Iterable[tuple[date, Decimal]] = (),
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Transfer]:
    """
    Propose a transfer to the three parties [TRF-1..4, TRF-6].

    Args:
        starts: The first day of the new contract; the day after the transfer unless another is given.

    Raises:
        RefusedError: ``transfer.three-parties``, ``transfer.contract-not-running``, ``transfer.starts-before``, ``transfer.instalments``.
    """
    for name, party in (("old", old), ("new", new), ("athlete", athlete)):
        require_kind(name, party, Party)
    require_date("day", day)
    transfer = Transfer(
        number=number,
        old=old.number,
        new=new.number,
        athlete=athlete.number,
        contract=contract,
        day=day,
        starts=date.fromordinal(day.toordinal() + 1) if starts is None else starts,
        fee=fee,
        currency=currency,
        vat=vat,
        instalments=tuple(instalments),
    )
    refuse(_against(transfer, old, new, athlete))
    return begun(transfer, "transfer", "proposed", on=on, at=at, by=by)


def _against(transfer: Transfer, old: Party, new: Party, athlete: Party) -> Iterator[Refusal]:
    employers = old.kind is PartyKind.ORGANISATION and new.kind is PartyKind.ORGANISATION
    if len(set(transfer.parties)) < len(transfer.parties) or athlete.kind is not PartyKind.PERSON or not employers:
        yield THREE_PARTIES.refuse(old=old.number, new=new.number, athlete=athlete.number)
    running = transfer.day in transfer.contract
    if transfer.fee and not running:
        yield NOT_RUNNING.refuse(contract=transfer.contract, on=transfer.day, fee=transfer.fee)
    if running and transfer.starts <= transfer.day:
        yield STARTS_BEFORE.refuse(starts=transfer.starts, ends=transfer.day)
    total = sum((amount for _, amount in transfer.instalments), ZERO)
    if transfer.instalments and total != transfer.fee:
        yield INSTALMENTS.refuse(sum=total, fee=transfer.fee)


def consent(transfer: Transfer, party: str, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Transfer]:
    """
    Consent for one of the three; the third consent makes it an agreement, in whatever order they come [TRF-5].

    Raises:
        RefusedError: ``wrong-status``, ``transfer.not-a-party``.
    """
    LIFECYCLE.require("consent", transfer, on=on)
    if party not in transfer.parties or party in transfer.consents:
        refuse((NOT_A_PARTY.refuse(party=party, transfer=transfer.number),))
    consents = (*transfer.consents, party)
    after = evolve(transfer, consents=consents, agreed=set(consents) == set(transfer.parties))
    return changed(transfer, after, "transfer", "agreed" if after.agreed else "consented", on=on, at=at, by=by or party)


def withdraw(transfer: Transfer, *, reason: str, on: date, at: datetime | None = None, by: str = "") -> Outcome[Transfer]:
    """
    Withdraw before all three have consented: the transfer is void [TRF-5].

    Raises:
        RefusedError: ``wrong-status``.
    """
    require_text("reason", reason)
    LIFECYCLE.require("withdraw", transfer, on=on)
    return changed(transfer, evolve(transfer, void=reason), "transfer", "withdrawn", on=on, at=at, by=by, reason=reason)


def take_effect(transfer: Transfer, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Transfer]:
    """
    Let the old contract end and the new one begin, on the agreed day or later [TRF-5, TRF-6].

    Raises:
        RefusedError: ``wrong-status``, ``transfer.too-early``.
    """
    LIFECYCLE.require("take_effect", transfer, on=on)
    if on < transfer.day:
        refuse((TOO_EARLY.refuse(transfer=transfer.number, day=transfer.day, on=on),))
    return changed(transfer, evolve(transfer, effective=True), "transfer", "taken effect", on=on, at=at, by=by)


@exact
def invoice(
    transfer: Transfer, payer: Party, *, number: str, account: str, on: date, at: datetime | None = None, by: str = ""
) -> Outcome[Invoice]:
    """
    Invoice the fee to the new employer: one invoice in words, due in its instalments [TRF-3, TRF-6].

    Args:
        account: The ledger account of the fee.

    Raises:
        RefusedError: ``wrong-status``, ``transfer.not-a-party``, ``transfer.no-fee``, and what ``free_text.post`` refuses.
    """
    require_kind("payer", payer, Party)
    LIFECYCLE.require("invoice", transfer, on=on)
    if payer.number != transfer.new:
        refuse((NOT_A_PARTY.refuse(party=payer.number, transfer=transfer.number),))
    if not transfer.fee or transfer.invoice is not None:
        refuse((NO_FEE.refuse(transfer=transfer.number, fee=transfer.fee, invoice=transfer.invoice or "none"),))
    line = FreeTextLine(
        text=f"Consent to end the contract of {transfer.athlete} on {transfer.day}", account=account, net=transfer.fee, vat=transfer.vat
    )
    draft = free_text.draft(payer, [line], transfer.currency, reference=transfer.number)
    done = free_text.post(evolve(draft, payment_terms=_terms(transfer, on)), number=number, on=on)
    after = changed(transfer, evolve(transfer, invoice=number), "transfer", "invoiced", on=on, at=at, by=by)
    return evolve(done, changed=(*done.changed, *after.changed), events=(*done.events, *after.events))


def _terms(transfer: Transfer, on: date) -> PaymentTerms:
    """Return terms that are due on the days of the instalments; an amount that is no round share is the last one's to settle."""
    if not transfer.instalments:
        return PaymentTerms()
    hundred = Decimal(100)
    shares = [amount * hundred / transfer.fee for _, amount in transfer.instalments]
    shares[-1] = hundred - sum(shares[:-1], ZERO)
    return PaymentTerms(
        instalments=tuple(
            Instalment(share=share, days=max((day - on).days, 0)) for (day, _), share in zip(transfer.instalments, shares, strict=True)
        )
    )


def settle(
    transfer: Transfer, invoices: Iterable[Invoice] = (), *, on: date, at: datetime | None = None, by: str = ""
) -> Outcome[Transfer]:
    """
    Close a transfer whose fee is paid; a free one has nothing to pay [TRF-5].

    Args:
        invoices: Its invoice, as it stands.

    Raises:
        RefusedError: ``wrong-status``, ``transfer.not-paid``.
    """
    LIFECYCLE.require("settle", transfer, on=on)
    own = [each for each in all_of("invoice", invoices, Invoice) if each.number == transfer.invoice]
    if transfer.fee and (not own or own[0].balance):
        left = own[0].balance if own else transfer.fee
        raise RefusedError((NOT_PAID.refuse(left=left, transfer=transfer.number),))
    return changed(transfer, evolve(transfer, settled=True), "transfer", "settled", on=on, at=at, by=by)


@exact
def solidarity(fee: Decimal, currency: str, share: Decimal = Decimal(5)) -> tuple[Decimal, Decimal]:
    """Return what a new club holds back of a fee for the clubs that trained the athlete, and what the old club gets [TRF-7]."""
    require_decimal("fee", fee)
    kept = half_up(fee * share.scaleb(-2), quantum_of(currency))
    return kept, fee - kept
