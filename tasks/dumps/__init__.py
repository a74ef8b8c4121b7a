"""Make, keep, verify, restore-test and restore dumps of the database, and remove expired ones."""
