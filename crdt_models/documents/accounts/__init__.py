"""A customer's account (fiado): what was sold on trust, and what the customer paid of it since.

`facts` what can happen · `view` what the facts add up to · `situations` what a person must decide ·
`commands` what people ask of an account · `charging` an order paid by charging one ·
`errors` why any of it may be refused.

Two terminals that do not hear each other can do all of it at once, and nothing is lost: charges and
payments are facts that all count. What each would have refused had it known of the other (charges
beyond the limit, the debt received twice) stands and becomes a dispute.
"""
