"""
The month-end run: one invoice per account and month, spread over whatever runs functions.

``spread`` takes any executor of ``concurrent.futures``: of threads, of processes, or ``client.get_executor(pure=False)`` of a Dask client.
Each account is a task of its own: it opens the database where it runs, reads what that account has left to invoice and no more,
and commits its invoices with their numbers. A task that runs twice, or beside another for the same account, invoices nothing twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from datetime import date
from functools import cache
from typing import Any

from salesflow import Outcome, PackingSlip, Period, summaries, unit_of_work
from salesflow.billing.summaries import InvoicePlan
from salesflow.model.invoice import Invoice
from salesflow.sql import Store


def store_of(database: str) -> Store:
    """Return the store in a database: one for each process, whose threads share it."""
    return _opened(database, os.getpid())


@cache
def _opened(database: str, _process: int) -> Store:
    return Store(database)  # a process that was forked takes no connection of its parent


def spread(database: str, last: date, executor: Executor) -> list[str]:
    """Post the invoices of the month that ends on *last*, and return their numbers."""
    tasks = [executor.submit(bill_customer, database, account, last) for account in accounts(store_of(database), last)]
    return [number for task in tasks for number in task.result()]


def accounts(store: Store, last: date) -> list[str]:
    """Return the accounts with something to invoice in a month, reading a page of its slips at a time."""
    found: set[str] = set()
    after = None
    while True:
        with store.begin() as work:
            page = work.uninvoiced_slips(period=Period.month_of(last), after=after)
            found |= {work.orders.get(order).invoice_account for slip in page for order in slip.orders}
        after = page.after
        if after is None:
            return sorted(found)


def bill_customer(database: str, account: str, last: date) -> tuple[str, ...]:
    """Post the invoices of one account for a month, dated on its last day, and return their numbers; none where all is invoiced."""

    def work_off(work: Any) -> tuple[str, ...]:
        slips = list(_uninvoiced(work, account, last))
        orders = [work.orders.get(number) for number in dict.fromkeys(order for slip in slips for order in slip.orders)]
        plans = summaries.plan_invoices(orders, slips, period=Period.month_of(last))
        return tuple(_post(work, plan, last) for plan in plans if plan.account == account)

    return unit_of_work.run(store_of(database), work_off)


def _uninvoiced(work: Any, account: str, last: date) -> Iterator[PackingSlip]:
    """Yield what an account has left to invoice of a month, a page at a time."""
    after = None
    while True:
        page = work.uninvoiced_slips(account=account, period=Period.month_of(last), after=after)
        yield from page
        after = page.after
        if after is None:
            return


def _post(work: Any, plan: InvoicePlan, last: date) -> str:
    """Post the invoice of a plan once, and return its number; what is delivered after the run has a key of its own."""
    slips = tuple(slip.number for slip in plan.slips)
    key = f"month-end {plan.account} {last:%Y-%m} {plan.orders[0]} {slips[0]}"

    def command() -> Outcome[Invoice]:
        orders = [work.orders.get(number) for number in plan.orders]
        return summaries.post_plan(plan, orders, number=work.number("INV"), on=last)

    outcome: Outcome[Invoice] = work.once(key, (plan.account, last, plan.orders, slips), command)
    return outcome.document.number
