"""Was every promise kept? The flight record of a period, real or simulated, is played again and each broken invariant is named.

Pure but for `loading`, `judging` and `month`. Nothing here asks compliance or the dialer's arithmetic: what they got wrong is found by working
it out once more, in another and simpler way, from the evidence.
"""
