"""Why the staff's commands are refused."""

from crdt_models.errors import DomainError


class NotAuthorised(DomainError):
    """The operator's role is below what the act takes, or nobody said who it is."""

    code = "not_authorised"
    sentence = "{act} takes at least the role {least}."
    cure = "Ask somebody of that role to do it, under their own PIN."


class AuthorisationUsed(DomainError):
    """It was given for one command, which was executed."""

    code = "authorisation_used"
    sentence = "This authorisation was used already."
    cure = "Ask for another one."


class UnknownOperator(DomainError):
    """No such operator."""

    code = "unknown_operator"
    sentence = "There is no operator {operator}."
    cure = "Load the operators again."


class LastOwner(DomainError):
    """The only owner would be gone."""

    code = "last_owner"
    sentence = "{name} is the only owner of this shop."
    cure = "Make somebody else an owner first."
