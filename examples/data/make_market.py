"""
Write the half year of an invented wholesaler: the four CSV files in the folder ``market``.

Run ``python examples/data/make_market.py``.
The seed is fixed, so that every run writes the same bytes.
Nothing here is taken from a real business: companies, places and figures are made up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parent / "market"
SEED = 20260101
FIRST_DAY, LAST_DAY = date(2026, 1, 2), date(2026, 6, 30)
LAST_SALE_OF_DISCONTINUED = date(2026, 3, 31)
FIRST_ORDER_ID = 26001
ORDERS, EMPLOYEES, SHIPPERS = 320, 5, 3
JOURNALS, SUBSCRIPTIONS, RETURNS, REQUIREMENTS = 12, 10, 8, 6
LATE, DISCOUNTED = 38, 96
SATURDAY = 5
CENT = Decimal("0.01")
DISCOUNTS = (Decimal("0.05"), Decimal("0.1"), Decimal("0.15"))
SHARES_PAID = [Decimal(percent) / 100 for percent in (0, 0, 0, 0, 25, 40, 50, 50, 75, 90)]
GARDEN, SERVICES = 3, 6
TITLES = {
    "Front office": "Office manager",
    "Order desk": "Order administrator",
    "Purchasing desk": "Buyer",
    "Shop": "Shop manager",
    "Stores": "Storekeeper",
    "Works office": "Works planner",
}
PROJECTS = {"P-01": "KOPEG", "P-02": "ZAHNR", "P-03": "HIBOU"}

# name; supplier; category; quantity per unit; price; stock; on order; reorder level; discontinued;
# then two figures for the draw: quantities are multiples of the step, up to so many steps.
PRODUCTS = """
Combination spanner set, 12 pieces;1;1;1 set;48.5;64;0;20;0;1;8
Claw hammer 500 g;1;1;1 piece;14.9;140;0;40;0;2;10
Screwdriver set, 8 pieces;1;1;1 set;22.75;95;0;30;0;2;8
Bench vice 125 mm;2;1;1 piece;89;18;12;10;0;1;3
Cordless drill 18 V;2;1;1 drill, 2 batteries;129;31;20;15;0;1;5
Folding rule 2 m;1;1;10 pieces;31.2;52;0;15;0;1;6
Wood screws 4 x 40 mm;3;2;200 pieces;7.85;410;0;120;0;5;10
Hex bolt M8 x 40, zinc plated;3;2;1 piece;0.1175;18600;10000;5000;0;100;15
Wall plugs 8 mm;3;2;100 pieces;3.95;360;0;100;0;5;10
Washer M8, zinc plated;3;2;1 piece;0.0245;42000;0;10000;0;250;16
Cable ties 200 mm;4;2;100 pieces;2.6;520;0;150;0;10;8
Steel wire rope 4 mm;4;2;1 metre;0.85;1850;1000;500;0;25;10
Digging spade, ash handle;5;3;1 piece;27.5;88;40;30;0;2;8
Snow shovel, aluminium;5;3;1 piece;21.3;0;0;0;1;2;6
Garden hose 25 m;5;3;1 roll;24.95;73;30;25;0;2;8
Potting soil 40 l;6;3;1 bag;6.35;640;300;200;0;10;8
Terracotta pot 20 cm;6;3;6 pieces;18.9;115;0;40;0;2;10
Pruning shears;5;3;1 piece;18.6;102;0;30;0;2;10
Copy paper A4, 80 g;7;4;5 reams;21.9;230;100;80;0;4;10
Ballpoint pens, blue;7;4;50 pieces;9.75;175;0;40;0;1;10
Lever arch files A4;7;4;10 pieces;23.5;120;0;30;0;2;6
Padded envelopes C5;7;4;100 pieces;17.35;84;0;25;0;1;8
Notebooks A5, ruled;7;4;5 pieces;8.45;260;0;60;0;2;12
Desk calendar 2026;7;4;1 piece;4.95;22;0;0;1;5;6
Work gloves, size 9;8;5;12 pairs;19.8;160;0;50;0;2;8
Safety glasses, clear;8;5;1 piece;5.65;310;0;80;0;5;8
Ear plugs;8;5;200 pairs;24.3;66;0;20;0;1;4
Paper towel;9;5;6 rolls;16.95;190;60;60;0;2;10
Hand cleaner 3 l;9;5;1 can;11.25;98;0;30;0;2;8
First aid kit, small workshop;8;5;1 kit;38.5;41;0;15;0;1;4
Tool calibration plan;9;6;1 month;65;0;0;0;0;1;2
Stockroom refill service;9;6;1 month;95;0;0;0;0;1;1
Fire extinguisher check plan;9;6;1 month;39.5;0;0;0;0;1;3
Pallet truck rental;9;6;1 month;110;0;0;0;0;1;2
Blade sharpening;9;6;1 blade;6.8;0;0;0;0;2;10
Shelf assembly on site;9;6;1 hour;52;0;0;0;0;2;5
"""

# id; company; contact; address; city; region; postal code; country;
# then two figures for the draw: how often it orders, and the categories it buys most of.
CUSTOMERS = """
ZILVK;Zilverkikker Gereedschap;Purchasing desk;Kikkerdijk 14;Zwaluwplassen;;0104 QX;Netherlands;9;12
PAPWA;Papieren Walvis Kantoor;Order desk;Inktsteeg 3;Oosterwalvis;;0217 KB;Netherlands;6;4
BLABE;Blauwe Bever Tuinhuis;Purchasing desk;Wilgenpad 88;Beverkuil;;0330 TW;Netherlands;7;3
KOPEG;Koperen Egel Techniek;Works office;Klinkerlaan 21;Egelshaven;;0412 RM;Netherlands;5;125
DERTI;Dertien Uilen Bouwmarkt;Purchasing desk;Uilenplein 2;Nachtveen;;0508 DD;Netherlands;9;123
MOSMU;Mosterdmuis Schoolhandel;Order desk;Krijtweg 40;Muizenoord;;0619 LP;Netherlands;4;45
STOOM;Stoomslak Installaties;Stores;Ketelkade 7;Slakkenzijl;;0723 VH;Netherlands;4;25
WINDV;Windvos op Wielen Verhuur;Front office;Molenhoek 16;Vossenzijl;;0815 GS;Netherlands;3;15
TURFK;Turfkraai Hoveniers;Works office;Veenkade 19;Kraaienkuil;;0922 ZJ;Netherlands;4;3
GELEL;Gele Lepelaar Magazijnen;Stores;Loodsweg 101;Lepelgouw;;0950 NC;Netherlands;3;45
HAASP;Haas en Paddenstoel;Purchasing desk;Mosstraat 9;Ganzenkruis;;0140;Belgium;5;34
REGEN;Regenworm met Hoed Tuincentrum;Order desk;Kluitlaan 55;Wormhoek;;0275;Belgium;4;3
ESCAR;Escargot Boulonné Outillage;Purchasing desk;Rue du Rabot, 18;Valbrumette;;0391;Belgium;4;12
MARMO;Marmotte à Lunettes Papeterie;Shop;Rue des Plumes, 6;Ronflemont;;0468;Belgium;2;4
BLECH;Blechdachs Werkzeuge;Purchasing desk;Dachsgang 5;Hügelbrück;;00112;Germany;9;12
TINTE;Tintenigel Bürobedarf;Order desk;Federgasse 31;Igelstätt;;00235;Germany;6;4
GRUEN;Grünfrosch Gartenmarkt;Purchasing desk;Teichweg 72;Froschau am Moor;;00348;Germany;7;3
SCHRA;Schraubenkauz Handel;Purchasing desk;Gewindeweg 8;Kauzlingen;;00461;Germany;6;2
KUPFE;Kupferhase Montagen;Works office;Lötstraße 12;Hasenquell;;00577;Germany;3;12
NEBEL;Nebelfuchs Hausdienste;Front office;Nebelgasse 4;Fuchsenried;;00683;Germany;3;5
ZAHNR;Zahnradbiene Maschinen;Works office;Getriebeallee 60;Bienenwerk;;00790;Germany;5;125
MOOSH;Mooshamster Landschaften;Stores;Hamsterstieg 27;Moosingen;;00854;Germany;3;35
LUTIN;Lutin Rouillé Quincaillerie;Shop;14, rue de la Vis;Clouville-les-Lutins;;00120;France;5;12
CRAPA;Crapaud Doré Jardins;Purchasing desk;3, allée des Mares;Crapaudière;;00246;France;4;3
ENCRE;Encre de Pieuvre;Order desk;27, quai du Buvard;Port-Pieuvre;;00369;France;3;4
HIBOU;Hibou Mécanique Ateliers;Works office;9, impasse du Cric;Hibouzac;;00481;France;4;15
TAUPE;Taupe et Brouette;Shop;51, chemin du Terreau;Taupebrouette;;00594;France;2;3
BLAAM;Blå Muldvarp Værktøj;Purchasing desk;Skovlvej 11;Muldvarpeby;;0023;Denmark;4;12
PAPIR;Papirodder Kontor;Order desk;Blækstræde 2;Odderdal Mose;;0047;Denmark;3;4
ALMEN;Almenigel Baubedarf;Purchasing desk;Mörtelgasse 33;Igelalm;;0150;Austria;4;125
GAMSE;Gamsenhut Gartenbau;Works office;Hutweg 1;Gamsenwinkl;;0284;Austria;3;3
BRAMB;Brambleby Badger Tools;Order desk;6 Sett Lane;Badgersby;Co. Bramble;X00 BB06;Ireland;4;12
TURNI;Turnip & Teasel Gardens;Shop;19 Furrow Road;Teaselford;Co. Turnip;X00 TT19;Ireland;3;3
RICCI;Riccio di Rame Ferramenta;Purchasing desk;Via del Bullone 44;Borgo Riccio;RR;99910;Italy;4;12
LUMAC;Lumaca Verde Vivai;Shop;Via Lattuga 8;Lumachella Alta;LV;99924;Italy;2;3
ERIZO;Erizo Cuadrado Suministros;Order desk;Calle Tuerca, 15;Villaerizo;;00318;Spain;4;24
TOPOC;Topo Contento Jardines;Purchasing desk;Camino del Surco, 2;Toporrubio;;00452;Spain;2;3
MIEDZ;Miedziany Jeż Narzędzia;Purchasing desk;ul. Gwoździowa 17;Miedzianojeże;;00-017;Poland;4;12
KOPPI;Kopparigelkott Verktyg;Stores;Spikgatan 29;Igelkottsvik;;000 29;Sweden;3;15
ELGHA;Elghatt Hagesenter;Shop;Spadeveien 5;Elghattdal;;0000;Norway;2;3
"""


@dataclass(frozen=True)
class Product:
    """A row of ``products.csv``, and the quantities it is ordered in."""

    product_id: int
    product_name: str
    supplier_id: int
    category_id: int
    quantity_per_unit: str
    unit_price: Decimal
    units_in_stock: int
    units_on_order: int
    reorder_level: int
    discontinued: int
    step: int
    steps: int

    @property
    def is_monthly(self) -> bool:
        """Whether it is a service that is subscribed to."""
        return self.quantity_per_unit == "1 month"


@dataclass(frozen=True)
class Customer:
    """A row of ``customers.csv``, how often it orders, and the categories it prefers."""

    customer_id: str
    company_name: str
    contact_name: str
    contact_title: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    phone: str
    fax: str
    weight: int
    prefers: frozenset[int]
    employee_id: int


@dataclass(frozen=True)
class Line:
    """What is ordered of one product."""

    product: Product
    quantity: int
    discount: Decimal

    @property
    def net(self) -> Decimal:
        """The amount of the line, rounded to cents."""
        amount = self.product.unit_price * self.quantity * (1 - self.discount)
        return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Order:
    """A row of ``orders.csv`` and its lines."""

    order_id: int
    customer: Customer
    employee_id: int
    ordered: date
    required: date
    shipped: date | None
    shipper_id: int
    freight: Decimal
    lines: tuple[Line, ...]
    order_type: str
    paid: str
    project: str


@dataclass(frozen=True)
class Plan:
    """Which orders, by their place in the half year, are out of the ordinary."""

    kinds: dict[int, str]
    unshipped: frozenset[int]
    late: frozenset[int]
    discounted: frozenset[int]
    paid: dict[int, Decimal]
    projects: dict[int, str]


def read_products() -> list[Product]:
    """Return the products of the table above, numbered from one."""
    products = []
    for number, row in enumerate(PRODUCTS.strip().splitlines(), start=1):
        name, supplier, category, unit, price, *counts = row.split(";")
        stock, on_order, reorder, discontinued, step, steps = map(int, counts)
        products.append(
            Product(
                product_id=number,
                product_name=name,
                supplier_id=int(supplier),
                category_id=int(category),
                quantity_per_unit=unit,
                unit_price=Decimal(price),
                units_in_stock=stock,
                units_on_order=on_order,
                reorder_level=reorder,
                discontinued=discontinued,
                step=step,
                steps=steps,
            )
        )
    return products


def read_customers() -> list[Customer]:
    """Return the customers of the table above; each belongs to one of the employees."""
    customers = []
    for place, row in enumerate(CUSTOMERS.strip().splitlines()):
        code, company, contact, address, city, region, postal, country, *draw = row.split(";")
        weight, prefers = draw
        customers.append(
            Customer(
                customer_id=code,
                company_name=company,
                contact_name=contact,
                contact_title=TITLES[contact],
                address=address,
                city=city,
                region=region,
                postal_code=postal,
                country=country,
                phone="",
                fax="",
                weight=int(weight),
                prefers=frozenset(map(int, prefers)),
                employee_id=1 + place % EMPLOYEES,
            )
        )
    return customers


def on_weekday(day: date) -> date:
    """Return *day*, or the Monday after it."""
    return day if day.weekday() < SATURDAY else day + timedelta(days=7 - day.weekday())


def draw_days(rng: Random) -> list[date]:
    """Return the order dates, in order."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    weekdays = [day for day in days if day.weekday() < SATURDAY]
    return sorted(rng.choice(weekdays) for _ in range(ORDERS))


