"""Intake's subjects: a matter (complaint, remark or report), a message set aside, a person who is erased.

Read `state` for what is known, `matter` for all that can be wished of it, then one file an idea: `receiving`,
`contacts`, `promises`, `endings`, `merging`, `noting`. `evolving` says what each fact makes of the state.
"""
