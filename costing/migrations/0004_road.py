"""What moved between sites before transfers were valued gets its entries; cents left in transit are cleared.

Until 0003 nobody posted a transfer: what was on the road then would come in for nothing, and both sites' stock in money
would stay wrong. Each such move is posted now as it would have been: at the standard in force when it left, dated then
(or on the first open day after), with its reason on the entry. What was received for nothing meanwhile takes its share
of what was carried.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db import migrations, models

from p2p.core.clock import now
from p2p.core.numbers import decimal_of, rounded

ZERO = Decimal(0)
BEGINNING = datetime.min.replace(tzinfo=UTC)

# The transfers between two sites, with their moves: over the road, or straight from one to the other.
MOVES = """
CREATE TEMPORARY TABLE road_moves ON COMMIT DROP AS
SELECT o.id AS order_id, o.number, o.site_id AS receiver, f.site_id AS sender, m.id AS move_id, m.item_id, m.kind,
       m.quantity, m.effective_at, m.reverses_id, a.kind = 'transit' AS off, b.kind = 'transit' AS onto,
       EXISTS (SELECT FROM costing_valuation v WHERE v.move_id = m.id) AS valued
FROM planning_replenishmentorder o
JOIN strategies_location f ON f.id = o.from_location_id AND f.site_id <> o.site_id
JOIN inventory_move m ON m.reference = o.number AND m.item_id = o.item_id
JOIN strategies_location a ON a.id = m.source_id
JOIN strategies_location b ON b.id = m.target_id
WHERE o.kind = 'transfer' AND m.kind IN ('transfer', 'scrap', 'adjustment') AND (
    (a.kind = 'transit') <> (b.kind = 'transit')
    OR (a.kind <> 'transit' AND b.kind <> 'transit' AND a.site_id <> b.site_id AND m.kind = 'transfer')
)
"""
# What was taken back before anything was posted needs nothing.
UNDONE = """
DELETE FROM road_moves r USING road_moves back
WHERE NOT r.valued AND NOT back.valued AND (back.reverses_id = r.move_id OR r.reverses_id = back.move_id)
"""
# Orders with a move that nobody posted, and those for which something is carried although nothing travels.
WANTED = """
SELECT * FROM road_moves WHERE order_id IN (
    SELECT order_id FROM road_moves WHERE NOT valued
    UNION
    SELECT r.order_id FROM (
        SELECT order_id, number, receiver, item_id FROM road_moves GROUP BY 1, 2, 3, 4
        HAVING sum(CASE WHEN onto THEN quantity WHEN off THEN -quantity ELSE 0 END) = 0
    ) r
    JOIN costing_entry e ON e.reference = r.number AND e.site_id = r.receiver AND e.kind = 'transfer'
    JOIN costing_posting p ON p.entry_id = e.id AND p.account = 'transit' AND p.item_id = r.item_id
    GROUP BY r.order_id, p.element_id HAVING sum(p.amount) <> 0
) ORDER BY order_id, move_id
"""
# What the moves of those orders changed at the receiving site, by account and element.
POSTED = """
SELECT e.move_id, e.kind, p.account, p.element_id, sum(p.amount)
FROM costing_entry e JOIN costing_posting p ON p.entry_id = e.id
JOIN road_moves r ON r.move_id = e.move_id AND r.receiver = e.site_id
WHERE p.account IN ('transit', 'inventory') AND e.kind IN ('transfer', 'stock')
GROUP BY 1, 2, 3, 4
"""


def read(cursor, sql, *given):
    cursor.execute(sql, given)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Plant:
    """Sites, standards, rates and closed periods as the books need them."""

    def __init__(self, cursor):
        self.cursor = cursor
        sites = read(cursor, "SELECT s.id, s.time_zone, c.id AS currency, c.minor_digits FROM strategies_site s"
                             " JOIN strategies_currency c ON c.id = s.currency_id")  # fmt: skip
        self.sites = {site["id"]: site for site in sites}
        self.versions = defaultdict(list)
        for row in read(cursor, "SELECT id, site_id, activated_at FROM costing_costversion WHERE kind = 'standard'"
                                " AND state <> 'pending' ORDER BY activated_at NULLS FIRST, id"):  # fmt: skip
            self.versions[row["site_id"]].append((row["activated_at"] or BEGINNING, row["id"]))
        self.closed = defaultdict(list)
        for row in read(cursor, "SELECT site_id, first_day, last_day FROM costing_period WHERE state = 'closed'"
                                " ORDER BY first_day"):  # fmt: skip
            self.closed[row["site_id"]].append((row["first_day"], row["last_day"]))
        self.known = {}

    def money(self, site, amount):
        return rounded(amount, Decimal(1).scaleb(-self.sites[site]["minor_digits"]))

    def version(self, site, at):
        """The standard that was in force then; the first one for what happened before."""
        versions = self.versions[site]
        before = [key for since, key in versions if since <= at]
        return before[-1] if before else versions[0][1] if versions else None

    def standard(self, version, item):
        """Element -> cost of one."""
        if (version, item) not in self.known:
            rows = read(self.cursor, "SELECT element_id, this_level + lower_level AS cost FROM costing_itemcost"
                                     " WHERE version_id = %s AND item_id = %s ORDER BY element_id",
                        version, item)  # fmt: skip
            self.known[version, item] = {row["element_id"]: row["cost"] for row in rows if row["cost"]}
        return self.known[version, item]

    def worth(self, site, move):
        """Version, cost of one and element -> money of a move at a site's standard then."""
        version = self.version(site, move["effective_at"])
        costs = self.standard(version, move["item_id"])
        amounts = {key: self.money(site, move["quantity"] * cost) for key, cost in costs.items()}
        return version, sum(costs.values(), ZERO), amounts

    def rate(self, source, target, day):
        """The rate of the day, else the first one after; None where there is none."""
        if source == target:
            return Decimal(1)
        rows = read(self.cursor, "SELECT rate FROM strategies_exchangerate WHERE source_id = %s AND target_id = %s"
                                 " ORDER BY valid_from > %s, abs(valid_from - %s) LIMIT 1",
                    source, target, day, day)  # fmt: skip
        return rows[0]["rate"] if rows else None

    def day(self, site, at):
        """The local day, or the first open one after it."""
        day: date = at.astimezone(ZoneInfo(self.sites[site]["time_zone"])).date()
        for first, last in self.closed[site]:
            if first <= day <= last:
                day = last + timedelta(days=1)
        return day


