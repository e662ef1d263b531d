"""Why the catalog refuses. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownProduct(DomainError):
    """No product of this terminal's catalog goes by that name."""

    code = "unknown_product"
    sentence = "There is no product {product} in this terminal's catalog."
    cure = "Load the catalog again, or sell it as a free item: give its name and its price."


class AmbiguousProduct(DomainError):
    """Several products go by one code or barcode, as two terminals gave it apart."""

    code = "ambiguous_product"
    sentence = "{count} products go by {product}."
    cure = "Choose one by its id, and correct the code of the other."


class ProductNotActive(DomainError):
    """The product was taken out of the catalog."""

    code = "product_not_active"
    sentence = "{name} is no longer sold."
    cure = "Put it back into the catalog, or sell it as a free item: give its name and its price."


class SoldOut(DomainError):
    """None is left, by what this terminal knows."""

    code = "sold_out"
    sentence = "{name} is sold out: {left} thousandths are left, {asked} were asked for."
    cure = "Offer something else; if there is some again, correct what is left of it."


class ProductExists(DomainError):
    """A code, barcode or external id that another active product has."""

    code = "product_exists"
    sentence = "{name} already has the {field} {value}."
    cure = "Give another, or change the product that has it."


class UnknownOption(DomainError):
    """The product offers no such choice."""

    code = "unknown_option"
    sentence = "{name} offers no {option}."
    cure = "Load the product again and choose from what it offers."


class WrongNumberOfChoices(DomainError):
    """Fewer or more choices than the group asks for."""

    code = "wrong_number_of_choices"
    sentence = "{group} of {name} takes {least} to {most} choices, {chosen} were made."
    cure = "Choose as many as the group asks for."


class NotSoldByHalves(DomainError):
    """A product that cannot be a part of one whole, or a wrong number of parts."""

    code = "not_sold_by_halves"
    sentence = "{name} cannot be sold in parts: {reason}."
    cure = "Sell it whole, or choose two to four products that are sold by halves."
