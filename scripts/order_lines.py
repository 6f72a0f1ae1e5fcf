"""Python steps for a file of orders: one record for each line of an order, and a check of the total.

An order is an object with `id`, `lines` (a list of objects with `sku`, `quantity` and `price`, in
cents) and `total` (in cents).
"""


def check_total(order):
    """Sets `total_is_right` in an order; everything else of it keeps its bytes.

    Returns the order. One without `total` or `lines` is a dead letter (KeyError).
    """
    total = sum(line["quantity"] * line["price"] for line in order["lines"])
    order["total_is_right"] = total == order["total"]
    return order


def lines(order):
    """Yields the lines of an order, each with the order's `id` as `order` and its `position` from 1.

    An order without lines yields nothing, and is counted as dropped.
    """
    for position, line in enumerate(order["lines"], start=1):
        line["order"] = order["id"]
        line["position"] = position
        yield line
