"""What goes wrong in this package, with the text that people see in both languages."""

from __future__ import annotations

from alerts.texts import Language, load_texts


class AlertsError(Exception):
    """An error that an operator can act on.

    ``key`` names the text in the ``alerts`` catalogue, ``values`` fill it in. ``str()`` is
    the English text; :meth:`text` gives either language.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def text(self, language: Language) -> str:
        """In that language, and so what it was caused by."""
        values = {
            name: value.text(language).rstrip(".。") if isinstance(value, AlertsError) else value
            for name, value in self.values.items()
        }
        return load_texts("alerts", language)(f"errors.{self.key}", **values)

    def __str__(self) -> str:
        return self.text(Language.EN)


class StoreError(AlertsError):
    """The database cannot be opened, read or written."""


class BrokerError(AlertsError):
    """The embedded broker cannot start."""


class EvidenceError(AlertsError):
    """A picture could not be written."""
