"""A report that holds the date and a path below the user's home. Causes: clock; home."""
import datetime
import json
import os

json.dump({"day": str(datetime.date.today()), "data": os.path.expanduser("~/data")}, open("report.json", "w"))
