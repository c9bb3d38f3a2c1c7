#!/usr/bin/env python3
"""Runs one management command: `python manage.py help` lists them."""

from qianchang.project.manage import main

if __name__ == "__main__":
    main()
