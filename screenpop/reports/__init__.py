"""Figures from the call log: what they mean, how they are counted, and who gets them by mail."""
