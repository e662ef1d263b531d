"""The cash shift (caixa): one operator's period at one drawer of one terminal, and the day's end.

`facts` what can happen · `view` what it adds up to · `situations` what a person must decide ·
`commands` what people ask of a shift · `drawer` how payments fall into the open shift ·
`errors` why any of it may be refused.

What two terminals that do not hear each other can do at once:

* Open with the same command: a shift's id names its terminal (`ids.shift_id`), so that these are
  two shifts, each exact. One was opened by a retry: it is closed as empty, or written off.
* Execute one payment with the same command: the order counts it once, and each drawer that has
  heard of the money counts it too. One of them will miss it when it is counted.
* Write off a shift whose terminal was believed lost, while that terminal closes it: the closing
  counts, and a dispute tells of both.
* Go on with a restored disk: what the other half of the history wrote is outside the closing's cut.
  It changes no figure of it and is told as a late adjustment; a second closing is a dispute.
"""
