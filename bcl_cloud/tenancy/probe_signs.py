"""What a probe may end with before it has passed."""


class Leak(Exception):
    """Something of one tenant was found at another, or was not refused. `concerned` are the tenants' codes, `str()` names the rule and the place, never what stood there."""

    def __init__(self, concerned: tuple[str, ...], detail: str) -> None:
        super().__init__(detail)
        self.concerned = concerned


class NotProbed(Exception):
    """The probe could not be carried out; `str()` says where it ended."""
