"""What stops a command, in one sentence for the person at the terminal."""


class Trouble(Exception):
    """Shown as it stands, without a traceback."""
