"""Fails in every time zone but universal time, which is a result that differs."""
import time

if time.timezone != 0 or time.localtime(1_700_000_000).tm_hour != 22:
    raise SystemExit("not here")
open("result.txt", "w").write("1\n")
