"""What is asked and how it is run: parameter draws, replicates on all cores, results and their store."""
