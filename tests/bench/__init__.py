"""`make bench`: what the whole product costs, measured from outside, as `make run` starts it."""
