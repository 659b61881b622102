"""A line check on this machine alone: a simulated platform, an operator at a simulated phone, and a server of ours."""
