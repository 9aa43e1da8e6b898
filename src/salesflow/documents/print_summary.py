"""The summary of a sale in the making: what one takes along to a visit or a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from salesflow.checks import require_date, require_kind
from salesflow.documents.languages import Locale
from salesflow.documents.letter import Fact, said
from salesflow.documents.sheet import Block, Column, Facts, Grid, Sheet, TableRow, Words
from salesflow.documents.wording import Word
from salesflow.labels import Language
from salesflow.model.opportunity import Opportunity, StageMark

_SIGNS = {StageMark.COMPLETED: "●", StageMark.CURRENT: "◉", StageMark.FUTURE: "○"}


def sale_summary(opportunity: Opportunity, *, on: date, language: Language = "nl", owner: str = "") -> Sheet:
    """
    Return what there is to know about a sale; what is empty is left out.

    It is a paper for ourselves: cost and profit are on it, and it goes to nobody.

    Args:
        on: The day on which it is printed.
        owner: What stands at the head beside the title: whose paper it is.
    """
    require_kind("opportunity", opportunity, Opportunity)
    require_date("on", on)
    locale = Locale(language)
    return Sheet(
        title=locale.say(Word.SALE_SUMMARY),
        number=opportunity.number,
        language=language,
        on=on,
        sender=(owner,) if owner else (),
        facts=said(((Word.DATE, locale.day(on)),), locale),
        blocks=tuple(_blocks(opportunity, locale)),
        pages=locale.say(Word.OF_PAGES),
    )


def _blocks(sale: Opportunity, locale: Locale) -> Iterator[Block]:
    yield Facts(facts=said(_main(sale, locale), locale))
    yield Facts(heading=locale.say(Word.FIGURES), facts=said(_figures(sale, locale), locale))
    if sale.marks:
        yield Words(heading=locale.say(Word.STAGES), text="   ".join(f"{_SIGNS[mark]} {name}" for name, mark in sale.marks))
    tables = (_products, _activities, _papers, _stakeholders)
    yield from (found for table in tables if (found := table(sale, locale)).rows)
    if sale.extra:
        yield Facts(heading=locale.say(Word.DETAILS), facts=tuple((name, str(value)) for name, value in sale.extra))
    if sale.has_note:
        yield Words(heading=locale.say(Word.NOTE), text=sale.note.strip())


def _main(sale: Opportunity, locale: Locale) -> Iterator[Fact]:
    following = sale.next_activity
    yield Word.TITLE, sale.title
    yield Word.KIND, sale.type.name
    yield Word.STATUS, sale.status.label(locale.language)
    yield Word.STAGE, sale.stage or ""
    yield Word.COMPANY, sale.party or ""
    yield Word.CONTACT, sale.contact or ""
    yield Word.OWNER, sale.owner
    yield Word.SALE_DATE, locale.day(sale.sale_date)
    yield Word.NEXT_ACTIVITY, f"{locale.day(following.due)}: {following.subject}" if following else ""
    yield Word.REOPEN_DATE, locale.day(sale.reopen_date) if sale.reopen_date else ""
    yield Word.REASON, sale.stall_reason or sale.sold_reason or sale.lost_reason
    yield Word.COMPETITOR, sale.competitor
    yield Word.SOURCE, sale.source
    yield Word.PROJECT, sale.project or ""
    yield Word.FOR_SALE_OF, sale.quotation or ""
    yield Word.LINKS, ", ".join(sale.links)


def _figures(sale: Opportunity, locale: Locale) -> Iterator[Fact]:
    for word, value in (
        (Word.SALE_AMOUNT, sale.amount),
        (Word.COST, sale.cost),
        (Word.PROFIT, sale.profit),
        (Word.WEIGHTED, sale.weighted),
    ):
        yield word, f"{locale.amount(value, sale.currency)} {sale.currency}"
    yield Word.PROBABILITY, locale.percentage(sale.probability)


def _products(sale: Opportunity, locale: Locale) -> Grid:
    columns = (
        Column(locale.say(Word.DESCRIPTION), "left", "fill"),
        Column(locale.say(Word.QUANTITY), "right"),
        Column(locale.say(Word.PRICE), "right"),
    )
    rows = (
        TableRow(cells=(each.product, locale.number(each.quantity), locale.amount(each.price, sale.currency))) for each in sale.interests
    )
    return Grid(heading=locale.say(Word.PRODUCTS), columns=columns, rows=tuple(rows))


def _activities(sale: Opportunity, locale: Locale) -> Grid:
    columns = (
        Column(locale.say(Word.PLANNED)),
        Column(locale.say(Word.ACTIVITY), "left", "fill"),
        Column(locale.say(Word.KIND)),
        Column(locale.say(Word.OWNER)),
        Column(locale.say(Word.DONE)),
    )
    rows = (
        TableRow(
            cells=(
                locale.short_day(each.due),
                each.subject,
                each.kind,
                each.owner,
                locale.short_day(each.done) if each.done else "",
            )
        )
        for each in sale.activities
    )
    return Grid(heading=locale.say(Word.ACTIVITIES), columns=columns, rows=tuple(rows))


def _papers(sale: Opportunity, locale: Locale) -> Grid:
    columns = (Column(locale.say(Word.MADE)), Column(locale.say(Word.NAME), "left", "fill"), Column(locale.say(Word.NUMBER)))
    rows = (TableRow(cells=(locale.short_day(each.made), each.name, each.number)) for each in sale.papers)
    return Grid(heading=locale.say(Word.PAPERS), columns=columns, rows=tuple(rows))


def _stakeholders(sale: Opportunity, locale: Locale) -> Grid:
    columns = (Column(locale.say(Word.NAME), "left", "fill"), Column(locale.say(Word.ROLE)))
    rows = (TableRow(cells=(each.party, each.role)) for each in sorted(sale.stakeholders, key=lambda each: each.rank))
    return Grid(heading=locale.say(Word.STAKEHOLDERS), columns=columns, rows=tuple(rows))
