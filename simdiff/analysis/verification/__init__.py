"""Verification: limits of the model whose answers are known exactly, and whether the program gives them.

``limits`` builds the limits, ``worlds`` small busy worlds for comparisons byte for byte; one file a topic holds the
cases (V1–V28 of the model specification, section 7), ``cases`` lists them all, ``judge`` compares. Command and tests
run this same code. It shows that the program computes the stated model, never that the model is right.
"""
