"""What a customer is told about its account: the reminder and the statement."""

from __future__ import annotations

from datetime import date

from salesflow.billing.statements import Statement
from salesflow.checks import ZERO, require_date, require_kind
from salesflow.documents.languages import Locale
from salesflow.documents.letter import letter, stacked
from salesflow.documents.print_invoices import period
from salesflow.documents.sheet import Column, Grid, Sheet, Sum, Sums, TableRow, Words
from salesflow.documents.wording import Word
from salesflow.labels import Language
from salesflow.model.einvoice import TradeParty
from salesflow.model.reminder import Reminder
from salesflow.money import exact


def reminder(reminder: Reminder, *, seller: TradeParty, buyer: TradeParty, language: Language = "nl", account: str = "") -> Sheet:
    """
    Return a reminder under the heading that its plan gave it: what is overdue, the fee, and what is to be paid.

    Args:
        account: The account to pay to.
    """
    require_kind("reminder", reminder, Reminder)
    locale, say, currency = Locale(language), Locale(language).say, reminder.currency
    sums = [Sum(say(Word.OVERDUE), locale.amount(reminder.overdue, currency))]
    if reminder.fee:
        sums.append(Sum(say(Word.FEE), locale.amount(reminder.fee, currency)))
    sums.append(Sum(say(Word.PAYABLE, currency=currency), locale.amount(reminder.total, currency), strong=True))
    pay = say(Word.PAY_TO, account=account, name=seller.name, number=reminder.number) if account else ""
    return letter(
        reminder.title or Word.REMINDER,
        reminder.number,
        reminder.on,
        locale,
        seller=seller,
        buyer=buyer,
        account=account,
        facts=((Word.DATE, locale.day(reminder.on)), (Word.ACCOUNT, reminder.account)),
        blocks=(
            Words(text=say(Word.REMINDING)),
            _overdue(reminder, locale),
            Sums(rows=tuple(sums)),
            Words(text=stacked((pay, say(Word.CROSSED)))),
        ),
    )


@exact
def _overdue(reminder: Reminder, locale: Locale) -> Grid:
    say, carried, rows = locale.say, ZERO, []
    for line in reminder.lines:
        carried += line.balance
        cells = (
            line.invoice,
            locale.short_day(line.due),
            str(line.days_overdue),
            str(line.level),
            locale.amount(line.balance, reminder.currency),
        )
        rows.append(TableRow(cells=cells, carried=locale.amount(carried, reminder.currency)))
    columns = (
        Column(say(Word.INVOICE), "left", "fill"),
        Column(say(Word.DUE)),
        Column(say(Word.DAYS_LATE), "right"),
        Column(say(Word.REMINDED), "right"),
        Column(say(Word.OWED, currency=reminder.currency), "right"),
    )
    return Grid(columns=columns, rows=tuple(rows), carried=say(Word.CARRIED))


def statement(statement: Statement, *, seller: TradeParty, buyer: TradeParty, on: date, language: Language = "nl") -> Sheet:
    """
    Return a statement of account: what was owed at first, each document of the period, and what is owed after it.

    Args:
        on: The day on which it is made up.
    """
    require_kind("statement", statement, Statement)
    require_date("on", on)
    locale, say, currency = Locale(language), Locale(language).say, statement.currency
    closing = Sum(say(Word.CLOSING, currency=currency), locale.amount(statement.closing, currency), strong=True)
    return letter(
        Word.STATEMENT,
        "",
        on,
        locale,
        seller=seller,
        buyer=buyer,
        facts=(
            (Word.DATE, locale.day(on)),
            (Word.ACCOUNT, statement.account),
            (Word.PERIOD, period(statement.period, locale)),
        ),
        blocks=(_movements(statement, locale), Sums(rows=(closing,))),
    )


def _movements(statement: Statement, locale: Locale) -> Grid:
    say, currency = locale.say, statement.currency
    opening = locale.amount(statement.opening, currency)
    rows = [TableRow(cells=("", say(Word.OPENING), "", "", opening), carried=opening)]
    for line in statement.lines:
        balance = locale.amount(line.balance, currency)
        kind = line.what.label(locale.language)
        cells = (locale.short_day(line.on), kind, line.number, locale.amount(line.amount, currency), balance)
        rows.append(TableRow(cells=cells, carried=balance))
    columns = (
        Column(say(Word.DATE)),
        Column(say(Word.KIND), "left", "fill"),
        Column(say(Word.NUMBER)),
        Column(say(Word.AMOUNT, currency=currency), "right"),
        Column(say(Word.BALANCE, currency=currency), "right"),
    )
    return Grid(columns=columns, rows=tuple(rows), carried=say(Word.CARRIED))
