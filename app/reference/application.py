"""What gunicorn and flask start: the application, configured from the environment."""

from prism.application import create_application
from prism.settings import settings_or_exit

application = create_application(settings_or_exit())
