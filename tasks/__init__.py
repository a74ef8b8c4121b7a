"""Work outside requests: the queue, its worker, the scheduler, and the jobs themselves."""
