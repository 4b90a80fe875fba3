"""How good built-in Mini's answers are: a set of questions, and what is counted over it."""
