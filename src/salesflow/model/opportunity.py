"""
Opportunities: sales in the making, with their status, stage, expected amount and date.

Status and stage are two things: a sale that is stalled keeps its stage. What can be worked out from fields is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from attrs import frozen

from salesflow.checks import (
    HUNDRED,
    ZERO,
    require_date,
    require_decimal,
    require_kind,
    require_percentage,
    require_text,
    require_tuple_of,
)
from salesflow.labels import Labelled
from salesflow.model.activity import Activity, Paper, next_activity
from salesflow.model.stakeholder import Answer, Stakeholder
from salesflow.money import exact, require_currency
from salesflow.period import months_after

PROMOTED = 3


class OpportunityStatus(Labelled):
    """Where a sale stands; how it is shown, by a sign or in words, is the application's [S2, SAL-12]."""

    OPEN = "open", "Open", "Open"
    SOLD = "sold", "Sold", "Verkocht"
    LOST = "lost", "Lost", "Verloren"
    STALLED = "stalled", "Stalled", "Vastgelopen"


class Visibility(Labelled):
    """Who may see a sale; seeing to it is the application's [SAL-6]."""

    EVERYONE = "everyone", "Everyone", "Iedereen"
    OWNER = "owner", "The owner", "De eigenaar"
    GROUP = "group", "The owner's group", "De groep van de eigenaar"


class ForecastCategory(Labelled):
    """How firmly a sale is counted on [FCS-4]."""

    OMITTED = "omitted", "Omitted", "Weggelaten"
    PIPELINE = "pipeline", "Pipeline", "Pijplijn"
    BEST_CASE = "best-case", "Best case", "Gunstig geval"
    COMMIT = "commit", "Commit", "Toegezegd"
    CLOSED = "closed", "Closed", "Gesloten"


class DurationUnit(Labelled):
    """What an estimated duration is counted in."""

    DAYS = "days", "Days", "Dagen"
    WEEKS = "weeks", "Weeks", "Weken"
    MONTHS = "months", "Months", "Maanden"


class StageMark(Labelled):
    """How a stage of the list stands to the current one [STG-4]."""

    COMPLETED = "completed", "Completed", "Voltooid"
    CURRENT = "current", "Current", "Huidig"
    FUTURE = "future", "Future", "Toekomstig"


@frozen(kw_only=True)
class SuggestedActivity:
    """
    What a guide advises to do in a stage [GDE-1].

    Args:
        offset: So many days after the activity before it; of no effect on the first [GDE-6].
        required: Whether the stage waits for it before the next one is offered [GDE-4].
    """

    name: str
    kind: str = "call"
    purpose: str = ""
    offset: int = 0
    required: bool = True

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)


@frozen(kw_only=True)
class SuggestedPaper:
    """What a guide advises to write in a stage [GDE-1]."""

    name: str
    purpose: str = ""
    template: str = ""
    required: bool = True

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)


@frozen(kw_only=True)
class Stage:
    """
    A stage of a kind of sale.

    Args:
        probability: In percent; 0 and 100 are those of lost and sold sales [STG-1].
        idle_days: After so many days without a touch a sale rots here; ``None`` is never [NXT-6].
        quotation_required: Whether a sale has a quotation before it comes here [STG-3].
        active: Whether sales may newly come here; those that are here stay [TYP-4].
    """

    name: str
    probability: Decimal
    description: str = ""
    category: ForecastCategory = ForecastCategory.PIPELINE
    idle_days: int | None = None
    quotation_required: bool = False
    activities: tuple[SuggestedActivity, ...] = ()
    papers: tuple[SuggestedPaper, ...] = ()
    active: bool = True

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_decimal("probability", self.probability)
        if not ZERO < self.probability < HUNDRED:
            msg = f"the probability of a stage lies between 0 and 100, which are lost and sold, not at {self.probability}"
            raise ValueError(msg)


