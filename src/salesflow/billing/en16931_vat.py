"""The rules of VAT in EN 16931: the breakdown, and what each category asks. Rates, reasons and numbers are read from the table of categories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from salesflow.billing import norm_codes
from salesflow.billing.en16931_lines import check_digits
from salesflow.billing.totals import Key, add_groups, tax_on
from salesflow.billing.vat_categories import CATEGORIES, CODES, SPLIT_PAYMENT, Category, Numbers, RateIs, ReasonIs
from salesflow.checks import ONE, ZERO
from salesflow.model.einvoice import EInvoice, Finding, Scope, TaxGroup, TradeParty
from salesflow.model.totals import percent_of

HALF = Decimal("0.5")


def check(invoice: EInvoice, scope: Scope, quantum: Decimal) -> Iterator[Finding]:
    """Yield what is wrong with the VAT of an invoice."""
    if invoice.sums is not None and not invoice.breakdown:
        yield Finding(rule="BR-CO-18", path="breakdown", message="there is no VAT breakdown; at least one group is needed")
    bases = add_groups(invoice, (line.net or ZERO for line in invoice.lines), quantum)
    for place, group in enumerate(invoice.breakdown):
        yield from _group(group, f"breakdown[{place}]", _base_of(group, bases), quantum)
    used = [(f"lines[{place}]", 2, line.category, line.rate) for place, line in enumerate(invoice.lines)]
    used += [(f"adjustments[{place}]", 4 if each.charge else 3, each.category, each.rate) for place, each in enumerate(invoice.adjustments)]
    for category in CATEGORIES.values():
        mine = [each for each in used if each[2] == category.code]
        yield from _rates(category, mine)
        yield from _groups(category, mine, invoice)
        if scope is Scope.ALL:
            yield from _numbers(category, mine, invoice)
    yield from _outside_scope(invoice, used)
    yield from _within_the_union(invoice)
    yield from _split_payment(invoice, used)


Used = tuple[str, int, str, Decimal | None]


def _base_of(group: TaxGroup, bases: dict[Key, Decimal]) -> Decimal:
    """Return what goes into a group: what has its category, and its rate where the category may have several."""
    known = CATEGORIES.get(group.category)
    if known is None or not known.one_group:
        return bases.get((group.category, group.rate), ZERO)
    return sum((base for (category, _), base in bases.items() if category == group.category), ZERO)


def _group(group: TaxGroup, path: str, taxable: Decimal, quantum: Decimal) -> Iterator[Finding]:
    """Check one group of the breakdown against what it is a group of."""
    if not group.category:
        yield Finding(rule="BR-47", path=f"{path}.category", message="the group has no VAT category")
    elif group.category not in CODES:
        yield Finding(rule="BR-CL-17", path=f"{path}.category", message=f"{group.category!r} is no VAT category")
    category = CATEGORIES.get(group.category)
    if group.rate is None and group.category != "O":
        yield Finding(rule="BR-48", path=f"{path}.rate", message="the group has no rate")
    yield from check_digits(group.taxable, f"{path}.taxable", "BR-DEC-19")
    yield from check_digits(group.tax, f"{path}.tax", "BR-DEC-20")
    if group.reason_code and group.reason_code.upper() not in norm_codes.EXEMPTIONS:
        message = f"{group.reason_code!r} is no reason of the VATEX list"
        yield Finding(rule="BR-CL-22", path=f"{path}.reason_code", message=message)
    if category is None:
        yield from _plain_tax(group, path, quantum)
        return
    if group.rate is not None or category.rate is RateIs.ABSENT or category.one_group:
        yield from _taxable(category, group, path, taxable)
    yield from _tax(category, group, path, quantum)
    yield from _reason(category, group, path)


def _taxable(category: Category, group: TaxGroup, path: str, taxable: Decimal) -> Iterator[Finding]:
    if group.taxable != taxable:
        message = f"{group.taxable} is taxed; lines, allowances and charges of {_named(group)} come to {taxable}"
        lax = not category.one_group and abs(group.taxable - taxable) < ONE
        yield Finding(rule=f"{category.rules}-08", path=f"{path}.taxable", message=message, tolerated=lax)


def _tax(category: Category, group: TaxGroup, path: str, quantum: Decimal) -> Iterator[Finding]:
    """The tax of a group has a rule of its category and one of all categories; they tolerate different things."""
    needed = tax_on(group.taxable, group.category, group.rate, quantum)
    if group.tax != needed:
        lax = not category.one_group and _is_near(group.tax, needed)
        message = f"VAT is {group.tax}; {_named(group)} of {group.taxable} comes to {needed}"
        yield Finding(rule=f"{category.rules}-09", path=f"{path}.tax", message=message, tolerated=lax)
    yield from _plain_tax(group, path, quantum)


def _plain_tax(group: TaxGroup, path: str, quantum: Decimal) -> Iterator[Finding]:
    needed = percent_of(group.taxable, group.rate, quantum)
    if group.tax != needed:
        lax = _is_near(group.tax, needed) if group.rate else abs(group.tax) < HALF
        message = f"VAT is {group.tax}; {group.rate or 0} % of {group.taxable} is {needed}"
        yield Finding(rule="BR-CO-17", path=f"{path}.tax", message=message, tolerated=lax)


def _is_near(tax: Decimal, needed: Decimal) -> bool:
    """Say whether the official rules take *tax* for *needed*: they compare amounts without their sign."""
    return abs(abs(tax) - abs(needed)) < ONE


def _named(group: TaxGroup) -> str:
    return group.category if group.rate is None else f"{group.category} {group.rate} %"


def _reason(category: Category, group: TaxGroup, path: str) -> Iterator[Finding]:
    given = bool(group.reason or group.reason_code)
    if given is not (category.reason is ReasonIs.NEEDED):
        message = f"a reason for an exemption is {category.reason.label()} with category {category.code}"
        yield Finding(rule=f"{category.rules}-10", path=f"{path}.reason", message=message)


def _rates(category: Category, used: list[Used]) -> Iterator[Finding]:
    """Check the rate of each line (rule 05), allowance (06) and charge (07) of a category."""
    for path, number, _, rate in used:
        if not category.takes(rate):
            shown = "missing" if rate is None else rate
            message = f"the rate is {shown}; with category {category.code} it must be {category.rate.label()}"
            yield Finding(rule=f"{category.rules}-0{number + 3}", path=f"{path}.rate", message=message)


def _groups(category: Category, used: list[Used], invoice: EInvoice) -> Iterator[Finding]:
    """Check that what is used has its group, and that there is no group beside."""
    if not invoice.breakdown and invoice.sums is None:
        return
    rule, path = f"{category.rules}-01", "breakdown"
    mine = [group for group in invoice.breakdown if group.category == category.code]
    # A group that nothing is in is wrong by itself only where there may be several: else its amount is.
    unused = bool(mine) and not used and not category.one_group
    if unused or (used and not mine) or (category.one_group and len(mine) > 1):
        needed = "one group" if category.one_group else "a group for each rate"
        message = (
            f"there are {len(used)} lines, allowances and charges of category {category.code} and {len(mine)} groups; {needed} is needed"
        )
        yield Finding(rule=rule, path=path, message=message)
    elif not category.one_group:
        there = {group.rate for group in mine}
        for rate in dict.fromkeys(each[3] for each in used if each[3] not in there):
            message = f"there is no group of {category.code} {rate} %"
            yield Finding(rule=f"{category.rules}-08", path=path, message=message, tolerated=True)


# ---------------------------------------------------------------------- numbers of the parties

_NOBODY = TradeParty(name="")
_HAS: dict[Numbers, Callable[[TradeParty], bool]] = {
    Numbers.FREE: lambda _: True,
    Numbers.VAT: lambda party: bool(party.vat),
    Numbers.VAT_OR_TAX: lambda party: bool(party.vat or party.tax_registration),
    Numbers.VAT_OR_LEGAL: lambda party: bool(party.vat or party.legal),
    Numbers.NO_VAT: lambda party: not party.vat,
}


def _numbers(category: Category, used: list[Used], invoice: EInvoice) -> Iterator[Finding]:
    """Check the numbers that lines (rule 02), allowances (03) and charges (04) of a category ask of the parties; once each."""
    represented = invoice.representative is not None and bool(invoice.representative.vat)
    wrong = [
        f"of the {who}, {needed.label()}"
        for who, party, needed in (("seller", invoice.seller, category.seller), ("buyer", invoice.buyer, category.buyer))
        if not _HAS[needed](party or _NOBODY) and not (who == "seller" and represented and needed is not Numbers.NO_VAT)
    ]
    if represented and category.seller is Numbers.NO_VAT:
        wrong.append(f"of the tax representative, {category.seller.label()}")
    if wrong:
        for number in dict.fromkeys(each[1] for each in used):
            message = f"category {category.code} asks for: {'; '.join(wrong)}"
            path = next(each for each in ("seller", "buyer", "representative") if each in wrong[0])
            yield Finding(rule=f"{category.rules}-0{number}", path=path, message=message)


# ---------------------------------------------------------------------- rules of one category


def _outside_scope(invoice: EInvoice, used: list[Used]) -> Iterator[Finding]:
    """Nothing goes together with what is outside the scope of VAT."""
    groups = [group.category for group in invoice.breakdown]
    if "O" not in groups:
        return
    message = "category O is on the invoice, and another one beside it"
    if set(groups) != {"O"}:
        yield Finding(rule="BR-O-11", path="breakdown", message=message)
    for number in (2, 3, 4):
        path = next((path for path, of, category, _ in used if of == number and category != "O"), "")
        if path:
            yield Finding(rule=f"BR-O-{number + 10}", path=f"{path}.category", message=message)


def _within_the_union(invoice: EInvoice) -> Iterator[Finding]:
    """A supply within the Union says when and to which country it was delivered."""
    if not any(group.category == "K" for group in invoice.breakdown):
        return
    if invoice.delivered is None and invoice.period == (None, None) and not invoice.tax_point_code:
        message = "category K asks for the day of delivery, or for the period that is invoiced"
        yield Finding(rule="BR-IC-11", path="delivered", message=message)
    if not invoice.deliver_to.country:
        yield Finding(rule="BR-IC-12", path="deliver_to.country", message="category K asks for the country of delivery")


def _split_payment(invoice: EInvoice, used: list[Used]) -> Iterator[Finding]:
    """Split payment is for sales within Italy, and not beside the standard rate."""
    codes = {category for _, _, category, _ in used} | {group.category for group in invoice.breakdown}
    if SPLIT_PAYMENT not in codes:
        return
    countries = {(party or _NOBODY).address.country for party in (invoice.seller, invoice.buyer)}
    beside = {invoice.deliver_to.country, *(line.origin for line in invoice.lines)}
    if invoice.representative is not None:
        beside.add(invoice.representative.address.country)
    countries |= beside - {""}
    if countries != {"IT"}:
        shown = " and ".join(sorted(countries - {""})) or "no country"
        yield Finding(
            rule="BR-B-01", path="seller.address.country", message=f"category B is for sales within Italy; the invoice names {shown}"
        )
    if "S" in codes:
        yield Finding(rule="BR-B-02", path="breakdown", message="categories B and S do not go together")
