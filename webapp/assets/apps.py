from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "webapp.assets"

    def sweep(self) -> dict[str, int]:
        """What is cleared away now and then (webapp.datasets.sweep)."""
        from webapp.assets import services  # an app is configured before models can be imported

        return {"deleted assets": services.purge()}
