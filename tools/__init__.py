"""Programs that measure and look after Perch, rather than test it."""
