"""Processes: started in order, supervised, restarted, and stopped in order."""
