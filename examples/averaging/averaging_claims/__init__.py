"""Claims about averages of iterates; the claim files are in the folder `claims`."""
