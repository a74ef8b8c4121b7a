"""The HTTP code that all APIs share: protocol, errors, guards, bodies, uploads."""
