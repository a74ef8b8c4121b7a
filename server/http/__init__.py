"""What the blueprints share: the envelope, errors, the guard, bodies and parameters."""
