"""
The limit of durable storage: the rows of the same lives, written by hand with ``sqlite3`` and nothing else.

Per order a row, its lines, two deliveries and two invoices with their lines, and the counters that go up; a commit after each step.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
create table orders(id integer primary key, number text, customer int, date text, state text, net int, vat int, total int);
create table order_lines(id integer primary key, order_id int references orders, product int, quantity int, price int,
    delivered int, invoiced int);
create table deliveries(id integer primary key, order_id int references orders, state text);
create table delivery_lines(id integer primary key, delivery_id int references deliveries, line_id int references order_lines, quantity int);
create table invoices(id integer primary key, number text, order_id int references orders, state text, net int, vat int, total int);
create table invoice_lines(id integer primary key, invoice_id int references invoices, line_id int references order_lines,
    quantity int, price int);
create index lines_of_order on order_lines(order_id);
create index deliveries_of_order on deliveries(order_id);
create index lines_of_delivery on delivery_lines(delivery_id);
create index deliveries_of_line on delivery_lines(line_id);
create index invoices_of_order on invoices(order_id);
create index lines_of_invoice on invoice_lines(invoice_id);
create index invoices_of_line on invoice_lines(line_id);
"""


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection to a new file, written ahead."""
    connection = sqlite3.connect(path)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(SCHEMA)
    return connection


def price(number: int, line: int) -> int:
    """Return the price of a line, in cents."""
    return (10 + (number + line) % 50) * 100 + 25


def life(connection: sqlite3.Connection, number: int, size: int) -> None:
    """Take one order through its life."""
    run, many, commit = connection.execute, connection.executemany, connection.commit
    first = number * size
    run("insert into orders values(?,?,?,?,?,?,?,?)", (number, None, 1, "2026-01-02", "draft", 0, 0, 0))
    lines = [(first + line, number, (number + line) % 50, 4, price(number, line)) for line in range(size)]
    many("insert into order_lines values(?,?,?,?,?,0,0)", lines)
    commit()
    net = sum(4 * price(number, line) for line in range(size))
    vat = (net * 21 + 50) // 100
    run("update orders set number=?,state=?,net=?,vat=?,total=? where id=?", (f"S{number:05d}", "quoted", net, vat, net + vat, number))
    commit()
    for state in ("confirmed", "processing"):
        run("update orders set state=? where id=?", (state, number))
        commit()
    for half in (0, 1):
        _half(connection, number, size, half)


def _half(connection: sqlite3.Connection, number: int, size: int, half: int) -> None:
    """Deliver and invoice half of every line."""
    run, many, commit = connection.execute, connection.executemany, connection.commit
    first, document = number * size, number * 2 + half
    run("insert into deliveries values(?,?,?)", (document, number, "done"))
    many("insert into delivery_lines values(?,?,?,2)", [(document * size + line, document, first + line) for line in range(size)])
    many("update order_lines set delivered=? where id=?", [(2 + 2 * half, first + line) for line in range(size)])
    commit()
    net = sum(2 * price(number, line) for line in range(size))
    vat = (net * 21 + 50) // 100
    run("insert into invoices values(?,?,?,?,?,?,?)", (document, None, number, "draft", net, vat, net + vat))
    billed = [(document * size + line, document, first + line, price(number, line)) for line in range(size)]
    many("insert into invoice_lines values(?,?,?,2,?)", billed)
    many("update order_lines set invoiced=? where id=?", [(2 + 2 * half, first + line) for line in range(size)])
    commit()
    run("update invoices set number=?,state=? where id=?", (f"F{document:05d}", "posted", document))
    if half:
        run("update orders set state=? where id=?", ("done", number))
    commit()
