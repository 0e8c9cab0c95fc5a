"""Whether the tests notice mistakes: the program with one small change at a time, each of which some test has to fail.

`python -m tests.mutants` (`make mutants`) takes the modules of `targets.py` one after the other, makes every change
that `mutations.py` knows, and runs those of the module's tests that pass through the changed line. A change that no
test notices is a survivor. It is either killed by a better test, or stands in `accepted.py` with the reason.

Libraries for this (mutmut, cosmic-ray) change functions only, or start an interpreter for every change; here the rules
are tables of lambdas, and there are a thousand changes.
"""
