"""
The in-memory store: the reference implementation of the ports, for tests, scripts and small applications.

A unit of work sees the store as it was when the work began to read, keeps its changes to itself,
and commits them together after checking that nobody else has changed what it put.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from salesflow.checks import require_text
from salesflow.errors import ConflictError, DuplicateError, NotFoundError, RefusedError
from salesflow.model.after_sale import Entitlement, Installed, Maintenance
from salesflow.model.agreement import SalesAgreement
from salesflow.model.campaign import Campaign
from salesflow.model.case import Case
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.goods_return import Return
from salesflow.model.invoice import Invoice
from salesflow.model.invoice_draft import InvoiceDraft
from salesflow.model.lead import Lead
from salesflow.model.opportunity import Opportunity
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, PickingList
from salesflow.model.party import Party
from salesflow.model.path import Path
from salesflow.model.payment import Payment
from salesflow.model.product import Product, ProductList
from salesflow.model.project import Project
from salesflow.model.proposal import ProductLink, SupplementaryItem
from salesflow.model.purchase import Notice, Purchase
from salesflow.model.quotation import Quotation
from salesflow.model.recurrence import Recurrence
from salesflow.model.relationship import ContactPlan, Review, Survey
from salesflow.model.reminder import Reminder
from salesflow.model.subscription import Subscription
from salesflow.model.target import Target
from salesflow.model.trade_agreement import TradeAgreement
from salesflow.model.transfer import Transfer
from salesflow.outcome import Outcome
from salesflow.ports import ANOTHER_REQUEST

D = TypeVar("D")

_KINDS: dict[type, str] = {
    Party: "parties",
    Product: "products",
    ProductList: "product_lists",
    Project: "projects",
    Campaign: "campaigns",
    Lead: "leads",
    Path: "paths",
    Transfer: "transfers",
    Opportunity: "opportunities",
    Target: "targets",
    TradeAgreement: "trade_agreements",
    ProductLink: "product_links",
    SupplementaryItem: "supplementary_items",
    Quotation: "quotations",
    SalesAgreement: "agreements",
    Order: "orders",
    OrderConfirmation: "confirmations",
    PickingList: "picking_lists",
    PackingSlip: "slips",
    InvoiceDraft: "drafts",
    Invoice: "invoices",
    Payment: "payments",
    Recurrence: "recurrences",
    Reminder: "reminders",
    Installed: "installed",
    Maintenance: "maintenance",
    Entitlement: "entitlements",
    Case: "cases",
    Return: "returns",
    Purchase: "purchases",
    Notice: "notices",
    Survey: "surveys",
    Review: "reviews",
    ContactPlan: "contact_plans",
    Subscription: "subscriptions",
}


class Events:
    """The committed events, oldest first."""

    def __init__(self) -> None:
        self._events: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
        return tuple(event for event in self._events if event.number == number)


class Repository(Generic[D]):
    """The documents of one kind inside a unit of work."""

    def __init__(self, kind: type[D], stored: Mapping[str, tuple[int, D]]) -> None:
        self._kind = kind
        self._stored = stored
        self._read: dict[str, int] = {}
        self._added: dict[str, D] = {}
        self._put: dict[str, D] = {}

    def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        for own in (self._put, self._added):
            if number in own:
                return own[number]
        try:
            version, document = self._stored[number]
        except KeyError:
            msg = f"there is no {self._kind.__name__} {number!r}"
            raise NotFoundError(msg) from None
        self._read.setdefault(number, version)
        return document

    def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        number = self._number(document)
        if number in self:
            msg = f"there is a {self._kind.__name__} {number!r} already"
            raise DuplicateError(msg)
        self._added[number] = document

    def put(self, document: D) -> None:
        """Put a document in the place of its earlier self; raise ``NotFoundError`` where there is none."""
        number = self._number(document)
        if number in self._added:
            self._added[number] = document
            return
        self.get(number)
        self._put[number] = document

    def __contains__(self, number: object) -> bool:
        return number in self._added or number in self._stored

    def __iter__(self) -> Iterator[D]:
        return iter([self.get(number) for number in (*self._stored, *self._added)])

    def __len__(self) -> int:
        return len(self._stored) + len(self._added)

    def _number(self, document: D) -> str:
        if not isinstance(document, self._kind):
            msg = f"a repository of {self._kind.__name__} documents does not take {document!r}"
            raise TypeError(msg)
        return str(document.number)  # type: ignore[attr-defined]

    def _conflicts(self) -> list[str]:
        stale = [number for number in self._put if self._stored[number][0] != self._read[number]]
        return [f"{self._kind.__name__} {number}" for number in (*stale, *(n for n in self._added if n in self._stored))]

    def _written(self) -> dict[str, tuple[int, D]]:
        written = {number: (self._read[number] + 1, document) for number, document in self._put.items()}
        return written | {number: (1, document) for number, document in self._added.items()}


class Work:
    """A unit of work over a memory store; see ``salesflow.ports.UnitOfWork``."""

    parties: Repository[Party]
    products: Repository[Product]
    product_lists: Repository[ProductList]
    projects: Repository[Project]
    campaigns: Repository[Campaign]
    leads: Repository[Lead]
    paths: Repository[Path]
    transfers: Repository[Transfer]
    opportunities: Repository[Opportunity]
    targets: Repository[Target]
    trade_agreements: Repository[TradeAgreement]
    product_links: Repository[ProductLink]
    supplementary_items: Repository[SupplementaryItem]
    quotations: Repository[Quotation]
    agreements: Repository[SalesAgreement]
    orders: Repository[Order]
    confirmations: Repository[OrderConfirmation]
    picking_lists: Repository[PickingList]
    slips: Repository[PackingSlip]
    drafts: Repository[InvoiceDraft]
    invoices: Repository[Invoice]
    payments: Repository[Payment]
    recurrences: Repository[Recurrence]
    reminders: Repository[Reminder]
    installed: Repository[Installed]
    maintenance: Repository[Maintenance]
    entitlements: Repository[Entitlement]
    cases: Repository[Case]
    returns: Repository[Return]
    purchases: Repository[Purchase]
    notices: Repository[Notice]
    surveys: Repository[Survey]
    reviews: Repository[Review]
    contact_plans: Repository[ContactPlan]
    subscriptions: Repository[Subscription]

    def __init__(self, store: Store) -> None:
        self._store = store
        self._repositories = {kind: Repository(kind, store._documents[kind]) for kind in _KINDS}
        for kind, name in _KINDS.items():
            setattr(self, name, self._repositories[kind])
        self._events: list[Any] = []
        self._drawn: dict[str, int] = {}
        self._series_seen: dict[str, int] = {}
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        if kind is None:
            self._store._commit(self)

    def add(self, *documents: Any) -> None:
        """Add documents of any kind."""
        for document in documents:
            self._of(document).add(document)

    def put(self, *documents: Any) -> None:
        """Put documents of any kind in the place of their earlier selves."""
        for document in documents:
            self._of(document).put(document)

    def record(self, outcome: Outcome[D]) -> D:
        """Add what was made, put what was changed, append the events; return the document the caller asked for."""
        self.put(*outcome.changed)
        self.add(*outcome.made)
        self._events += outcome.events
        return outcome.document

    def number(self, series: str) -> str:
        """Draw the next number of a series, such as ``INV-7``; a work that does not commit leaves no gap."""
        seen = self._series_seen.setdefault(series, self._store._series.get(series, 0))
        self._drawn[series] = self._drawn.get(series, seen) + 1
        return f"{series}-{self._drawn[series]}"

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing."""
        require_text("key", key)
        hash(request)  # a request that cannot be hashed could change while it is kept
        known = self._keys.get(key) or self._store._keys.get(key)
        if known is not None:
            if known[0] != request:
                raise RefusedError((ANOTHER_REQUEST.refuse(key=key),))
            return known[1]
        outcome = command()
        self.record(outcome)
        self._keys[key] = request, outcome
        return outcome

    def _of(self, document: Any) -> Repository[Any]:
        try:
            return self._repositories[type(document)]
        except KeyError:
            msg = f"the store keeps no documents of type {type(document).__name__}"
            raise TypeError(msg) from None


class Store:
    """Keeps documents for as long as the program runs; safe to share between threads."""

    def __init__(self) -> None:
        self._documents: dict[type, dict[str, tuple[int, Any]]] = {kind: {} for kind in _KINDS}
        self._series: dict[str, int] = {}
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}
        self._lock = Lock()
        self.events = Events()

    def begin(self) -> Work:
        """Begin a unit of work; use it as a context manager."""
        return Work(self)

    def _commit(self, work: Work) -> None:
        with self._lock:
            conflicts = [name for repository in work._repositories.values() for name in repository._conflicts()]
            conflicts += [f"number series {name}" for name, seen in work._series_seen.items() if self._series.get(name, 0) != seen]
            conflicts += [f"key {key}" for key in work._keys if key in self._keys]
            if conflicts:
                msg = f"changed by somebody else meanwhile: {', '.join(conflicts)}"
                raise ConflictError(msg)
            for kind, repository in work._repositories.items():
                self._documents[kind].update(repository._written())
            self._series.update(work._drawn)
            self._keys.update(work._keys)
            self.events._events += work._events
