"""How long a callee waits for the first word, by the clock of the simulated platform, with and without a voice warmed up while it rang."""
