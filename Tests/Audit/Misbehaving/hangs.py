"""Waits for ever, with a child that does too, and takes no notice of requests to end."""
import os
import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.fork()
while True:
    time.sleep(100)
