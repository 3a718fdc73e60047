"""The program that makes the tables of a data folder for tests to copy, in the quick way."""

import django

if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    from tests import quick

    quick.install()
    call_command("migrate", verbosity=0)
