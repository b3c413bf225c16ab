"""What gunicorn and flask start: the application, configured from the environment."""

import os

from prism import create_application
from prism.settings import Settings

application = create_application(Settings.from_environment(os.environ))
