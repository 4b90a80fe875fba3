"""The one root of every exception that Mevichat raises itself."""


class MevichatError(Exception):
    """Raised when something went wrong that the code could not turn into a value."""
