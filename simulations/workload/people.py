"""People at terminals: who acts where, how long one tries, and what a party knows of its order.

Rules of this file:
1. A person does one thing at a time. Each party has its own dice, by name, so that a new act shifts
   what nobody else draws.
2. Without an answer the same key goes again, to the same terminal or another, until the person
   gives up; then nobody knows, and people go on as if it had not happened.
3. Nobody is told of a cut or a crash: a terminal that does not know the order yet is waited for, or
   left for another.
"""

from random import Random

import trio

from simulations.workload.ledger import ORDERS, Attempt, Deed, Ledger
from simulations.workload.plan import ServicePlan, Visit
from simulations.workload.sights import Sight
from simulations.workload.till import JSON, Shop, Till, TillDown

OPENING_SECONDS = 60.0  # before a shop without any terminal that is on gives up
GRACE = 1.1  # of the service's length: after it nobody tries twice
_NOT_HEARD = (
    "unknown_order",
    "unknown_account",
    "unknown_shift",
)  # which may come with the next link
_HOME = ("waiter", "cashier", "cook", "manager")


class Person:
    """name: `waiter 2` · home: the letters of the terminal where this person usually stands ·
    token: of who entered with a PIN there."""

    def __init__(self, name: str, home: str, token: str = "") -> None:
        self.name = name
        self.home = home
        self.token = token
        self.busy = trio.Lock()


class Service:
    """One service: its people, its terminals, and what is written down."""

    def __init__(self, shop: Shop, plan: ServicePlan, seed: int, ledger: Ledger) -> None:
        self.shop = shop
        self.plan = plan
        self.ledger = ledger
        self.tables: list[str] = []  # ids
        self.customers: list[str] = []  # ids of those who may buy on trust
        self.products: list[str] = []  # ids
        self.fridge: list[str] = []  # ids of what is in it, then of dishes that are made of that
        self.filling = trio.Lock()  # of the fridge, by whoever needs it first
        self.nursery: trio.Nursery  # of whoever is not waited for
        self._seed = seed
        self._letters: list[str] = []
        self._staff: dict[str, list[Person]] = {}

    def dice(self, name: str) -> Random:
        """The dice of one use."""
        return Random(f"{self._seed} {name}")

    async def open(self) -> None:
        """Everybody goes to a terminal."""
        while not self.shop.tills() and self.shop.now() < OPENING_SECONDS:
            await self.shop.sleep(1)
        places, dice = self.letters, self.dice("staff")
        counts = (self.plan.waiters, self.plan.cashiers, self.plan.cooks, 1)
        for role, count in zip(_HOME, counts, strict=True):
            self._staff[role] = [
                Person(f"{role} {number}", dice.choice(places)) for number in range(1, count + 1)
            ]

    @property
    def letters(self) -> list[str]:
        """Terminals that people have ever seen on, in the order in which they came. Before the
        first, people stand where one should be."""
        for till in self.shop.tills():
            if till.letters not in self._letters:
                self._letters.append(till.letters)
        return self._letters or ["A"]

    @property
    def is_over(self) -> bool:
        """Whether people want to go home."""
        return self.shop.now() > GRACE * self.plan.seconds

    def pick(self, role: str, dice: Random) -> Person:
        return dice.choice(self._staff[role])

    def place(self, person: Person, dice: Random) -> str:
        """Where a person acts now."""
        return person.home if dice.random() < self.plan.at_home else dice.choice(self.letters)

    def another(self, letters: str, dice: Random) -> str:
        """Another terminal, the same one where there is no other."""
        others = [each for each in self.letters if each != letters]
        return dice.choice(others) if others else letters

    async def think(self, dice: Random, times: float = 1.0) -> None:
        """A moment of drawn length."""
        await self.shop.sleep(times * self.plan.think_seconds * dice.uniform(0.3, 1.7))

    async def perform(self, person: Person, deed: Deed, dice: Random, letters: str) -> Deed:
        """Try until somebody answers or the person gives up."""
        self.ledger.begin(deed)
        async with person.busy:
            for _ in range(self.plan.tries):
                attempt = await self._call(deed, letters)
                if attempt.outcome != "unknown" and attempt.code not in _NOT_HEARD:
                    break
                if self.is_over or dice.random() < self.plan.gives_up:
                    break
                await self.shop.sleep(dice.uniform(0.2, 1) * self.plan.retry_seconds)
                if dice.random() < self.plan.walks:
                    letters = self.another(letters, dice)
        if deed.key and dice.random() < self.plan.chance("double_tap"):
            await self._tap_again(deed, dice, letters)
        return deed

    async def _tap_again(self, deed: Deed, dice: Random, letters: str) -> None:
        """An impatient finger, or a front end that lost the answer: the same key once more."""
        self.ledger.scenes["double_tap"] += 1
        again = letters if dice.random() < 0.5 else self.another(letters, dice)
        await self.shop.sleep(dice.uniform(0, 2))
        await self._call(deed, again)

    async def _call(self, deed: Deed, letters: str) -> Attempt:
        at, answer = self.shop.now(), None
        till = self._till(letters)
        headers = {"if-match": f'"{deed.version}"'} if deed.version else {}
        if deed.token:
            headers["x-operador"] = deed.token
        if till is not None:
            try:
                answer = await till.call(
                    deed.method, deed.path, deed.body, key=deed.key or None, headers=headers
                )
            except TillDown:
                answer = None
        else:
            await trio.lowlevel.checkpoint()
        return self.ledger.attempted(deed, letters, at, self.shop.now(), answer)

    def _till(self, letters: str) -> Till | None:
        return next((each for each in self.shop.tills() if each.letters == letters), None)