class Road:
    """One order's moves, posted in their turn; `entries` and `values` are what is missing."""

    def __init__(self, plant, moves, posted):
        self.plant, self.moves, self.posted = plant, moves, posted
        self.sender, self.receiver = moves[0]["sender"], moves[0]["receiver"]
        self.carried, self.there = defaultdict(lambda: ZERO), ZERO
        self.actual = defaultdict(lambda: ZERO)
        self.by_move = {}
        self.entries, self.values = [], []

    def post(self):
        for move in self.moves:
            for element, amount in self.of(move, "transfer", "transit").items():
                self.actual[element] += amount
            changed = self.mirrored(move) if move["reverses_id"] else self.fresh(move)
            self.by_move[move["move_id"]] = changed
            for element, amount in changed.items():
                self.carried[element] += amount
            self.there += move["quantity"] * (int(move["onto"]) - int(move["off"]))
        self.clear()

    def of(self, move, kind, account):
        return self.posted.get((move["move_id"], kind, account), {})

    def mirrored(self, move):
        before = self.by_move.get(move["reverses_id"], {})
        return {element: -amount for element, amount in before.items()}

    def fresh(self, move):
        """What a move changes on the road; posts it where nobody did."""
        if move["onto"]:
            return self.of(move, "transfer", "transit") if move["valued"] else self.sent(move)
        if not move["off"]:
            if not move["valued"]:
                self.straight(move)
            return {}
        share = self.share(move)
        if not move["valued"]:
            version, cost, worth = self.plant.worth(self.receiver, move)
            self.arrived(move, "transit", share, worth)
            self.value(move, version, cost, worth)
        elif self.of(move, "stock", "inventory"):
            # Lost before: it went out of a stock in money it had never come into.
            gone = {element: -amount for element, amount in self.of(move, "stock", "inventory").items()}
            self.arrived(move, "transit", share, gone)
        return {element: -amount for element, amount in share.items()}

    def share(self, move):
        quantity = move["quantity"]
        if quantity >= self.there:
            return dict(self.carried)
        return {
            element: self.plant.money(
                self.receiver, decimal_of(Fraction(worth) * Fraction(quantity) / Fraction(self.there), 12)
            )
            for element, worth in self.carried.items()
        }

    def given(self, move):
        """The sender gives at its standard; what that is here."""
        version, cost, worth = self.plant.worth(self.sender, move)
        self.entry(self.sender, move, "upgrade", [("between", worth, 1), ("inventory", worth, -1)])
        self.value(move, version, cost, worth)
        source, target = (self.plant.sites[key]["currency"] for key in (self.sender, self.receiver))
        rate = self.plant.rate(source, target, move["effective_at"].date())
        if rate is None:
            return self.plant.worth(self.receiver, move)[2]
        return {element: self.plant.money(self.receiver, amount * rate) for element, amount in worth.items()}

    def sent(self, move):
        worth = self.given(move)
        self.entry(self.receiver, move, "upgrade", [("transit", worth, 1), ("between", worth, -1)])
        for element, amount in worth.items():
            self.actual[element] += amount
        return worth

    def straight(self, move):
        worth = self.given(move)
        self.arrived(move, "between", worth, self.plant.worth(self.receiver, move)[2])

    def arrived(self, move, account, cost, worth):
        off = {key: cost.get(key, ZERO) - worth.get(key, ZERO) for key in {*cost, *worth}}
        sides = [("inventory", worth, 1), (account, cost, -1), ("transfer", off, 1)]
        self.entry(self.receiver, move, "upgrade", sides)
        if account == "transit":
            for element, amount in cost.items():
                self.actual[element] -= amount

    def clear(self):
        """What is carried beyond what travels is worth is a variance of the transfer."""
        right = self.carried if self.there else {}
        over = {key: self.actual[key] - right.get(key, ZERO) for key in [*self.actual]}
        move = {**self.moves[-1], "quantity": None}
        self.entry(self.receiver, move, "cleared", [("transfer", over, 1), ("transit", over, -1)])

    def entry(self, site, move, why, sides):
        lines = [
            (account, element, sign * amount)
            for account, amounts, sign in sides
            for element, amount in sorted(amounts.items(), key=lambda pair: pair[0] or 0)
            if amount
        ]
        if lines:
            self.entries.append((site, move, why, lines))

    def value(self, move, version, cost, worth):
        self.values.append((move["move_id"], version, cost, sum(worth.values(), ZERO)))


