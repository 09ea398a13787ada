#!/usr/bin/env python3
"""Makes the kit's vectors: every case of `cases`, with the answer of the second implementation. Needs NumPy and gmpy2.

    make_vectors.py [--check]      --check writes nothing, and fails where the files are not what would be written
"""

import json
import pathlib
import sys

import contract_speaker as speaker
from cases import backward, chain, data, forward, foundations, optimisation, training

HERE = pathlib.Path(__file__).resolve().parent
PARTS = [foundations, forward, backward, optimisation, data, training, chain]


def main():
    speaker.numerics.check_environment()
    speaker.np.seterr(all="ignore")
    seen, stale = set(), []
    for number, part in enumerate(PARTS, 1):
        lines = []
        for case in part.cases():
            if case["id"] in seen:
                sys.exit(f"two cases are called {case['id']}")
            seen.add(case["id"])
            case = json.loads(json.dumps(case))
            try:
                case["answer"] = speaker.answer_of(case)
            except Exception:
                print(f"in {case['id']}:", file=sys.stderr)
                raise
            lines.append(json.dumps(case, separators=(",", ":")) + "\n")
        path = HERE / "vectors" / f"{number}-{part.__name__.split('.')[-1]}.jsonl"
        text = "".join(lines)
        if "--check" in sys.argv:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.exit(f"not what the second implementation gives: {', '.join(stale)}")
    print(f"{len(seen)} cases")


if __name__ == "__main__":
    main()