class Party:
    """Customers with one order, and what people know of it. sight: the newest that any person of
    this party saw · table: its id or "" · gone: they left, nothing more is sold to them · eventful:
    whether scenes happen to it · cooked, pays, closes: what it does with its order."""

    def __init__(self, service: Service, visit: Visit) -> None:
        self.service = service
        self.visit = visit
        self.dice = service.dice(f"party {visit.number}")
        self.order = ""
        self.table = ""
        self.sight: Sight | None = None
        self.gone = False
        self.served = trio.Event()
        self.tickets = 0
        self.meetings = 0
        habits, dice = service.plan.habits, service.dice(f"party {visit.number} habits")
        self.eventful = dice.random() < habits.eventful
        self.cooked = dice.random() < (habits.cooked if self.eventful else habits.kitchen)
        self.pays = self.eventful or dice.random() < habits.pays
        self.closes = self.pays and (self.eventful or dice.random() < habits.closes)
        self._change = 0

    def send_for(self, role: str, name: str = "") -> "Actor":
        """Somebody of that role, at some terminal. name: of dice of his own, for whoever acts at
        the same time as others."""
        dice = self.service.dice(f"party {self.visit.number} {name}") if name else self.dice
        person = self.service.pick(role, dice)
        return Actor(self, person, self.service.place(person, dice), dice)

    def next_change(self) -> int:
        """Centavos that no other payment of this order gives as change."""
        self._change += 5
        return self._change - 5

    async def think(self, times: float = 1.0) -> None:
        """A moment passes."""
        await self.service.think(self.dice, times)

    def learn(self, deed: Deed) -> Sight | None:
        """Take in what a deed was answered."""
        answer = deed.answer
        if answer is None or answer.sight is None:
            return None
        self.sight, self.order = answer.sight, deed.order
        return answer.sight


class Actor:
    """A person who does something for a party. letters: where."""

    def __init__(self, party: Party, person: Person, letters: str, dice: Random) -> None:
        self.party = party
        self.person = person
        self.letters = letters
        self.dice = dice

    def new_key(self) -> str:
        """A fresh Idempotency-Key."""
        return f"{self.dice.getrandbits(128):032x}"

    async def think(self, times: float = 1.0) -> None:
        """This person takes a moment."""
        await self.party.service.think(self.dice, times)

    async def look(self) -> Sight | None:
        """The order as this terminal shows it; None when it does not."""
        order = self.party.order
        return self.party.learn(await self.get("look", f"{ORDERS}/{order}", order))

    async def get(self, act: str, path: str, order: str = "") -> Deed:
        """Read something."""
        return await self._do(Deed(act, self.person.name, "GET", path, order=order))

    async def write(
        self,
        act: str,
        action: str = "",
        body: JSON = None,
        *,
        method: str = "POST",
        key: str = "",
        version: str = "",
    ) -> Deed:
        """Write to the order. action: what follows its path · version: for If-Match."""
        order = self.party.order
        path = f"{ORDERS}/{order}{action}" if order else ORDERS
        return await self.send(act, path, body, method=method, key=key, version=version)

    async def send(
        self,
        act: str,
        path: str,
        body: JSON = None,
        *,
        method: str = "POST",
        key: str = "",
        version: str = "",
    ) -> Deed:
        """Write to any path."""
        deed = Deed(
            act=act,
            who=self.person.name,
            method=method,
            path=path,
            body=body,
            key=key or self.new_key(),
            order=self.party.order if path.startswith(ORDERS) else "",
            version=version,
            token=self.person.token,
        )
        return await self._do(deed)

    async def _do(self, deed: Deed) -> Deed:
        await self.party.service.perform(self.person, deed, self.dice, self.letters)
        self.party.learn(deed)
        return deed
