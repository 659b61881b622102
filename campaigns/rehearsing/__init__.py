"""Rehearsals of a script: a talk from the browser and simulated people, judged by what the script says and what came of it."""
