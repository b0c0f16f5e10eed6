"""What results mean: medians and intervals, with the kind of uncertainty they show."""
