"""The main job on a real recording, done through the public pages only, as each person would do it."""
