"""The version of Perch, as installed."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("perch-microblog")
except PackageNotFoundError:  # a source tree that was not installed
    VERSION = "0.0.0"
