from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "webapp.idempotency"
    label = "api"  # the name of its table and migrations in the databases that there are
