"""Figures, each measured beside its rival in one run.

One folder per benchmark: its task, written once, and a file for every rival that needs its own.
What they share is here: `measure` takes turns, `machine` pins and describes, `report` draws. A
figure is a *ratio* of two sides that ran in the same second on the same core, because only that
survives a change of machine; the microseconds beside it are for scale.
"""
