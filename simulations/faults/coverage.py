"""The numbered faults of a shop, and who strikes or proves each.

Rules of this file:
1. NUMBERS is the list of everything that a shop must survive, in a few words each.
2. A number is struck by faults of the simulator, or proved by tests (ELSEWHERE), or it stands in
   WAITING with what it waits for; some in part. None is in none of the three; a test looks.
"""

from msgspec import Struct

from simulations.faults.table import FAULTS

NUMBERS: dict[int, str] = {
    1: "power loss after the commit, before gossip",
    2: "power loss after the answer, before the sync",
    3: "power loss before the commit; the till tries again",
    4: "crash at every write, sync, truncation of a lifecycle",
    5: "torn end or flipped bit of the write-ahead log",
    6: "write-ahead log or database removed",
    7: "disk full",
    8: "file system read-only in mid-run",
    9: "EIO on read, write or fsync; one fsync fails",
    10: "corrupt page in table, index or header",
    11: "materialised view wrong, log right",
    12: "two peer processes on one database",
    13: "killed, ended, stopped ten minutes and continued",
    14: "write-ahead log never checkpointed",
    15: "schema migration killed midway; downgrade",
    16: "encryption key missing, wrong, of another machine",
    17: "backup taken in mid-write; partial backup restored",
    18: "poison change stored",
    19: "event loop blocked by a slow handler or disk",
    20: "clock a day off, 1970, 2038, another zone",
    21: "clocks minutes apart",
    22: "a member stamps ten years ahead",
    23: "dead battery: certificates not valid yet",
    24: "restore from an old backup",
    25: "cloned disk, both alive",
    26: "restore while isolated",
    27: "equivocation by a hostile terminal",
    28: "two authors with one number",
    29: "new terminal joins in mid-service",
    30: "terminal leaves for ever with unsynced orders",
    31: "terminal returns after 90 days, perhaps revoked",
    32: "a thousand stale addresses",
    33: "frames dropped, doubled, reordered, late",
    34: "partition: halves, every pair, one; swizzle",
    35: "non-transitive reachability",
    36: "asymmetric reachability",
    37: "flapping link",
    38: "half-open link",
    39: "slow peer",
    40: "72 hours offline, 5,000 orders a side",
    41: "all come back to the relay together",
    42: "relay refused, slow, broken, garbage, portal, redirect",
    43: "relay replays what is old",
    44: "relay loses what it acknowledged",
    45: "two relays disagree",
    46: "two peers bring the relay the same changes",
    47: "no multicast; other addresses",
    48: "connections saturate",
    49: "an address leads to another machine",
    50: "malformed multicast packet",
    51: "no, foreign, expired or wrong certificate",
    52: "older TLS, downgrade",
    53: "replayed frames",
    54: "forged change in another's name",
    55: "oversized frames, floods of frames",
    56: "compression bomb",
    57: "hostile CBOR",
    58: "known faults of the CBOR library",
    59: "malformed update, unsigned",
    60: "malformed update, validly signed",
    61: "update of other clients",
    62: "signed change that breaks the schema",
    63: "unknown newer fact",
    64: "older or newer wire version",
    65: "a member floods with changes",
    66: "a member back-dates, touches others' orders",
    67: "predecessor that never comes",
    68: "a member withholds changes",
    69: "equal counts, different content",
    70: "forged cross-site request",
    71: "DNS rebinding",
    74: "cross-site WebSocket",
    75: "slow and smuggled HTTP",
    78: "control characters, surrogates, endless names",
    80: "a tenant asks for another's",
    82: "a tenant that asks too often",
    83: "PIN guessed, also across restarts",
    85: "operator dismissed while isolated",
    86: "discount over the limit, offline",
    87: "licence expired, forged, clock turned back",
    88: "log injection",
    91: "record edited, cut out, truncated",
    92: "customer's data deleted while a terminal is away",
    95: "kitchen ticket printed twice",
}

ELSEWHERE: dict[int, str] = {
    4: "tests/simulations/disk/test_crash_points.py",
    12: "tests/peer/storage/test_survival.py",
    14: "tests/peer/storage/test_survival.py",
    16: "tests/peer/service/test_sqlite_writer.py",
    18: "tests/peer/node/test_poison.py",
    40: "simulations/scenarios/cuts.py",
    46: "tests/cloud_relay/test_uplink_in_virtual_time.py",
    48: "tests/peer/links/test_doorkeeper.py",
    50: "tests/peer/links/test_mdns.py",
    51: "tests/peer/links/test_tls_websocket.py",
    52: "tests/peer/links/test_tls_websocket.py",
    56: "simulations/fuzz/link_doors.py",
    57: "simulations/fuzz/model_doors.py",
    58: "simulations/fuzz/model_doors.py",
    59: "simulations/fuzz/model_doors.py",  # no update comes from outside: the gate takes changes
    60: "simulations/fuzz/view_doors.py",
    61: "simulations/fuzz/view_doors.py",
    64: "simulations/scenarios/machines.py",
    70: "tests/end_to_end/test_hostile_http.py",
    71: "tests/peer/service/test_guard.py",
    74: "tests/peer/service/test_guard.py",
    75: "tests/end_to_end/test_hostile_http.py",
    78: "tests/peer/http_api/test_values.py",
    80: "tests/cloud_relay/test_relay_process.py",
    82: "tests/cloud_relay/test_relay_process.py",
    88: "tests/peer/service/test_logs.py",
}

WAITING: dict[int, str] = {
    11: "the nightly comparison of rows with the log",
    15: "a second version of the schema",
    17: "the backup and restore commands",
    31: "revocation cuts",
    43: "the downlink of catalog and revocations",
    45: "the downlink of catalog and revocations",
    66: "copies of an opening that a member tells apart or under another day",
    83: "operators and PINs",
    85: "operators and revocation cuts",
    86: "operators and their limits",
    87: "licences",
    91: "countersigned heads",
    92: "the vault of customers' data",
    95: "kitchen tickets and printers",
}


class Covered(Struct, frozen=True):
    """number and what it is · by: names of faults, where it is proved, what it waits for."""

    number: int
    what: str
    by: str

    @property
    def waits(self) -> bool:
        return self.number in WAITING


def coverage() -> list[Covered]:
    """One line a number, in order."""
    return [Covered(number, what, _by(number)) for number, what in sorted(NUMBERS.items())]


def struck_by(number: int) -> list[str]:
    """The names of the faults that strike it."""
    return [name for name, fault in FAULTS.items() if number in fault.numbers]


def _by(number: int) -> str:
    found = [", ".join(struck_by(number)), ELSEWHERE.get(number, "")]
    if number in WAITING:
        found.append(f"waits for {WAITING[number]}")
    return "; ".join(filter(None, found))
