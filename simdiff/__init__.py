"""simdiff: how promising teaching practices spread, deepen, last and fade across the schools of a district."""

__version__ = "0.1.0"
