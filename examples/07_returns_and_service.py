"""
One return and one service case, from the first call to the survey: at each step what is possible, and why the rest is not.

``python examples/07_returns_and_service.py [--json]``
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from salesflow import (
    Claim,
    Disposition,
    Item,
    OfficeHours,
    Party,
    Product,
    RefusedError,
    Role,
    ServiceLevel,
    Vat,
    assignment,
    cases,
    conformance,
    deliveries,
    installations,
    invoices,
    memory,
    orders,
    relations,
    return_credits,
    return_receipts,
    returns,
    service_levels,
)
from salesflow.lifecycle import Lifecycle
from salesflow.model.case import CaseKind, Channel, HoldReason

BAKERY = Party(number="BAKERY", name="Bakery on the corner", roles=(Role.CUSTOMER,))
OVEN = Product(item=Item(number="OVEN", name="Deck oven", vat=Vat("S", Decimal(21))), price=Decimal("2450.00"), cost=Decimal("1700.00"))
TRAY = Product(item=Item(number="TRAY", name="Baking tray", vat=Vat("S", Decimal(21))), price=Decimal("18.95"), cost=Decimal("7.00"))
NORMAL = ServiceLevel(
    priority="normal",
    hours=OfficeHours.weekly(time(9), time(17), UTC),
    first_reply=timedelta(hours=2),
    resolution=timedelta(hours=8),
)
AGENTS = (
    assignment.Agent(name="first line", skills=(assignment.COMMUNICATIVE, assignment.PATIENT, assignment.EMPATHIC)),
    assignment.Agent(name="workshop", skills=(assignment.TECHNICAL, assignment.PROBLEM_SOLVING)),
)


class Story:
    """Tells what happens, with what is possible and what is not."""

    def __init__(self) -> None:
        self.store = memory.Store()
        self.steps: list[dict[str, Any]] = []

    def do(self, what: str, outcome: Any) -> Any:
        """Record an outcome and return its document."""
        with self.store.begin() as work:
            document = work.record(outcome)
        self.steps.append({"step": what})
        return document

    def look(self, life: Lifecycle[Any, Any], document: Any, on: date) -> None:
        """Note what may be done with a document now, and why not the rest."""
        options = life.options(document, on=on)
        self.steps[-1] |= {
            "document": f"{life.name} {document.number}",
            "status": str(document.status),
            "possible": [option.command for option in options if option],
            "not": {option.command: [refusal.message for refusal in option.refusals] for option in options if not option},
        }


def tell_the_return(story: Story) -> None:
    """Ten trays are sold; three come back dented and are credited, one at a time of day."""
    day = date(2026, 4, 1)
    order = story.do(
        "ten trays are ordered", orders.place(number="SO-1", customer=BAKERY, currency="EUR", lines=[orders.line(TRAY, 10)], on=day)
    )
    slip = story.do("they are delivered", deliveries.post(order, number="PS-1", on=day))
    with story.store.begin() as work:
        order = work.orders.get("SO-1")
    invoice = story.do("they are invoiced", invoices.post(order, slips=[slip], number="INV-1", on=day))
    with story.store.begin() as work:
        order = work.orders.get("SO-1")
    try:
        returns.create(
            [Claim(order=order, quantities={1: 11}, invoices=(invoice,))], number="RMA-0", order="SO-R0", customer=BAKERY, on=day
        )
    except RefusedError as refused:
        story.steps.append({"step": "eleven cannot come back", "refused": [refusal.message for refusal in refused.refusals]})
    later = date(2026, 4, 8)
    claim = Claim(order=order, quantities={1: 3}, invoices=(invoice,), costs={1: Decimal("7.00")})
    rma = story.do(
        "three are announced", returns.create([claim], number="RMA-1", order="SO-R1", customer=BAKERY, on=later, reason="dented")
    )
    story.look(returns.LIFECYCLE, rma, later)
    rma = story.do("they arrive and are set aside for inspection", returns.quarantine(rma, on=later))
    story.look(returns.LIFECYCLE, rma, later)
    rma = story.do("the inspector decides: scrap", returns.release(rma, disposition=Disposition.SCRAP, on=later))
    with story.store.begin() as work:
        returned = work.orders.get("SO-R1")
    story.do("they are received", return_receipts.receive(rma, returned, [order], number="PS-2", on=later))
    with story.store.begin() as work:
        rma, returned, order = work.returns.get("RMA-1"), work.orders.get("SO-R1"), work.orders.get("SO-1")
    story.look(returns.LIFECYCLE, rma, later)
    note = story.do("they are credited", return_credits.credit(rma, returned, [order], [invoice], number="CN-1", on=later))
    with story.store.begin() as work:
        rma, order = work.returns.get("RMA-1"), work.orders.get("SO-1")
    story.look(returns.LIFECYCLE, rma, later)
    story.steps[-1] |= {
        "credited": str(note.total),
        "cost": str(rma.cost),
        "order": str(order.status),
        "kept": str(order.line(1).delivered),
    }


def tell_the_case(story: Story) -> None:
    """An oven is delivered and installed; a month later it does not heat."""
    day = date(2026, 4, 2)
    order = story.do(
        "an oven is ordered", orders.place(number="SO-2", customer=BAKERY, currency="EUR", lines=[orders.line(OVEN, 1)], on=day)
    )
    story.do("it is delivered", deliveries.post(order, number="PS-3", on=day))
    with story.store.begin() as work:
        order = work.orders.get("SO-2")
    oven = story.do(
        "it is installed",
        installations.install(order, 1, 1, number="INST-1", on=date(2026, 4, 3), serials=["OV-7731"], warranty_months=24),
    )
    called = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)
    case = story.do(
        "the bakery calls",
        cases.open_case(
            number="CASE-1",
            subject="The oven does not heat",
            at=called,
            kind=CaseKind.PROBLEM,
            customer=BAKERY.number,
            installed=oven.number,
            text="It stays cold.",
        ),
    )
    story.look(cases.LIFECYCLE, case, called.date())
    [agent, *_] = assignment.able(case, AGENTS)
    case = story.do(f"the {agent.name} takes it", cases.assign(case, agent.name, at=called + timedelta(minutes=5)))
    case = story.do(
        "they answer", cases.reply(case, "What does the display say?", at=called + timedelta(minutes=40), by=agent.name, seconds=420)
    )
    case = story.do("they wait for the customer", cases.hold(case, HoldReason.CUSTOMER, at=called + timedelta(minutes=45)))
    story.look(cases.LIFECYCLE, case, called.date())
    answered = called + timedelta(days=1, hours=2)
    case = story.do("the customer writes", cases.hear(case, "E-04", at=answered, channel=Channel.EMAIL))
    solved = answered + timedelta(hours=3)
    case = story.do("it is solved", cases.resolve(case, "The thermostat was replaced under warranty.", at=solved))
    story.look(cases.LIFECYCLE, case, solved.date())
    clock = service_levels.resolution(case, NORMAL, at=solved)
    assert clock is not None  # noqa: S101  the level agrees on one
    story.steps[-1] |= {"worked": str(clock.consumed), "kept": clock.state.value, "warranty": oven.is_under_warranty(solved.date())}
    case = story.do("it is closed", cases.close(case, at=solved + timedelta(hours=1)))
    survey = story.do("the bakery is asked how it was", relations.ask(case, number="SURVEY-1", on=solved.date()))
    survey = story.do("it answers", relations.answer(survey, 5, on=date(2026, 5, 6), remark="Quick, and friendly."))
    story.steps[-1] |= {"score": survey.score}


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description="Tell one return and one service case.")
    parser.add_argument("--json", action="store_true", help="print the steps as JSON")
    options = parser.parse_args()
    story = Story()
    tell_the_return(story)
    tell_the_case(story)
    violation = conformance.conform(story.store.events)
    if options.json:
        print(json.dumps({"steps": story.steps, "events": len(story.store.events), "conforms": violation is None}, indent=1))
        return
    for step in story.steps:
        print(step.pop("step"))
        for name, value in step.items():
            if name == "not":
                for command, reasons in value.items():
                    print(f"    not {command}: {'; '.join(reasons)}")
            else:
                print(f"    {name}: {', '.join(value) if isinstance(value, list) else value}")
    print(
        f"{len(story.store.events)} events, which "
        + ("conform to the life tables" if violation is None else f"do not conform: {violation}")
    )


if __name__ == "__main__":
    main()
