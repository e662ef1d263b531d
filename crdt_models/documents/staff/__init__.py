"""Who works here, in which role, and what each role may do. One document for the site.

`acts` what takes a role · `facts` what can be written · `judging` whose writing counts · `view`
what the facts add up to · `commands` what a manager asks for · `permission` who may write what.
"""
