"""What is in the house: purchases, losses, transfers and counts, one document for each business
day; sales stand with their lines.

**Why a sale is no fact of the day's document.** It would be read, copied and written out again by
every sale: eight thousand facts late on a Friday. And what is left of a line after cancellations,
splits and moves its order knows already. So the seller's change holds `supplies_taken`, the
movement, in the order's own document: what each line takes, by the recipes that the seller's
catalog had, copied as its price is. The order says how much of it still counts
(`orders.supplies`); a line that moves to another order takes what it took.

Two terminals that cannot hear each other may do at once, and the merged view says:
* sell the last ones: both sales stand, and what is on hand shows below zero: a dispute for the day
  (`oversold`), never a refusal.
* receive, lose and transfer: each is a movement, all count, in any order of arrival.
* count one product at one place: a register, as every field; the current count holds, the other
  stays in sight.
* one counts, the other sells: the sale is before the count when the counter had seen it or its
  clock is lower, and then takes nothing from it. When it is earlier but unseen, nobody knows
  whether the goods were still there: a dispute (`count_to_confirm`), until somebody counts again.
* execute one command twice, also on both sides of the end of a day: one movement.
"""
