"""Speed of the numeric layer against its peers, as ratios within one run."""
