"""The limits for the browser client, measured against a real `perch up` in headless Chromium.

`make client-gates` measures all of them, and `docs/client.md` holds the last table. There is one module per
family; quick measurements run in `make test-all` too (tests/browser/test_gates.py).
"""
