"""What can go wrong with a terminal's identity, each with its cure."""

from crdt_models.errors import MalhaError, UntrustedCertificate


class NoIdentity(MalhaError):
    """This home holds no identity: the terminal belongs to no site yet."""

    code = "no_identity"
    sentence = "This terminal belongs to no site yet ({home})."
    cure = "Run `malha site create` on the first terminal, `malha join` on every other."


class IdentityDamaged(MalhaError):
    """The identity's files are there but do not fit together."""

    code = "identity_damaged"
    sentence = "The identity of this terminal is damaged: {reason}."
    cure = "Restore the identity folder from a backup, or move it away and join again."


class AlreadyMember(MalhaError):
    """The home already holds an identity; it is never overwritten."""

    code = "already_member"
    sentence = "This terminal already belongs to a site ({home})."
    cure = "Use another MALHA_HOME, or move the identity folder away first."


class KeyMissing(MalhaError):
    """The database key is not where it should be. A new one would make the database unreadable."""

    code = "key_missing"
    sentence = "The database key is missing or unreadable at {path}: {reason}."
    cure = (
        "Set MALHA_KEY_FILE to the key's file, or restore it from its backup; never make a new one."
    )


class NotAdmin(MalhaError):
    """Only an admin terminal admits others."""

    code = "not_admin"
    sentence = "Terminal {letters} may not admit terminals."
    cure = (
        "Run `malha invite` on a manager's terminal, or make this one admin with the recovery code."
    )


class BadRecoveryCode(MalhaError):
    """Not a recovery code, or one with a typing mistake."""

    code = "bad_recovery_code"
    sentence = "This is not a recovery code: {reason}."
    cure = "Type the 14 groups of 4 characters from the printed sheet again."


class CertificateExpired(UntrustedCertificate):
    """The certificate was one of this site, and its time is over. It ends links, never facts."""

    code = "certificate_expired"
    sentence = "The certificate of terminal {letters} ({name}) expired {days} days ago."
    cure = "Renew it: `malha invite` on a manager's terminal, `malha join` on that one."


class LettersInUse(MalhaError):
    """Two terminals with equal letters would give equal order numbers."""

    code = "letters_in_use"
    sentence = "The letters {letters} are taken, by {holder}. Free: {free}."
    cure = "Use free letters or none; to renew a terminal, invite without letters, and join on it."


class BadTerminalName(MalhaError):
    """Letters or a name that a certificate cannot carry."""

    code = "bad_terminal_name"
    sentence = "A terminal cannot be called {letters!r} ({name!r})."
    cure = "Letters are A to ZZZ; the name has 1 to 80 printable characters."
