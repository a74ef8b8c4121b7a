"""HTTP only, one noun each: read, one call into the domain, write."""
