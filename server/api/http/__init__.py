"""What all APIs share: protocol, errors, guards, bodies, uploads."""
