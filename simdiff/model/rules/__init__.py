"""The rules: one file a mechanism, each about one school (or one district) in one month.

Every rule takes ``(sim, row, t)`` and reads the start-of-month snapshot ``sim.seen`` of others, so the order of schools
cannot matter. Equation numbers (E1–E25) are those of ``docs/model.md``.
"""
