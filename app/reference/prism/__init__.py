"""AI-Prism's reference application. Importing it loads nothing else: each process takes what it needs."""
