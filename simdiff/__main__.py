"""``python -m simdiff``."""

from simdiff.cli import main

main()
