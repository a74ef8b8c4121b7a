"""Processes: started in order, watched, started again, stopped in order."""
