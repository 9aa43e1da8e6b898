"""The sales that the faults are tried on: orders that are placed, delivered, invoiced and paid in random parts, and a check of all that is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import MetaData, event, make_url, text

from salesflow import Order, Period, deliveries, invoices, memory, orders, payments
from salesflow.kinds import KINDS
from salesflow.model.ledger import Kind
from salesflow.sql import Store, engine_of, make_tables
from salesflow.storage.rows import BODY, DOCUMENT, POSTING
from tests.builders import ACME, ADVICE, CHAI, CHANG, DAY, JANE

EVER = Period(DAY, DAY + timedelta(days=3650))
CUSTOMERS = (ACME, JANE)
PRODUCTS = (CHAI, CHANG, ADVICE)
COMMITS = "COMMITS"
"""A series that every work draws from, so that its last number says how many works were committed."""


def opened(database: str, schema: str = "", checkpoint: int = 0) -> Store:
    """
    Open a store that is there, as every process of these tests does for itself.

    Args:
        database: A file of SQLite or a URL.
        schema: The schema of PostgreSQL that its tables are in.
        checkpoint: After how many pages SQLite moves what was written ahead to the file; left out, as it does by itself.
    """
    engine = engine_of(database)
    if checkpoint:

        @event.listens_for(engine, "connect")
        def _(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA wal_autocheckpoint = {checkpoint}")

    return Store(engine, tables=make_tables(MetaData(), schema=schema or None))


def named(database: str, name: str) -> str:
    """Return the URL of a PostgreSQL by which it tells our connections from others; of a file, its path as it is."""
    if not database.startswith("postgresql"):
        return database
    return make_url(database).update_query_dict({"application_name": name}).render_as_string(hide_password=False)


def seeded(seed: int) -> Random:
    """Return what chooses at random, but the same every time."""
    return Random(seed)  # noqa: S311  nothing here is secret


# ---------------------------------------------------------------------- works


def place(work: Any, random: Random) -> None:
    """Place an order of a few lines."""
    lines = [orders.line(random.choice(PRODUCTS), random.randint(1, 40)) for _ in range(random.randint(1, 4))]
    work.record(orders.place(number=work.number("SO"), customer=random.choice(CUSTOMERS), currency="EUR", lines=lines, on=DAY))


def deliver(work: Any, random: Random) -> None:
    """Deliver a part of an order that has something left."""
    page = work.open_lines(limit=20)
    if page.found:
        post_slip(work, work.orders.get(random.choice(page.found).order), random)


def post_slip(work: Any, order: Order, random: Random) -> None:
    """Deliver random quantities of some lines of an order."""
    left = {line.number: line.deliver_remainder for line in order.balances if line.deliver_remainder}
    chosen = random.sample(sorted(left), random.randint(1, len(left)))
    wanted = {number: random.randint(1, int(left[number])) for number in chosen}
    work.record(deliveries.post(order, wanted, number=work.number("PS"), on=DAY + timedelta(days=random.randint(0, 20))))


def invoice(work: Any, random: Random) -> None:
    """Invoice one packing slip that was not invoiced yet, or a few of the same order together."""
    page = work.uninvoiced_slips(period=EVER, limit=20)
    if page.found:
        first = random.choice(page.found)
        slips = [slip for slip in page if slip.orders == first.orders][: random.randint(1, 3)]
        order = work.orders.get(first.orders[0])
        work.record(invoices.post(order, slips=slips or [first], number=work.number("INV"), on=DAY + timedelta(days=30)))


def pay(work: Any, random: Random) -> None:
    """Receive the money for an invoice, or a part of it."""
    page = work.open_invoices(limit=20)
    if page.found:
        bill = random.choice(page.found)
        amount = bill.balance if random.random() < 0.6 else min(bill.balance, Decimal("10.00"))
        paid = payments.receive(bill.account, amount, "EUR", number=work.number("PAY"), on=DAY + timedelta(days=40), invoices=[bill])
        work.record(paid)


STEPS: tuple[Callable[[Any, Random], None], ...] = (place, deliver, deliver, invoice, pay)


# ---------------------------------------------------------------------- what must be true of what is kept


def check(store: Store) -> int:
    """Assert that everything in a store agrees with everything else; return how many works were committed."""
    with store.begin() as work:
        documents = {kind: list(getattr(work, name)) for kind, name in KINDS.items()}
        asked = _answers(work)
        _check_ledgers(work)
    reference = memory.Store()
    with reference.begin() as filling:
        filling.add(*(document for found in documents.values() for document in found))
    assert asked == _answers(reference.begin()), "what is looked up is not what the documents say"
    _check_rows(store, documents)
    _check_events(store, documents)
    for name, found in (("SO", documents[Order]), *((name, list(_of(documents, kind))) for name, kind in NUMBERED.items())):
        assert numbers(found, name) == list(range(1, len(found) + 1)), f"series {name} has a gap or a number twice"
        assert _last(store, name) == len(found), f"series {name} stands elsewhere than its documents"
    return _last(store, COMMITS)


NUMBERED = {"PS": "slips", "INV": "invoices", "PAY": "payments"}


def _of(documents: dict[type, list[Any]], name: str) -> Iterator[Any]:
    return (document for kind, found in documents.items() if KINDS[kind] == name for document in found)


def numbers(documents: list[Any], series: str) -> list[int]:
    """Return the numbers that documents have from a series, sorted."""
    return sorted(int(document.number.removeprefix(f"{series}-")) for document in documents)


class UndoneError(Exception):
    """Ends a work that is not to be kept."""


def rehearse(store: Store) -> None:
    """Go through every step once and give it up, so that everything is loaded that the steps need."""
    random = seeded(0)
    with suppress(UndoneError), store.begin() as work:
        for step in STEPS:
            step(work, random)
        every(work.open_lines)
        raise UndoneError


def _last(store: Store, series: str) -> int:
    """Return how often a series was drawn from, by drawing from it once more and giving that up."""
    number = ""
    with suppress(UndoneError), store.begin() as work:
        number = work.number(series)
        raise UndoneError
    return int(number.removeprefix(f"{series}-")) - 1


def _answers(work: Any) -> dict[str, list[Any]]:
    """Return everything that the questions across documents answer."""
    answers = {
        "open lines": every(work.open_lines),
        "uninvoiced slips": every(work.uninvoiced_slips, period=EVER),
        "open invoices": every(work.open_invoices),
    }
    for customer in CUSTOMERS:
        answers[f"open lines of {customer.number}"] = every(work.open_lines, customer=customer.number)
        answers[f"uninvoiced slips of {customer.number}"] = every(work.uninvoiced_slips, account=customer.number, period=EVER)
        answers[f"open invoices of {customer.number}"] = every(work.open_invoices, account=customer.number)
        answers[f"slips of {customer.number}"] = every(work.slips.find, customer=customer.number)
        answers[f"orders of {customer.number}"] = every(work.orders.find, customer=customer.number)
    return answers


def every(ask: Callable[..., Any], **wanted: Any) -> list[Any]:
    """Return what is on all pages of an answer."""
    found: list[Any] = []
    after = None
    while True:
        page = ask(**wanted, after=after, limit=50)
        found += page.found
        after = page.after
        if after is None:
            return found


def _check_ledgers(work: Any) -> None:
    """Every posting has its document and every document its postings; nothing is delivered or invoiced twice."""
    slips = {slip.number: slip for slip in work.slips}
    bills = {bill.number: bill for bill in work.invoices}
    posted: set[tuple[str, str]] = set()
    for order in work.orders:
        delivered: Counter[tuple[str, int]] = Counter()
        billed: Counter[tuple[str, int]] = Counter()
        taken: dict[str, list[Any]] = defaultdict(list)
        for posting in order.postings:
            posted.add((order.number, posting.document))
            if posting.kind is Kind.DELIVERED:
                assert slips[posting.document].rows(order.number) == posting.rows
                delivered.update({(posting.document, line): quantity for line, quantity in posting.rows})
            else:
                assert posting.kind is Kind.INVOICED
                taken[posting.document] += posting.rows
                billed.update({(posting.slip or "", line): quantity for line, quantity in posting.rows})
        for number, rows in taken.items():
            lines = [(line.terms.number, line.quantity) for line in bills[number].lines if line.order == order.number]
            assert sorted(lines) == sorted(rows), f"invoice {number} and order {order.number} say different things"
        assert all(quantity <= delivered[key] for key, quantity in billed.items()), f"order {order.number}: a slip was invoiced twice"
        for line in order.balances:
            assert line.delivered == sum(quantity for (_, number), quantity in delivered.items() if number == line.number)
            assert line.invoiced == sum(quantity for (_, number), quantity in billed.items() if number == line.number)
            assert 0 <= line.invoiced <= line.delivered <= line.ordered
            assert line.delivered + line.deliver_remainder == line.ordered == line.invoiced + line.invoice_remainder
    named = {(order, document.number) for document in (*slips.values(), *bills.values()) for order in document.orders}
    assert named == posted, "a document and an order do not know of each other"
    paid = Counter({(payment.number, use.document): use.amount for payment in work.payments for use in payment.uses})
    assert paid == Counter({(each.document, bill.number): each.amount for bill in bills.values() for each in bill.settlements})


def _check_rows(store: Store, documents: dict[type, list[Any]]) -> None:
    """No row is left behind by a work that was not committed, and the database finds nothing wrong with itself."""
    with store.engine.connect() as connection:
        counted = {
            table: connection.execute(text(f"SELECT count(*) FROM {store.tables[table].fullname}")).scalar_one()
            for table in (DOCUMENT, BODY, POSTING)
        }
        if store.engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    count = sum(len(found) for found in documents.values())
    in_parts = sum(len(found) for kind, found in documents.items() if KINDS[kind] in {"orders", "invoices"})
    assert counted[DOCUMENT] == count
    assert counted[BODY] == count + in_parts
    assert counted[POSTING] == sum(len(order.postings) for order in documents[Order])


def _check_events(store: Store, documents: dict[type, list[Any]]) -> None:
    """What is kept was told, once, in order; what is not kept was not told."""
    told = Counter((type(event).__name__, event.number) for event in store.events)
    for name, kind in (
        ("OrderPlaced", "orders"),
        ("PackingSlipPosted", "slips"),
        ("InvoicePosted", "invoices"),
        ("PaymentReceived", "payments"),
    ):
        assert {number: count for (what, number), count in told.items() if what == name} == dict.fromkeys(
            (document.number for document in _of(documents, kind)), 1
        )
