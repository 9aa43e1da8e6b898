"""The values of a UBL document that comes from outside: texts, numbers and dates at a path, or an error that names what is none."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from salesflow.documents.ubl_elements import CAC, CBC
from salesflow.errors import SalesflowError
from salesflow.model.einvoice import Days

NUMBER = re.compile(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})")
NAMES = {"cac": CAC, "cbc": CBC}


class UnreadableError(SalesflowError, ValueError):
    """A document that is not read: it is no XML, not the document that was asked for, unsafe, too large, or holds no number or date where one belongs."""


def all_at(element: etree._Element | None, path: str) -> list[etree._Element]:
    """Return the elements at a path; none where there is nothing to look in."""
    return [] if element is None else element.findall(path, NAMES)


def one_at(element: etree._Element | None, path: str) -> etree._Element | None:
    """Return the first element at a path."""
    return None if element is None else element.find(path, NAMES)


def content_of(element: etree._Element | None) -> str:
    """Return the text of an element; empty where there is none."""
    return "" if element is None else (element.text or "").strip()


def text_at(element: etree._Element | None, path: str) -> str:
    """Return the text at a path; empty where there is none."""
    return content_of(one_at(element, path))


def attribute_at(element: etree._Element | None, path: str, name: str) -> str:
    """Return an attribute of the element at a path; empty where there is none."""
    found = one_at(element, path)
    return "" if found is None else found.get(name, "")


def number_of(element: etree._Element | None) -> Decimal | None:
    """Return the number that an element holds, and ``None`` where it holds nothing."""
    text = content_of(element)
    if not text:
        return None
    if not NUMBER.fullmatch(text) or not text.isascii():
        msg = f"{etree.QName(element).localname} must be a number, not {text[:40]!r}"
        raise UnreadableError(msg)
    return Decimal(text)


def number_at(element: etree._Element | None, path: str) -> Decimal | None:
    """Return the number at a path, and ``None`` where there is none."""
    return number_of(one_at(element, path))


def needed_at(element: etree._Element | None, path: str) -> Decimal:
    """Return the number at a path, which has to be there."""
    found = number_at(element, path)
    if found is None:
        msg = f"{path.partition(':')[2]} is missing"
        raise UnreadableError(msg)
    return found


def period_of(element: etree._Element) -> Days:
    """Return the first and the last day of the period of an element."""
    found = one_at(element, "cac:InvoicePeriod")
    return day_at(found, "cbc:StartDate"), day_at(found, "cbc:EndDate")


def day_at(element: etree._Element | None, path: str) -> date | None:
    """Return the date at a path, and ``None`` where there is none."""
    text = text_at(element, path)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        msg = f"{path.partition(':')[2]} must be a date, not {text[:40]!r}"
        raise UnreadableError(msg) from None