def roads(cursor):
    """Every order with something to post, its entries made."""
    cursor.execute(MOVES)
    cursor.execute(UNDONE)
    groups = defaultdict(list)
    for move in read(cursor, WANTED):
        groups[move["order_id"]].append(move)
    posted = defaultdict(dict)
    if groups:
        cursor.execute(POSTED)
        for move, kind, account, element, amount in cursor.fetchall():
            posted[move, kind, account][element] = amount
    plant = Plant(cursor) if groups else None
    found = [Road(plant, moves, posted) for moves in groups.values()]
    for road in found:
        road.post()
    cursor.execute("DROP TABLE road_moves")
    return found


def value_the_road(apps, schema_editor):
    entry, posting, valuation = (apps.get_model("costing", name) for name in ("Entry", "Posting", "Valuation"))
    with schema_editor.connection.cursor() as cursor:
        found = roads(cursor)
    moment = now()
    drafts = [(road, *draft) for road in found for draft in road.entries]
    made = entry.objects.bulk_create(
        [
            entry(site_id=site, kind="transfer", why=why, move_id=move["move_id"], reference=move["number"],
                  effective_at=move["effective_at"], posted_on=road.plant.day(site, move["effective_at"]),
                  posted_at=moment)
            for road, site, move, why, _lines in drafts
        ],
        batch_size=1000,
    )  # fmt: skip
    posting.objects.bulk_create(
        [
            posting(entry_id=one.pk, account=account, element_id=element, item_id=move["item_id"], amount=amount,
                    quantity=move["quantity"])
            for one, (_road, _site, move, _why, lines) in zip(made, drafts, strict=True)
            for account, element, amount in lines
        ],
        batch_size=None,
    )  # fmt: skip
    valuation.objects.bulk_create(
        [
            valuation(move_id=move, version_id=version, unit_cost=cost, amount=amount)
            for road in found
            for move, version, cost, amount in road.values
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("costing", "0003_transfers"),
        ("planning", "0007_shipments"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("upgrade", "Moved before transfers were valued"),
                    ("cleared", "Left over while nothing travels"),
                ],
                db_default="",
                default="",
                help_text="What it is written for, when that is no fact of its own.",
                max_length=10,
            ),
        ),
        migrations.RunPython(value_the_road, migrations.RunPython.noop),
    ]
