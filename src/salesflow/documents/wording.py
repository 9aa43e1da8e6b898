"""The words of printed documents, in English and Dutch."""

from __future__ import annotations

from salesflow.billing import deposits
from salesflow.labels import Labelled


class Word(Labelled):
    """A word or a short sentence on a printed document; what stands in braces is filled in."""

    # What a document is
    QUOTATION = "quotation", "Quotation", "Offerte"
    CONFIRMATION = "confirmation", "Order confirmation", "Orderbevestiging"
    PACKING_SLIP = "packing-slip", "Packing slip", "Pakbon"
    INVOICE = "invoice", "Invoice", "Factuur"
    DEPOSIT = "deposit", "Deposit invoice", "Voorschotfactuur"
    CREDIT_NOTE = "credit-note", "Credit note", "Creditnota"
    PRO_FORMA = "pro-forma", "Pro forma invoice", "Pro-formafactuur"
    REMINDER = "reminder", "Payment reminder", "Betalingsherinnering"
    STATEMENT = "statement", "Statement of account", "Rekeningoverzicht"
    SALE_SUMMARY = "sale-summary", "Summary of a sale", "Samenvatting van een verkoop"
    MARK_PRO_FORMA = "mark-pro-forma", "PRO FORMA", "PRO FORMA"
    CANCELLED_BY = "cancelled-by", "Cancelled by {number}", "Geannuleerd door {number}"

    # Facts at the head
    NUMBER = "number", "Number", "Nummer"
    DATE = "date", "Date", "Datum"
    VERSION = "version", "Version", "Versie"
    VALID_UNTIL = "valid-until", "Valid until", "Geldig tot en met"
    ORDER = "order", "Our order", "Onze order"
    REVISION = "revision", "Revision", "Wijziging"
    REFERENCE = "reference", "Your reference", "Uw kenmerk"
    YOUR_ORDER = "your-order", "Your order", "Uw order"
    SLIPS = "slips", "Packing slips", "Pakbonnen"
    SUPPLIED = "supplied", "Supplied", "Geleverd"
    PERIOD = "period", "Period", "Periode"
    DUE = "due", "Due date", "Vervaldatum"
    ACCOUNT = "account", "Account number", "Klantnummer"
    CUSTOMER_VAT = "customer-vat", "Your VAT number", "Uw btw-nummer"
    CREDITS = "credits", "Credits invoice", "Crediteert factuur"
    CANCELS = "cancels", "Cancels invoice", "Annuleert factuur"
    TAKES_OFF = "takes-off", "Less deposit invoice", "Met verrekening van"
    REPRESENTATIVE = "representative", "Tax representative", "Fiscaal vertegenwoordiger"
    PAYEE = "payee", "Payable to", "Te betalen aan"
    REASON = "reason", "Reason", "Reden"
    DELIVER_TO = "deliver-to", "Delivery address", "Afleveradres"
    ATTENTION = "attention", "Attn. {name}", "T.a.v. {name}"
    REVERSES = "reverses", "Takes back packing slip", "Draait pakbon terug"
    CORRECTS = "corrects", "In the place of", "In plaats van"

    # Columns
    ITEM = "item", "Item", "Artikel"
    DESCRIPTION = "description", "Description", "Omschrijving"
    QUANTITY = "quantity", "Quantity", "Aantal"
    PRICE = "price", "Price", "Prijs"
    PER = "per", "{price} per {unit}", "{price} per {unit}"
    DISCOUNT = "discount", "Discount", "Korting"
    VAT = "vat", "VAT", "Btw"
    AMOUNT = "amount", "Amount {currency}", "Bedrag {currency}"
    PRICE_WITH_VAT = "price-with-vat", "Price incl. VAT", "Prijs incl. btw"
    AMOUNT_WITH_VAT = "amount-with-vat", "Amount incl. VAT {currency}", "Bedrag incl. btw {currency}"
    UNIT_NET = "unit-net", "Price without VAT: {price}", "Prijs exclusief btw: {price}"
    ORDERED = "ordered", "Ordered", "Besteld"
    DELIVERED = "delivered", "Delivered", "Geleverd"
    TO_COME = "to-come", "Still to come", "Volgt nog"
    DEPOSIT_LINE = "deposit-line", deposits.TEXT, "Voorschot"
    SHIPS = "ships", "Shipping {day}", "Verzending {day}"
    FROM_SLIP = "from-slip", "Packing slip {number}", "Pakbon {number}"
    FROM_ORDER = "from-order", "Order {number}", "Order {number}"
    FROM_INVOICE = "from-invoice", "Invoice {number}", "Factuur {number}"
    CARRIED = "carried", "Carried forward", "Transport"

    # Sums
    ALTERNATIVE = "alternative", "Alternative {name}", "Alternatief {name}"
    LINES = "lines", "Sum of the lines", "Totaal van de regels"
    NET = "net", "Total without VAT", "Totaal exclusief btw"
    TOTAL_VAT = "total-vat", "VAT", "Btw"
    OF_WHICH_VAT = "of-which-vat", "Of which VAT", "Waarvan btw"
    TOTAL = "total", "Total {currency}", "Totaal {currency}"
    ROUNDING = "rounding", "Cash rounding", "Afronding"
    SETTLED = "settled", "Paid and settled", "Betaald en verrekend"
    PAYABLE = "payable", "To pay {currency}", "Te betalen {currency}"
    IN_FAVOUR = "in-favour", "In your favour {currency}", "In uw voordeel {currency}"
    VAT_RATE = "vat-rate", "VAT rate", "Btw-tarief"
    VAT_BASE = "vat-base", "Taxable", "Grondslag"
    FREIGHT = "freight", "Freight", "Vracht"
    ROUNDING_OF = "rounding-of", "Rounding of {name}", "Afronding van {name}"
    TOTAL_DISCOUNT = "total-discount", "Discount on the whole", "Korting op het geheel"

    # Why there is no VAT
    ZERO = "zero", "0 %", "0 %"
    EXEMPT = "exempt", "exempt", "vrijgesteld"
    REVERSED = "reversed", "reverse charge", "verlegd"
    WITHIN_UNION = "within-union", "intra-EU", "intra-EU"
    EXPORT = "export", "export", "uitvoer"
    OUTSIDE = "outside", "none", "geen"
    WHY_EXEMPT = "why-exempt", "Exempt from VAT.", "Vrijgesteld van btw."
    WHY_REVERSED = "why-reversed", "Reverse charge: VAT is due by the customer.", "Btw verlegd naar de afnemer."
    WHY_WITHIN_UNION = (
        "why-within-union",
        "Intra-Community supply, exempt by Article 138 of Directive 2006/112/EC.",
        "Intracommunautaire levering, vrijgesteld volgens artikel 138 van Richtlijn 2006/112/EG.",
    )
    WHY_EXPORT = (
        "why-export",
        "Export outside the European Union, exempt by Article 146 of Directive 2006/112/EC.",
        "Uitvoer buiten de Europese Unie, vrijgesteld volgens artikel 146 van Richtlijn 2006/112/EG.",
    )
    WHY_OUTSIDE = "why-outside", "Outside the scope of VAT.", "Valt niet onder de btw."

    # Payment
    PAYMENT = "payment", "Payment", "Betaling"
    PAY_BY = "pay-by", "Please pay by {day}.", "Wij ontvangen uw betaling graag uiterlijk {day}."
    PAY_TO = "pay-to", "Account {account} of {name}, mentioning {number}.", "Rekening {account} van {name}, onder vermelding van {number}."
    PAY_IN_PARTS = "pay-in-parts", "To be paid in parts", "Te betalen in termijnen"
    ON_DELIVERY = "on-delivery", "Cash on delivery.", "Rembours: te betalen bij aflevering."
    DAYS = "days", "{count} days", "{count} dagen"
    ONE_DAY = "one-day", "1 day", "1 dag"
    MONTHS = "months", "{count} months", "{count} maanden"
    ONE_MONTH = "one-month", "1 month", "1 maand"
    AND = "and", "{one} and {other}", "{one} en {other}"
    AFTER_INVOICE = "after-invoice", "within {time} of the invoice date", "binnen {time} na factuurdatum"
    AFTER_WEEK = (
        "after-week",
        "within {time} of the end of the week of the invoice",
        "binnen {time} na het einde van de week van de factuur",
    )
    AFTER_MONTH = (
        "after-month",
        "within {time} of the end of the month of the invoice",
        "binnen {time} na het einde van de maand van de factuur",
    )
    ON_INVOICE = "on-invoice", "on the invoice date", "op factuurdatum"
    BY_WEEK = "by-week", "by the end of the week of the invoice", "uiterlijk aan het einde van de week van de factuur"
    BY_MONTH = "by-month", "by the end of the month of the invoice", "uiterlijk aan het einde van de maand van de factuur"
    TO_PAY = "to-pay", "Payment {when}.", "Betaling {when}."
    SHARE = "share", "{share} {when}", "{share} {when}"
    EARLY = "early", "{share} cash discount for payment by {day}.", "{share} betalingskorting bij betaling uiterlijk {day}."
    EARLY_WITHIN = (
        "early-within",
        "{share} cash discount for payment {when}.",
        "{share} betalingskorting bij betaling {when}.",
    )
    NOTHING_TO_PAY = (
        "nothing-to-pay",
        "This is an estimate before invoicing. It is not an invoice: no payment is due on it and no VAT can be deducted.",
        "Dit is een raming vóór facturering. Het is geen factuur: er hoeft niets op betaald te worden en er kan geen btw op worden afgetrokken.",
    )
    SET_OFF = (
        "set-off",
        "We pay the amount back or set it off against another invoice.",
        "Wij betalen het bedrag terug of verrekenen het met een andere factuur.",
    )

    # Other texts
    COMMENT = "comment", "Comment", "Opmerking"
    TERMS = "terms", "Terms of sale", "Verkoopvoorwaarden"
    PURCHASE_TERMS = "purchase-terms", "Terms of purchase agreed on", "Overeengekomen inkoopvoorwaarden"
    AGREED = "agreed", "Agreed: name, date and signature", "Voor akkoord: naam, datum en handtekening"
    RECEIVED = "received", "Received in good order: name, date and signature", "In goede orde ontvangen: naam, datum en handtekening"
    OF_PAGES = "of-pages", "Page {page} of {pages}", "Pagina {page} van {pages}"
    CHAMBER = "chamber", "CoC {number}", "KvK {number}"
    REGISTERED = "registered", "Reg. {number}", "Reg.nr. {number}"
    VAT_NUMBER = "vat-number", "VAT {number}", "Btw {number}"
    TAX_NUMBER = "tax-number", "Tax no. {number}", "Fiscaal nr. {number}"
    BANK = "bank", "Account {number}", "Rekening {number}"

    # Reminders and statements
    REMINDING = (
        "reminding",
        "According to our books the invoices below are past their due date. Please pay what is still owed.",
        "Volgens onze administratie is de vervaldatum van onderstaande facturen verstreken. Wij verzoeken u het openstaande bedrag te betalen.",
    )
    CROSSED = (
        "crossed",
        "If you have paid in the meantime, please take no notice of this letter.",
        "Heeft u inmiddels betaald, dan kunt u deze brief als niet verzonden beschouwen.",
    )
    DAYS_LATE = "days-late", "Days overdue", "Dagen te laat"
    REMINDED = "reminded", "Reminder no.", "Herinnering nr."
    OWED = "owed", "Still owed {currency}", "Openstaand {currency}"
    OVERDUE = "overdue", "Overdue", "Achterstallig"
    FEE = "fee", "Reminder fee", "Aanmaningskosten"
    KIND = "kind", "Kind", "Soort"
    BALANCE = "balance", "Balance {currency}", "Saldo {currency}"
    OPENING = "opening", "Opening balance", "Beginsaldo"
    CLOSING = "closing", "Closing balance {currency}", "Eindsaldo {currency}"
    PERIOD_BETWEEN = "period-between", "{first} to {last}", "{first} t/m {last}"
    PERIOD_UNTIL = "period-until", "until {last}", "t/m {last}"
    PERIOD_FROM = "period-from", "from {first}", "vanaf {first}"

    # Summary of a sale
    TITLE = "title", "Title", "Titel"
    STATUS = "status", "Status", "Status"
    STAGE = "stage", "Stage", "Fase"
    STAGES = "stages", "Stages", "Fasen"
    COMPANY = "company", "Company", "Bedrijf"
    CONTACT = "contact", "Contact", "Contactpersoon"
    OWNER = "owner", "Owner", "Eigenaar"
    FIGURES = "figures", "Figures", "Cijfers"
    SALE_AMOUNT = "sale-amount", "Amount", "Bedrag"
    COST = "cost", "Cost", "Kosten"
    PROFIT = "profit", "Profit", "Winst"
    PROBABILITY = "probability", "Probability", "Kans"
    WEIGHTED = "weighted", "Weighted amount", "Gewogen bedrag"
    SALE_DATE = "sale-date", "Sale date", "Verkoopdatum"
    COMPETITOR = "competitor", "Competitor", "Concurrent"
    SOURCE = "source", "Source", "Bron"
    PROJECT = "project", "Project", "Project"
    REOPEN_DATE = "reopen-date", "Re-open date", "Heropeningsdatum"
    NOTE = "note", "Note", "Opmerking"
    ACTIVITIES = "activities", "Activities", "Activiteiten"
    ACTIVITY = "activity", "Activity", "Activiteit"
    PLANNED = "planned", "Planned", "Gepland"
    DONE = "done", "Done", "Gedaan"
    PAPERS = "papers", "Documents", "Documenten"
    MADE = "made", "Made", "Gemaakt"
    STAKEHOLDERS = "stakeholders", "Stakeholders", "Belanghebbenden"
    NAME = "name", "Name", "Naam"
    ROLE = "role", "Role", "Rol"
    PRODUCTS = "products", "Products", "Producten"
    NEXT_ACTIVITY = "next-activity", "Next activity", "Volgende activiteit"
    DETAILS = "details", "Details", "Details"
    LINKS = "links", "Links", "Koppelingen"
    FOR_SALE_OF = "for-sale-of", "Quotation", "Offerte"


UNITS = {
    "C62": ("pcs", "st"),
    "EA": ("pcs", "st"),
    "H87": ("pcs", "st"),
    "HUR": ("h", "uur"),
    "DAY": ("days", "dagen"),
    "MON": ("months", "mnd"),
    "KGM": ("kg", "kg"),
    "GRM": ("g", "g"),
    "TNE": ("t", "t"),
    "LTR": ("l", "l"),
    "MTR": ("m", "m"),
    "MTK": ("m²", "m²"),
    "MTQ": ("m³", "m³"),
    "KMT": ("km", "km"),
    "XBX": ("boxes", "dozen"),
    "XPX": ("pallets", "pallets"),
    "SET": ("sets", "sets"),
    "PR": ("pairs", "paar"),
}
"""Units of UN/ECE Recommendation 20 as people write them; any other shows its code."""

MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"),
}