@frozen(kw_only=True)
class OpportunityType:
    """
    A kind of sale; which stages it has is for the application to say [TYP-1, PRC-2].

    Args:
        duration: How long a sale is expected to take, in ``unit``.
        guide: Whether it has a guide; then it has two stages or more [TYP-2].
        suggest_next: Whether the next stage is offered once what the guide requires is done [GDE-4].
        stakeholders: Whether stakeholders may be added [TYP-3].
        allow_skip: Whether a stage may be skipped [STG-3].
        active: Whether new sales may be of it [TYP-4].
    """

    name: str
    stages: tuple[Stage, ...] = ()
    duration: int = 30
    unit: DurationUnit = DurationUnit.DAYS
    category: str = ""
    guide: bool = False
    suggest_next: bool = True
    stakeholders: bool = True
    allow_skip: bool = True
    active: bool = True

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_tuple_of("stages", self.stages, Stage)
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            msg = f"every stage of a kind of sale has its own name: {', '.join(names)}"
            raise ValueError(msg)
        if self.guide and len(self.stages) < 2:  # noqa: PLR2004  two, as the rule says
            msg = f"a kind of sale with a guide has two stages or more, not {len(self.stages)}"
            raise ValueError(msg)
        if type(self.duration) is not int or self.duration < 0:
            msg = f"duration must be a whole number of zero or more, not {self.duration!r}"
            raise ValueError(msg)

    def stage(self, name: str) -> Stage | None:
        """Return the stage of that name; ``None`` where there is none."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def expected(self, registered: date) -> date:
        """Return when a sale that was registered that day is expected to close; a month ends where the shorter one does [SAL-4]."""
        match self.unit:
            case DurationUnit.MONTHS:
                return months_after(registered, self.duration)
            case DurationUnit.WEEKS:
                return registered + timedelta(weeks=self.duration)
            case _:
                return registered + timedelta(days=self.duration)

    @property
    def falling(self) -> tuple[str, ...]:
        """The stages whose probability is below that of the stage before them: allowed, and worth a look [STG-5]."""
        pairs = zip(self.stages, self.stages[1:], strict=False)
        return tuple(later.name for earlier, later in pairs if later.probability < earlier.probability)


PIPELINE = OpportunityType(
    name="pipeline",
    stages=tuple(
        Stage(name=name, probability=Decimal(share))
        for name, share in (("qualified", 20), ("developed", 40), ("proposed", 60), ("negotiated", 80), ("agreed", 90))
    ),
)
"""A kind of sale to begin with, where none is configured [STG-7]."""


@frozen(kw_only=True)
class Interest:
    """A product that a sale is about, with quantity and estimated price [PRC-5, CRM-5]."""

    product: str
    quantity: Decimal
    price: Decimal

    def __attrs_post_init__(self) -> None:
        require_text("product", self.product)
        require_decimal("quantity", self.quantity)
        require_decimal("price", self.price)


@frozen(kw_only=True)
class Opportunity:
    """
    A sale in the making.

    Args:
        title: What it is about; mandatory [SAL-1].
        sale_date: When it is expected to close; once sold or lost, when it did [SAL-5].
        probability: In percent; the stage's unless it was set by hand, 100 once sold and 0 once lost.
        amount: What it is expected to bring, and once sold brought, without VAT.
        cost: What it costs us; profit and margin follow from both [AMT-1].
        interests: The products it is about; the amount may be worked out from them [CRM-5].
        credited: Who gets the credit for it, apart from its owner [SAL-3].
        competitor: The one it is up against, or lost to [SAL-9].
        stage_when_closed: The stage in which it was sold or lost.
        completed: Whether a closed sale needs no more work.
        promoted: Up to three user-defined fields that stand in the main view [SAL-2].
        links: Numbers of other documents and sales.
        forecast: How firmly it is counted on, where not as its stage says.
        mirrors_quotation: Whether amount and cost are those of its quotation, and not entered [AMT-6].
        touched: When something was last done about it that leaves no other trace, such as a mail [NXT-6].
    """

    number: str
    title: str
    type: OpportunityType
    registered: date
    owner: str
    currency: str
    sale_date: date
    status: OpportunityStatus = OpportunityStatus.OPEN
    stage: str | None = None
    probability: Decimal = ZERO
    amount: Decimal = ZERO
    cost: Decimal = ZERO
    interests: tuple[Interest, ...] = ()
    party: str | None = None
    contact: str | None = None
    project: str | None = None
    lead: str | None = None
    campaign: str | None = None
    quotation: str | None = None
    source: str = ""
    credited: str = ""
    competitor: str = ""
    department: str = ""
    reopen_date: date | None = None
    stall_reason: str = ""
    sold_reason: str = ""
    lost_reason: str = ""
    stage_when_closed: str | None = None
    completed: bool = False
    note: str = ""
    visibility: Visibility = Visibility.EVERYONE
    forecast: ForecastCategory | None = None
    activities: tuple[Activity, ...] = ()
    papers: tuple[Paper, ...] = ()
    stakeholders: tuple[Stakeholder, ...] = ()
    checklist: tuple[Answer, ...] = ()
    extra: tuple[tuple[str, object], ...] = ()
    promoted: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    mirrors_quotation: bool = False
    touched: date | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("number", "title", "owner"):
            require_text(name, getattr(self, name))
        require_kind("type", self.type, OpportunityType)
        require_kind("status", self.status, OpportunityStatus)
        require_currency("currency", self.currency)
        require_date("registered", self.registered)
        require_date("sale_date", self.sale_date)
        require_percentage("probability", self.probability)
        require_decimal("amount", self.amount)
        require_decimal("cost", self.cost)
        require_tuple_of("activities", self.activities, Activity)
        require_tuple_of("papers", self.papers, Paper)
        require_tuple_of("stakeholders", self.stakeholders, Stakeholder)
        require_tuple_of("promoted", self.promoted, str)
        if len(self.promoted) > PROMOTED:
            msg = f"up to three fields stand in the main view, not {len(self.promoted)}"
            raise ValueError(msg)

    # ------------------------------------------------------------------ status and stage

    @property
    def is_closed(self) -> bool:
        """Whether it was sold or lost; these are what *skip completed sales* hides [CMP-F1]."""
        return self.status in {OpportunityStatus.SOLD, OpportunityStatus.LOST}

    @property
    def has_note(self) -> bool:
        """Whether there is a note to be read [SAL-2]."""
        return bool(self.note.strip())

    @property
    def marks(self) -> tuple[tuple[str, StageMark], ...]:
        """Each stage of its kind and whether it lies before, at or after the current one [STG-4]."""
        names = [stage.name for stage in self.type.stages]
        current = names.index(self.stage) if self.stage in names else len(names)
        marks = (StageMark.COMPLETED, StageMark.CURRENT, StageMark.FUTURE)
        return tuple((name, marks[(place >= current) + (place > current)]) for place, name in enumerate(names))

    @property
    def category(self) -> ForecastCategory:
        """How firmly it is counted on: sold is closed, lost is omitted, otherwise as was said, or as its stage says [FCS-4]."""
        if self.status is OpportunityStatus.SOLD:
            return ForecastCategory.CLOSED
        if self.status is OpportunityStatus.LOST:
            return ForecastCategory.OMITTED
        stage = self.type.stage(self.stage or "")
        return self.forecast or (ForecastCategory.PIPELINE if stage is None else stage.category)

    # ------------------------------------------------------------------ amount, cost, profit

    @property
    @exact
    def profit(self) -> Decimal:
        """The amount less the cost [AMT-2]."""
        return self.amount - self.cost

    @property
    @exact
    def profit_percentage(self) -> Decimal | None:
        """The profit in percent of the amount, unrounded; ``None`` where the amount is zero [AMT-2]."""
        return self.profit * HUNDRED / self.amount if self.amount else None

    @property
    @exact
    def weighted(self) -> Decimal:
        """The amount times the probability, unrounded [STG-6]."""
        return self.amount * self.probability.scaleb(-2)

    @property
    @exact
    def estimated(self) -> Decimal:
        """What its products come to [CRM-5]."""
        return sum((each.quantity * each.price for each in self.interests), ZERO)

    # ------------------------------------------------------------------ what is due

    @property
    def next_activity(self) -> Activity | None:
        """The oldest activity that is not done [NXT-3]."""
        return next_activity(self.activities)

    def is_overdue(self, on: date) -> bool:
        """
        Say whether it stands in red: an activity or the sale date lies before that day [NXT-1, NXT-2].

        Of a stalled sale only the re-open date counts; a closed one is never overdue [NXT-4].
        """
        match self.status:
            case OpportunityStatus.OPEN:
                following = self.next_activity
                return self.sale_date < on or (following is not None and following.due < on)
            case OpportunityStatus.STALLED:
                return self.reopen_date is not None and self.reopen_date < on
            case _:
                return False

    @property
    def is_forgotten(self) -> bool:
        """Whether it is open and nothing is planned [NXT-5]."""
        return self.status is OpportunityStatus.OPEN and self.next_activity is None

    def idle_days(self, on: date) -> int:
        """Return for how many days nothing was done about it; what is planned does not count [NXT-6]."""
        done = [each.done for each in self.activities if each.done is not None]
        made = [each.made for each in self.papers]
        last = max([self.registered, *done, *made, *([self.touched] if self.touched else [])])
        return (on - last).days

    def is_rotting(self, on: date) -> bool:
        """Say whether it is open and idle for longer than its stage allows [NXT-6]."""
        stage = self.type.stage(self.stage or "")
        limit = None if stage is None else stage.idle_days
        return self.status is OpportunityStatus.OPEN and limit is not None and self.idle_days(on) > limit

    def may_see(self, user: str, group: tuple[str, ...] = ()) -> bool:
        """Say whether *user*, who shares a group with those in *group*, may see it [SAL-6]."""
        match self.visibility:
            case Visibility.EVERYONE:
                return True
            case Visibility.OWNER:
                return user == self.owner
            case _:
                return user == self.owner or self.owner in group

    def summary(self) -> Iterator[tuple[str, str]]:
        """Yield what a printed summary of the sale shows, as pairs of a heading and a text; what is empty is left out."""
        following = self.next_activity
        for heading, value in (
            ("Number", self.number),
            ("Title", self.title),
            ("Kind", self.type.name),
            ("Status", self.status.en),
            ("Stage", self.stage),
            ("Company", self.party),
            ("Contact", self.contact),
            ("Owner", self.owner),
            ("Amount", f"{self.amount} {self.currency}"),
            ("Profit", f"{self.profit} {self.currency}"),
            ("Probability", f"{self.probability} %"),
            ("Sale date", self.sale_date),
            ("Competitor", self.competitor),
            ("Re-open date", self.reopen_date),
            ("Reason", self.stall_reason or self.sold_reason or self.lost_reason),
            ("Next activity", following and f"{following.due} {following.subject}"),
            ("Note", self.note.strip()),
        ):
            if value:
                yield heading, str(value)
