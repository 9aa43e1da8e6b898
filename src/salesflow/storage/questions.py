"""What is asked across documents, answered from the tables beside them; see ``ports.Queries``."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from salesflow import codec
from salesflow.kinds import Repositories
from salesflow.lookups import Role
from salesflow.period import Period
from salesflow.ports import PAGE, Page
from salesflow.process import timeline
from salesflow.storage import open_lines
from salesflow.storage.keys import LAST, cursor, key_of, values_of
from salesflow.storage.rows import (
    CONCERN,
    EVENT,
    OPEN_INVOICE,
    OPEN_LINE,
    OPEN_PURCHASE,
    UNINVOICED_SLIP,
    Find,
    Row,
    Rows,
    Table,
    batches,
)


class Questions(Repositories):
    """The questions of a unit of work over rows."""

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """The connection of this work."""

    @abstractmethod
    def flush(self) -> None:
        """Write what was changed, so that questions see it."""

    def open_lines(
        self,
        *,
        item: str | None = None,
        customer: str | None = None,
        vendor: str | None = None,
        before: date | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page[Any]:
        """Return order lines with goods left to deliver, the earliest ship date first; see ``ports.Queries``."""
        self.flush()
        equal: dict[str, Any] = {} if customer is None else {"customer": key_of(customer)}
        if vendor is not None:
            bought = self._bought_from(vendor)
            equal["item"] = bought if item is None else tuple(each for each in bought if each == key_of(item))
            if not equal["item"]:
                return Page(())
        elif item is not None:
            equal["item"] = key_of(item)
        until = {} if before is None else {"ship": before - timedelta(days=1)}
        place = values_of(after, 3)
        asked = Find(
            table=OPEN_LINE,
            equal=equal,
            order=("ship", "order", "line"),
            after=place and (date.fromisoformat(place[0]), place[1], int(place[2])),
            until=until,
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, [open_lines.read(row) for row in rows[:limit]], limit, asked.order)

    def _bought_from(self, vendor: str) -> tuple[str, ...]:
        """Return the items that a vendor is still to deliver."""
        rows = self.rows.find(Find(table=OPEN_PURCHASE, equal={"vendor": key_of(vendor)}, columns=("item",)))
        return tuple(dict.fromkeys(row["item"] for row in rows))

    def open_purchases(
        self, *, vendor: str | None = None, item: str | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return purchases of which something is missing, the earliest expected first."""
        self.flush()
        equal = {name: key_of(value) for name, value in (("vendor", vendor), ("item", item)) if value is not None}
        place = values_of(after, 2)
        asked = Find(
            table=OPEN_PURCHASE,
            equal=equal,
            order=("expected", "purchase"),
            after=place and (date.fromisoformat(place[0]), place[1]),
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, _loaded(self.purchases, [row["purchase"] for row in rows[:limit]]), limit, asked.order)

    def uninvoiced_slips(
        self, *, customer: str | None = None, account: str | None = None, period: Period, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return packing slips of a period that leave something to invoice, the oldest first; see ``ports.Queries``."""
        self.flush()
        equal = {name: key_of(value) for name, value in (("customer", customer), ("account", account)) if value is not None}
        place = values_of(after, 2)
        keys: dict[str, date] = {}
        while True:
            rows = self.rows.find(
                Find(
                    table=UNINVOICED_SLIP,
                    equal=equal,
                    order=("day", "slip", "order"),
                    after=place and (date.fromisoformat(place[0]), place[1], LAST),
                    since={} if period.start is None else {"day": period.start},
                    until={} if period.end is None else {"day": period.end},
                    limit=limit + 1,
                    columns=("day", "slip"),
                )
            )
            for row in rows:
                if len(keys) == limit and row["slip"] not in keys:
                    return Page(tuple(_loaded(self.slips, list(keys))), cursor(place or ()))
                keys[row["slip"]] = row["day"]
                place = (str(row["day"]), row["slip"])
            if len(rows) <= limit:
                return Page(tuple(_loaded(self.slips, list(keys))))

    def open_invoices(
        self, *, account: str | None = None, due_by: date | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return invoices and credit notes with an open balance, by due date."""
        self.flush()
        place = values_of(after, 2)
        asked = Find(
            table=OPEN_INVOICE,
            equal={} if account is None else {"account": key_of(account)},
            order=("due", "invoice"),
            after=place and (date.fromisoformat(place[0]), place[1]),
            until={} if due_by is None else {"due": due_by},
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, _loaded(self.invoices, [row["invoice"] for row in rows[:limit]]), limit, asked.order)

    def timeline(self, party: str) -> tuple[timeline.Entry, ...]:
        """Return the history of a customer, and of those merged into it, over all documents."""
        self.flush()
        names = self._merged(key_of(party))
        documents = self._find_in(CONCERN, "name", names, {"role": (Role.CUSTOMER.value, Role.PERSON.value)}, ("number",))
        numbers = dict.fromkeys([*names, *(row["number"] for row in documents)])
        told = {row["id"]: row["body"] for row in self._find_in(EVENT, "number", list(numbers), {}, ("id", "body"))}
        told |= {row["id"]: row["body"] for row in self._find_in(EVENT, "party", names, {}, ("id", "body"))}
        return timeline.told((place, codec.loads(body)) for place, body in sorted(told.items()))

    def _merged(self, party: str) -> list[str]:
        """Return the keys of a party and of all that were merged into it."""
        names = [party]
        for name in names:
            asked = Find(table=CONCERN, equal={"role": Role.MERGED_INTO.value, "name": name}, columns=("number",))
            names += [row["number"] for row in self.rows.find(asked) if row["number"] not in names]
        return names

    def _find_in(self, table: Table, column: str, values: Sequence[Any], equal: Row, columns: tuple[str, ...]) -> Iterator[Row]:
        for batch in batches(values):
            yield from self.rows.find(Find(table=table, equal={**equal, column: tuple(batch)}, columns=columns))


def _loaded(repository: Any, keys: list[str]) -> list[Any]:
    """Return the documents of these keys."""
    found: list[Any] = repository.load(keys)
    return found


def _page(rows: Sequence[Row], found: list[Any], limit: int, order: tuple[str, ...]) -> Page[Any]:
    """Return a page of what was found, where one row more than the limit was asked for."""
    if len(rows) <= limit:
        return Page(tuple(found))
    return Page(tuple(found), cursor(tuple(rows[limit - 1][name] for name in order)))
