"""The APIs side by side: each renders what the features return."""
