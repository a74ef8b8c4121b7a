"""Programs that measure and maintain Perch rather than test it."""
