"""The catalog of the site: what is sold, at which price, and what can be chosen with it.

One document, `catalog`. `facts` are its words, `view` says what they mean, `commands` write them,
`pricing` turns a product and what was chosen of it into the values that an order line copies: no
later price moves a bill.

Two terminals that cannot see each other may do at once, and the merged view says:
* set one field of a product: a register each; a write that saw another stands over it, of truly
  concurrent ones the greatest stamp, the loser stays in sight (`Register.losers`). Different fields
  never meet.
* add a product each under one `external_id`, code or barcode: both are there; what names only one
  product cannot be sold by that name until a person decides (`AmbiguousProduct`). For an
  `external_id` it is a dispute.
* sell what is sold out here and not there, or more than is left of what was counted: both sales
  stand, what is left shows below zero. Selling is refused only by what this terminal knows.
* sell at the old price here and the new one there: each line keeps the price its seller's catalog
  had, copied into it.
"""
