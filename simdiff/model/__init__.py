"""What a school is, sees and does: state, world, policy, rules, luck, engine, outcomes, and the Mesa twin."""
