"""What others wrote of Perch: is it locked, under which licences, and what is known against it."""
