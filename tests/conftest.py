"""How far Hypothesis looks: some hundreds of examples in every run, 20,000 in `make fuzz`."""

from hypothesis import settings

settings.register_profile("test", max_examples=300, deadline=None)
settings.register_profile("fuzz", max_examples=20_000, deadline=None)
settings.load_profile("test")
