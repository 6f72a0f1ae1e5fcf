"""The Python step of config/score-customers.toml: a risk score for each customer event."""

RISK_OF_ACTION = {"login": 0, "view": 0, "basket": 1, "purchase": 3, "refund": 6, "support": 1}


def score(event):
    """Adds `score`, 0 (harmless) to 10, to a customer event; drops events that were only views.

    event: one record, a mutable mapping as made by scripts/make_customers.py. Returns it, or None
    to drop it. An event without `action` or `payment` is a dead letter (KeyError).
    """
    if event["action"] == "view":
        return None
    points = RISK_OF_ACTION.get(event["action"], 5)
    if event["payment"]["amount"] > 100:
        points += 3
    if event["customer"]["vip"]:
        points -= 1
    event["score"] = min(10, max(0, points))
    return event
