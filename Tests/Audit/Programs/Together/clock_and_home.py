"""A report that holds the date in universal time and a path below the user's home. Causes: clock; home."""
import datetime
import json
import os

day = datetime.datetime.now(datetime.timezone.utc).date()
json.dump({"day": str(day), "data": os.path.expanduser("~/data")}, open("report.json", "w"))