def draw_plan(rng: Random) -> Plan:
    """
    Say which of the orders, counted from zero, are special.

    The counts are exact; only the places are drawn. Late and unpaid orders lie early enough to be
    seen as such within the half year, and most orders that are still open lie at its end.
    """
    kinds: dict[int, str] = {}

    def assign(kind: str, count: int, places: range) -> None:
        free = [place for place in places if place not in kinds]
        kinds.update(dict.fromkeys(rng.sample(free, count), kind))

    assign("subscription", SUBSCRIPTIONS, range(270))
    assign("item-requirements", REQUIREMENTS, range(40, 250))
    assign("returned-order", RETURNS, range(90, 290))
    assign("journal", JOURNALS, range(ORDERS))
    sales = [place for place in range(ORDERS) if place not in kinds]
    old = [place for place in sales if 225 <= place < 290]
    unshipped = frozenset(rng.sample(sales[-18:], 12) + rng.sample(old, 4))
    late = frozenset(rng.sample([n for n in sales if n < 235 and n not in unshipped], LATE))
    discounted = frozenset(rng.sample(sales, DISCOUNTED))
    owing = rng.sample([n for n in sales if 20 <= n < 180], len(SHARES_PAID))
    required = sorted(place for place, kind in kinds.items() if kind == "item-requirements")
    numbers = sorted(PROJECTS)
    return Plan(
        kinds=kinds,
        unshipped=unshipped,
        late=late,
        discounted=discounted,
        paid=dict(zip(owing, SHARES_PAID, strict=True)),
        projects={place: numbers[n % len(numbers)] for n, place in enumerate(required)},
    )


