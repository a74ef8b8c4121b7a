"""A soak test: a long time of mixed load with faults. Nothing grows or leaks, no confirmed write is lost."""
