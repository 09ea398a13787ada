"""The table of `make evidence`, as text, and in the documentation between its markers."""

import re

from builds import ROOT

ARTICLE = ROOT / "Sources/Repro/Repro.docc/Evidence.md"
BEGIN, END = "<!-- made by make evidence: from here -->", "<!-- made by make evidence: to here -->"
HEADER = ["platform", "processor", "compiler", "C library", "kernel", "goldens", "root"]


def cells(result):
    goldens = f"{result['reproduced']} of {result['goldens']}"
    columns = [result[name] for name in ("platform", "processor", "compiler", "library", "kernels")]
    return [*columns, goldens, result["root"][:12]]


def lines(results):
    """Markdown, which a terminal shows well too."""
    return ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER), *("| " + " | ".join(cells(r)) + " |" for r in results)]


def write(results, skipped, commit, draws, judged):
    """Puts the table into the article.

    :param skipped: (row, reason) of what was not measured.
    :param judged: whether the second implementation said how the drawn experiments end.
    """
    text = ARTICLE.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"evidence: {ARTICLE} has to hold each of its two markers once: {BEGIN} … {END}")
    measured = {result["measured"] for result in results}
    span = min(measured) if len(measured) == 1 else f"{min(measured)} to {max(measured)}"
    said = f"Measured on {span}, the sources of commit {commit}."
    root = results[0]["root"]
    ends = f"Every row has the same root, `{root}`: {sum(n.startswith('golden') for n in results[0]['ends'])} goldens, "
    ends += f"{sum(n.startswith('shape') for n in results[0]['ends'])} shapes and {draws} random experiments"
    ends += ", each of which ends as the second implementation says." if judged else "; the second implementation was not asked."
    absent = [f"- {row}: {reason}" for row, reason in skipped]
    body = [BEGIN, "", said, "", *lines(results), "", ends, *(["", "Not measured:", "", *absent] if absent else []), "", END]
    text = re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: "\n".join(body), text, flags=re.S)
    ARTICLE.write_text(text, encoding="utf-8")
