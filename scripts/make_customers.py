"""Makes customer events to try things on: NDJSON, one event a line, no two alike.

    adyton scripts/make_customers.py [--records N] [--seed N] [--broken N] FILE

The same options give the same bytes, whatever the machine or the Python. Nobody in it exists: mail
addresses are in the domains reserved for examples (RFC 2606), telephone numbers in ranges kept free
for fiction, card numbers begin with issuers' test prefixes and have a valid check digit (ISO/IEC
7812-1, annex B).

A few lines are broken on purpose, each in one of the ways of `BREAKAGES`; which ones is printed.
"""

import argparse
import datetime
import json
import os
import random
import sys

GIVEN_NAMES = """Amélie Anna Bálint Björn Chiara Dmitri Eirini Fatima François Grace Håkon Iñigo
Jürgen Kofi Łucja Maria Nguyễn Noah Olena Øystein Priya Rıza Søren Thảo Uğur Véronique Wang Xavier
Yūki Zoë Ηλέκτρα Анна Дмитро דוד علي प्रिया 伟 美咲 민준""".split()
FAMILY_NAMES = """Abdi Ångström Brontë Castañeda Dvořák Eriksen Fernández García Haddad Ionescu
Jørgensen Kowalski Lefèvre Müller Nakamura O'Brien Öztürk Papadopoulos Quispe Rossi Sánchez Šimić
Tanaka Ünal Văcărescu Weiß Xu Yılmaz Żuławski Παπαδάκης Иванова Шевченко כהן الحسن शर्मा 王 佐藤 김""".split()
CITIES = """Athína Berlin Córdoba Δελφοί Genève Gdańsk İzmir Київ København Lviv Málaga München
Москва Nice Ōsaka Praha Québec Reykjavík São-Paulo Tromsø Zürich 東京 上海 서울""".split()
STREETS = """Allée-des-Érables Bahnhofstraße Calle-Mayor Dlouhá Große-Gasse Kungsgatan Main-Street
Οδός-Ερμού Rua-Augusta Sokak Via-Roma улица-Мира 中山路""".split()
PRODUCTS = """bread café-crème candle crème-brûlée espresso fig honey jalapeño kettle lamp mug notebook
olive-oil phyllo quince rosé smørrebrød tea wool 茶 🍯""".split()
NOTES = (
    "",
    "Please ring twice.",
    'Said "call after six", then hung up.',
    "Ünïcödé in the notes: ✓",
    "line one\nline two\ttabbed",
    "path C:\\temp\\new",
    "Leave it with the neighbour 🙂",
    "見積もりを送ってください",
)
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
CARD_PREFIXES = ("411111", "510510", "222300", "601111", "353011")
ACTIONS = ("login", "view", "basket", "purchase", "refund", "support")
FIRST_MOMENT = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def card_number(rng):
    """16 digits with a test prefix and a valid check digit, as text."""
    digits = rng.choice(CARD_PREFIXES) + f"{rng.randrange(10**9):09d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def phone_number(rng):
    """A number of a range that is kept free for fiction (US 555-01xx; UK 7700 900xxx)."""
    if rng.random() < 0.5:
        return f"+1-{rng.randrange(200, 999)}-555-01{rng.randrange(100):02d}"
    return f"+44 7700 900{rng.randrange(1000):03d}"


def mail_address(rng, number):
    return f"{rng.choice(('hello', 'kontakt', 'me', 'post', 'βήτα'))}.{number}@{rng.choice(MAIL_DOMAINS)}"


def make_event(rng, number):
    """Event `number` as a dict. Its id, time and mail address come from `number`: no two are alike."""
    moment = FIRST_MOMENT + datetime.timedelta(seconds=37 * number, milliseconds=rng.randrange(1000))
    event = {
        "id": f"evt-{number:08d}",
        "time": moment.isoformat(timespec="milliseconds"),
        "action": rng.choice(ACTIONS),
        "customer": {
            "id": rng.randrange(1, 10**6),
            "name": f"{rng.choice(GIVEN_NAMES)} {rng.choice(FAMILY_NAMES)}",
            "email": mail_address(rng, number),
            "phones": [phone_number(rng) for _ in range(rng.randrange(1, 4))],
            "address": {
                "street": f"{rng.choice(STREETS)} {rng.randrange(1, 300)}",
                "city": rng.choice(CITIES),
                "geo": [round(rng.uniform(-90, 90), 6), round(rng.uniform(-180, 180), 6)],
            },
            "vip": rng.random() < 0.05,
        },
        "payment": {
            "card": card_number(rng),
            "amount": round(rng.random() * rng.random() * 400, 2),
            "currency": rng.choice(("EUR", "USD", "GBP", "UAH", "JPY")),
        },
        "items": [
            {"product": rng.choice(PRODUCTS), "count": rng.randrange(1, 6)}
            for _ in range(rng.randrange(0, 4))
        ],
        "note": rng.choice(NOTES),
        "referrer": None,
    }
    return event


def line_of(event):
    """The event as compact JSON in UTF-8, without a newline."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def cut_off(event):
    line = line_of(event)
    return line[: len(line) * 2 // 3].decode("utf-8", "ignore").encode()


def not_utf8(event):
    return line_of(event).replace(b'"action":"', b'"action":"\xff', 1)


def without_email(event):
    del event["customer"]["email"]
    return line_of(event)


def email_twice(event):
    return line_of(event).replace(b'"email":', b'"email":"second@example.com","email":', 1)


def bad_number(event):
    return line_of(event).replace(b'"amount":', b'"amount":0', 1)


def no_object(event):
    return json.dumps(event["id"]).encode()


# What is done to a broken line, and how the list of them calls it.
BREAKAGES = (
    ("cut off in the middle", cut_off),
    ("a byte that is not UTF-8", not_utf8),
    ("no e-mail address", without_email),
    ("the e-mail address twice", email_twice),
    ("a number with a leading zero", bad_number),
    ("a string instead of an object", no_object),
)


def make_lines(records, seed, broken):
    """Yields (line of bytes without newline, breakage or None) for each of `records` events.

    `broken` of them, never the first, are broken in turn in the ways of `BREAKAGES`.
    """
    places = random.Random(f"{seed} broken").sample(range(1, records), min(broken, max(0, records - 1)))
    breakage_at = {place: BREAKAGES[i % len(BREAKAGES)] for i, place in enumerate(sorted(places))}
    rng = random.Random(seed)
    for number in range(records):
        event = make_event(rng, number)
        if number in breakage_at:
            name, breakage = breakage_at[number]
            yield breakage(event), name
        else:
            yield line_of(event), None


def write_file(path, records, seed, broken):
    """Writes the file under a temporary name, then renames it; returns [(line number, breakage)]."""
    found = []
    temporary = f"{path}.part"
    with open(temporary, "wb") as out:
        for number, (line, breakage) in enumerate(make_lines(records, seed, broken), start=1):
            out.write(line)
            out.write(b"\n")
            if breakage:
                found.append((number, breakage))
    os.replace(temporary, path)
    return found


def main():
    parser = argparse.ArgumentParser(description="Make customer events to try things on.")
    parser.add_argument("--records", type=int, default=200_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--broken", type=int, default=6, metavar="N", help="lines broken on purpose")
    parser.add_argument("file")
    options = parser.parse_args()
    found = write_file(options.file, options.records, options.seed, options.broken)
    size = os.path.getsize(options.file)
    print(f"{options.file}: {options.records:,} events, {size / 1e6:.1f} MB")
    for number, breakage in found:
        print(f"    broken on purpose: line {number:,}: {breakage}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
