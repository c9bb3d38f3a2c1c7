"""System checks: production refuses to start with unsafe settings, and says which and why."""
