"""The shapes of bodies and answers of Perch's own API."""
