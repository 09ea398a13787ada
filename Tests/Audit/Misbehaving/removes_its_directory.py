"""Removes the directory in which it runs."""
import os
import shutil

shutil.rmtree(os.getcwd())
