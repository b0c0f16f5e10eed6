"""How results look: charts, the terminal summary, provenance."""
