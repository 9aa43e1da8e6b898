"""Terms of payment and of sale in the words of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from salesflow.documents.languages import Locale
from salesflow.documents.sheet import Words
from salesflow.documents.wording import Word
from salesflow.model.terms import CashDiscount, PaymentMethod, PaymentTerms, TermsOfSale
from salesflow.period import months_after

_COUNTED = {
    PaymentMethod.NET: (Word.ON_INVOICE, Word.AFTER_INVOICE),
    PaymentMethod.CURRENT_WEEK: (Word.BY_WEEK, Word.AFTER_WEEK),
    PaymentMethod.CURRENT_MONTH: (Word.BY_MONTH, Word.AFTER_MONTH),
}


def payment(terms: PaymentTerms, locale: Locale) -> Words:
    """Return when something will have to be paid, while there is no invoice yet."""
    say = locale.say
    if not terms.has_due_date:
        lines = [say(Word.ON_DELIVERY)]
    elif terms.instalments:
        parts = (
            say(Word.SHARE, share=locale.percentage(each.share), when=_when(terms.method, each.months, each.days, locale))
            for each in terms.instalments
        )
        lines = [say(Word.TO_PAY, when=", ".join(parts))]
    else:
        lines = [say(Word.TO_PAY, when=_when(terms.method, terms.months, terms.days, locale))]
    for step in _chain(terms.cash_discount):
        when = _when(PaymentMethod.NET, step.months, step.days, locale)
        lines.append(say(Word.EARLY_WITHIN, share=locale.percentage(step.percentage), when=when))
    return Words(heading=say(Word.PAYMENT), text="\n".join(lines))


def early(terms: PaymentTerms, invoiced: date, locale: Locale) -> Iterator[str]:
    """Yield until which days a cash discount is granted on an invoice of that day."""
    for step in _chain(terms.cash_discount):
        last = months_after(invoiced, step.months) + timedelta(days=step.days)
        yield locale.say(Word.EARLY, share=locale.percentage(step.percentage), day=locale.day(last))


def terms_of_sale(terms: Iterable[TermsOfSale | None], locale: Locale, word: Word = Word.TERMS) -> tuple[Words, ...]:
    """Return terms of sale, each edition under its title."""
    return tuple(
        Words(heading=f"{locale.say(word)}: {each.title} ({each.number})", text=each.text, small=True) for each in terms if each is not None
    )


def _chain(step: CashDiscount | None) -> Iterator[CashDiscount]:
    while step is not None:
        yield step
        step = step.then


def _when(method: PaymentMethod, months: int, days: int, locale: Locale) -> str:
    at_once, within = _COUNTED[method]
    time = [
        locale.say(one) if count == 1 else locale.say(many, count=str(count))
        for count, one, many in ((months, Word.ONE_MONTH, Word.MONTHS), (days, Word.ONE_DAY, Word.DAYS))
        if count
    ]
    if not time:
        return locale.say(at_once)
    both = time[0] if len(time) == 1 else locale.say(Word.AND, one=time[0], other=time[1])
    return locale.say(within, time=both)
