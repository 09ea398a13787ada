"""Names its scratch file in the result. Cause: temporary-directory."""
import json
import os
import tempfile

scratch = os.path.join(tempfile.gettempdir(), "words.cache")
json.dump({"words": 812, "scratch": scratch}, open("result.json", "w"))
