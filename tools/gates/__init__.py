"""The figures that the browser client is held to, measured against a real `perch up` in headless Chromium.

`make client-gates` measures all of them; `docs/client.md` holds the last table. One module per family; what
takes a moment runs in `make test-all` too (tests/browser/test_gates.py).
"""
