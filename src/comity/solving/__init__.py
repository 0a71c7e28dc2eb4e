"""Possible worlds: what a solver can say of every system that a scenario allows. The searches that the questions are made of."""
