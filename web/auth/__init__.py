"""Signing in and out."""

from web.auth.pages import routes

__all__ = ["routes"]
