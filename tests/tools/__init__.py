"""The programs in `tools`: what they say, and that their verdicts are right."""
