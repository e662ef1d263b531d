"""The end of a business day: what its drawers and orders came to, and who was not there to say.

`facts` the closing · `money` what of the day's money fell into which drawer · `view` which closing
stands · `situations` what a person must decide · `commands` closing it · `errors` why not.

What two terminals that do not hear each other can do at once:

* Close the same day: equal figures are one close, and whoever either of them had heard of is heard
  of. Different figures are both shown, as a dispute; a closing that has seen both ends it.
* Sell on, in a day that the other has closed: that is outside what the closing had seen. It changes
  no figure of it and is listed as an addendum; so with a shift that is opened meanwhile.
* Execute one payment with the same command: the order counts it once, each drawer counts it too.
  The day's sheet names the payment and both drawers.
"""
