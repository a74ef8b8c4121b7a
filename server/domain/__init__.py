"""What people can do with Perch. No HTTP here, and no Sanic: web, worker and commands all use it."""
