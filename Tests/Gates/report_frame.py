"""A page around a page: a frame of a given width that shows it, and, unless --plain, a script that measures it.

usage: report_frame.py (SCRIPT | --plain) PAGE WIDTH
"""
import html
import sys

script, page, width = sys.argv[1:4]
scrolling = 'scrolling="no"' if script == "--plain" else ""
print(
    '<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;display:block;height:2400px}</style>'
    f'<iframe {scrolling} style="width:{width}px" src="{html.escape(page)}"></iframe>'
)
if script != "--plain":
    print('<pre id="result">the page did not load</pre>')
    print(f"<script>{open(script, encoding='utf-8').read()}</script>")
