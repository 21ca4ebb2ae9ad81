"""The rooms' models can only be imported once Django is set up."""

import django

django.setup()