def draw_lines(
    rng: Random,
    customer: Customer,
    products: Sequence[Product],
    day: date,
    *,
    discounted: bool,
) -> tuple[Line, ...]:
    """Return one to six lines, mostly of what the customer prefers and of the season."""
    offered = [product for product in products if not product.is_monthly and not (product.discontinued and day > LAST_SALE_OF_DISCONTINUED)]
    weights = [
        (4 if product.category_id in customer.prefers else 1) * (2 if product.category_id == GARDEN and day.month > 2 else 1)
        for product in offered
    ]
    count = rng.choices((1, 2, 3, 4, 5, 6), weights=(8, 20, 26, 23, 14, 9))[0]
    chosen: dict[int, Product] = {}
    while len(chosen) < count:
        product = rng.choices(offered, weights=weights)[0]
        chosen[product.product_id] = product
    lines: list[Line] = []
    for product in chosen.values():
        quantity = product.step * rng.randint(1, product.steps)
        reduced = discounted and (not lines or rng.random() < 0.5)
        discount = rng.choice(DISCOUNTS) if reduced else Decimal(0)
        lines.append(Line(product, quantity, discount))
    return tuple(lines)


def draw_return(rng: Random, orders: Iterable[Order], day: date) -> tuple[Customer, tuple[Line, ...]]:
    """Return who sends goods back on *day*, and a part of one line of a recent delivery."""
    back = {order.customer.customer_id for order in orders if order.order_type == "returned-order"}
    recent = [
        (order.customer, line)
        for order in orders
        if order.order_type == ""
        and order.paid == ""
        and order.customer.customer_id not in back
        and order.shipped is not None
        and day - timedelta(days=35) <= order.shipped <= day - timedelta(days=4)
        for line in order.lines
        if line.product.category_id != SERVICES
    ]
    customer, line = rng.choice(recent)
    step = line.product.step
    quantity = step * rng.randint(1, max(1, line.quantity // step // 2))
    return customer, (Line(line.product, -quantity, line.discount),)


def draw_freight(rng: Random, lines: Iterable[Line]) -> Decimal:
    """Return the freight: nothing for services and for one order in twelve, else up to sixty."""
    goods = sum((line.net for line in lines if line.product.category_id != SERVICES), start=Decimal(0))
    base, free = rng.randint(350, 1650), rng.randrange(12) == 0
    if free or goods == 0:
        return Decimal("0.00")
    cents = base + int(goods * 3)
    return (cents if cents <= 6000 else 6000 - base) * CENT


def draw_shipping(rng: Random, place: int, plan: Plan, ordered: date) -> tuple[date, date | None]:
    """Return the date that delivery is required by, and the date of delivery if there was one."""
    required = ordered + timedelta(days=rng.choice((7, 14, 14, 14, 21, 28)))
    taken, overdue = rng.randint(1, 6), rng.randint(1, 9)
    if place in plan.unshipped or plan.kinds.get(place) == "journal":
        return required, None
    if place in plan.late:
        return required, on_weekday(required + timedelta(days=overdue))
    return required, min(on_weekday(ordered + timedelta(days=taken)), LAST_DAY)


def draw_orders(rng: Random, customers: Sequence[Customer], products: Sequence[Product]) -> list[Order]:
    """Return the orders of the half year, by date."""
    by_id = {customer.customer_id: customer for customer in customers}
    weights = [customer.weight for customer in customers]
    monthly = [product for product in products if product.is_monthly]
    subscribers = rng.sample(customers, SUBSCRIPTIONS)
    days, plan = draw_days(rng), draw_plan(rng)
    orders: list[Order] = []
    for place, day in enumerate(days):
        kind, project = plan.kinds.get(place, ""), plan.projects.get(place, "")
        customer = rng.choices(customers, weights=weights)[0]
        if kind == "subscription":
            customer, service = subscribers.pop(), rng.choice(monthly)
            quantity = service.step * rng.randint(1, service.steps)
            lines: tuple[Line, ...] = (Line(service, quantity, Decimal(0)),)
        elif kind == "returned-order":
            customer, lines = draw_return(rng, orders, day)
        else:
            customer = by_id[PROJECTS[project]] if project else customer
            lines = draw_lines(rng, customer, products, day, discounted=place in plan.discounted)
        required, shipped = draw_shipping(rng, place, plan, day)
        freight = draw_freight(rng, lines)
        paid = ""
        if place in plan.paid:
            net = sum((line.net for line in lines), start=Decimal(0))
            share = plan.paid[place]
            paid = str((net * share).quantize(CENT, ROUND_HALF_UP)) if share else "0"
        regular = rng.random() < 0.8
        orders.append(
            Order(
                order_id=FIRST_ORDER_ID + place,
                customer=customer,
                employee_id=customer.employee_id if regular else rng.randint(1, EMPLOYEES),
                ordered=day,
                required=required,
                shipped=shipped,
                shipper_id=rng.randint(1, SHIPPERS),
                freight=Decimal("0.00") if kind == "returned-order" else freight,
                lines=lines,
                order_type=kind,
                paid=paid,
                project=project,
            )
        )
    return orders


def order_row(order: Order) -> dict[str, object]:
    """Return the row of ``orders.csv``; goods go to the address of the customer."""
    customer = order.customer
    return {
        "order_id": order.order_id,
        "customer_id": customer.customer_id,
        "employee_id": order.employee_id,
        "order_date": order.ordered,
        "required_date": order.required,
        "shipped_date": order.shipped or "",
        "shipper_id": order.shipper_id,
        "freight": order.freight,
        "ship_name": customer.company_name,
        "ship_address": customer.address,
        "ship_city": customer.city,
        "ship_region": customer.region,
        "ship_postal_code": customer.postal_code,
        "ship_country": customer.country,
        "order_type": order.order_type,
        "paid": order.paid,
        "project": order.project,
    }


def line_row(order: Order, line: Line) -> dict[str, object]:
    """Return the row of ``order_lines.csv``."""
    return {
        "order_id": order.order_id,
        "product_id": line.product.product_id,
        "unit_price": line.product.unit_price,
        "quantity": line.quantity,
        "discount": line.discount,
    }


def table_row(row: Product | Customer, last: str) -> dict[str, object]:
    """Return the fields of *row* up to and including *last*; those after it served the draw."""
    names = [each.name for each in fields(row)]
    return {name: getattr(row, name) for name in names[: names.index(last) + 1]}


def write(name: str, rows: Sequence[dict[str, object]]) -> None:
    """Write *rows* to the file *name*, under the names of their columns."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Draw the half year and write the four files."""
    customers, products = read_customers(), read_products()
    orders = draw_orders(Random(SEED), customers, products)
    FOLDER.mkdir(exist_ok=True)
    write("customers.csv", [table_row(customer, "fax") for customer in customers])
    write("products.csv", [table_row(product, "discontinued") for product in products])
    write("orders.csv", [order_row(order) for order in orders])
    write("order_lines.csv", [line_row(order, line) for order in orders for line in order.lines])


if __name__ == "__main__":
    main()
