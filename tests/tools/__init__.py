"""The programs in `tools`: their output, and that their verdicts are right."""
