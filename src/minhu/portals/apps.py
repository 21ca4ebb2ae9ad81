"""Django application of the portals."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """Pages for citizens and for every role at work."""

    name = "minhu.portals"
    label = "portals"
    verbose_name = "门户"

    def ready(self) -> None:
        """Orders announce their changes in every process, also in the sweeper and in commands; labels speak Django's language."""
        from django import forms
        from django.core.validators import MaxValueValidator, MinValueValidator
        from django.utils.translation import gettext, gettext_lazy

        from minhu.kernel import labels
        from minhu.portals.live import announcing  # noqa: F401 - subscribes

        labels.speak_with(gettext)
        forms.Field.default_error_messages["required"] = gettext_lazy("请填写或选择这一项。")
        MinValueValidator.message = gettext_lazy("请填 %(limit_value)s 或更大的数。")
        MaxValueValidator.message = gettext_lazy("请填不超过 %(limit_value)s 的数。")
