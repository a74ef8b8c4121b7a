"""A long time of mixed load with faults: nothing grows, nothing leaks, nothing that was answered is lost."""
