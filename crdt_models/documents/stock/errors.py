"""Why something about the stock is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class StockIsOpen(DomainError):
    """A product has a balance there already."""

    code = "stock_is_open"
    sentence = "{name} has a balance at this place already."
    cure = "Count it instead: a count takes the place of what was before."
