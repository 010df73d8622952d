"""How far Hypothesis looks in every run; `make fuzz` looks further."""

from hypothesis import settings

settings.register_profile("test", max_examples=300, deadline=None)
settings.load_profile("test")
