"""Every lifecycle and every rule of the library, for documentation and for applications that list them."""

from __future__ import annotations

from typing import Any

from salesflow import lifecycle, ports
from salesflow.billing import (
    credit_limits,
    credit_notes,
    deposits,
    drafts,
    einvoices,
    free_text,
    invoice_life,
    invoices,
    payments,
    recurring,
    reminders,
    reversals,
    vouchers,
)
from salesflow.lifecycle import Lifecycle
from salesflow.model import charge_rules, order_life
from salesflow.process import (
    acceptance,
    agreements,
    backorders,
    campaigns,
    cases,
    changes,
    closing,
    commitments,
    deliveries,
    entitlements,
    follow_ups,
    installations,
    leads,
    metrics,
    negotiations,
    opportunities,
    orders,
    parties,
    paths,
    price_book,
    prices,
    promising,
    proposals,
    purchases,
    quotations,
    relations,
    releases,
    restating,
    return_credits,
    returns,
    stakeholders,
    subscriptions,
    target_types,
    targets,
    transfers,
)
from salesflow.rules import Rule

LIFECYCLES: tuple[Lifecycle[Any, Any], ...] = (
    campaigns.LIFECYCLE,
    leads.LIFECYCLE,
    opportunities.LIFECYCLE,
    quotations.LIFECYCLE,
    agreements.LIFECYCLE,
    transfers.LIFECYCLE,
    order_life.LIFECYCLE,
    deliveries.LIFECYCLE,
    invoice_life.LIFECYCLE,
    drafts.LIFECYCLE,
    subscriptions.LIFECYCLE,
    returns.LIFECYCLE,
    purchases.LIFECYCLE,
    cases.LIFECYCLE,
    installations.LIFECYCLE,
)
"""The life tables of all documents."""

_MODULES = (
    lifecycle,
    ports,
    charge_rules,
    order_life,
    orders,
    changes,
    restating,
    deliveries,
    invoice_life,
    invoices,
    reversals,
    credit_notes,
    free_text,
    recurring,
    payments,
    vouchers,
    credit_limits,
    deposits,
    drafts,
    reminders,
    einvoices,
    price_book,
    prices,
    agreements,
    commitments,
    releases,
    parties,
    quotations,
    acceptance,
    negotiations,
    proposals,
    leads,
    opportunities,
    follow_ups,
    stakeholders,
    metrics,
    targets,
    target_types,
    closing,
    campaigns,
    paths,
    transfers,
    backorders,
    cases,
    entitlements,
    installations,
    promising,
    purchases,
    relations,
    return_credits,
    returns,
    subscriptions,
)


def rules() -> tuple[Rule, ...]:
    """Return the rule catalogue: every rule once, in order of code."""
    found = {value.code: value for module in _MODULES for value in vars(module).values() if isinstance(value, Rule)}
    return tuple(found[code] for code in sorted(found))


def rule(code: str) -> Rule:
    """
    Return the rule of that code.

    Raises:
        LookupError: the catalogue has no such rule.
    """
    for each in rules():
        if each.code == code:
            return each
    msg = f"there is no rule {code!r}"
    raise LookupError(msg)
