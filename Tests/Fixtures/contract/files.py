"""Section 10: the bytes of files as examples. Each reader takes bytes and raises `Refused` for what the contract calls an error."""

import io
import json
import pathlib

import numpy as np

from .numerics import F32

WHITE = b"\t\n\v\f\r "


class Refused(ValueError):
    """Data or options that are an error by the contract."""


def tokens_of(text):
    return text.translate(bytes.maketrans(WHITE, b" " * len(WHITE))).split(b" ")


def lines_of(content):
    if content.startswith(b"\xef\xbb\xbf"):
        raise Refused("a byte order mark")
    lines = [line[:-1] if line.endswith(b"\r") else line for line in content.split(b"\n")]
    return lines[:-1] if lines[-1] == b"" else lines


def tsv(content):
    """A list of (tokens, label)."""
    lines = lines_of(content)
    if len(lines) > 1 and lines[-1] == b"":
        lines.pop()
    result = []
    for line in lines:
        label, tab, text = line.partition(b"\t")
        tokens = [token for token in tokens_of(text) if token]
        if not tab or not label.strip(WHITE) or not tokens:
            raise Refused("a line is not a label, a tab and a text with a token")
        result.append((tokens, label))
    if not result:
        raise Refused("no example")
    return result


def conllu(content):
    """A list of (tokens, labels): columns FORM and UPOS."""
    result, tokens, labels = [], [], []
    for line in lines_of(content) + [b""]:
        if not line:
            if tokens:
                result.append((tokens, labels))
            tokens, labels = [], []
        elif not line.startswith(b"#"):
            columns = line.split(b"\t")
            if len(columns) != 10:
                raise Refused("not ten columns")
            if b"-" not in columns[0] and b"." not in columns[0]:
                tokens.append(columns[1])
                labels.append(columns[3])
    if not result:
        raise Refused("no sentence")
    return result


def npy(contents):
    """Of one file each: inputs, lengths, targets."""
    return [np.load(io.BytesIO(content), allow_pickle=False) for content in contents]


DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4"}


def safetensors(contents):
    """Of one file: inputs, lengths, targets. A bfloat16 is the upper half of a binary32."""
    (content,) = contents
    size = int.from_bytes(content[:8], "little")
    header, body = json.loads(content[8 : 8 + size]), content[8 + size :]
    result = []
    for name in ("inputs", "lengths", "targets"):
        entry = header[name]
        start, stop = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            array = (np.frombuffer(body[start:stop], "<u2").astype(np.uint32) << 16).view(F32)
        else:
            array = np.frombuffer(body[start:stop], DTYPES[entry["dtype"]])
        result.append(array.reshape(entry["shape"]))
    return result


def safetensors_by_name(path):
    """Every tensor of a file of binary32."""
    content = pathlib.Path(path).read_bytes()
    size = int.from_bytes(content[:8], "little")
    body, found = content[8 + size :], {}
    for name, entry in json.loads(content[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, stop = entry["data_offsets"]
            found[name] = np.frombuffer(body[start:stop], "<f4").astype(F32).reshape(entry["shape"])
    return found


def vectors(path, width):
    """Of GloVe's text: the last `width` fields of a line are numbers, what stands before them is the token."""
    found = {}
    for number, line in enumerate(lines_of(pathlib.Path(path).read_bytes())):
        fields = line.rstrip(b" ").split(b" ")
        if number == 0 and len(fields) == 2 and width != 1 and all(f.isdigit() for f in fields):
            continue
        if len(fields) < width + 1:
            raise Refused("a line of vectors is too short")
        with np.errstate(over="ignore"):
            row = np.array([float(f) for f in fields[-width:]]).astype(F32)
        if not np.all(np.isfinite(row)):
            raise Refused("a vector is not finite")
        found.setdefault(b" ".join(fields[:-width]), row)
    return found


def tensors(inputs, lengths, targets, tagging, count):
    """What a split's tensors hold: an input per sequence, and a target or an array of targets per sequence.

    `count` is the number of classes, None in regression.
    """
    with np.errstate(over="ignore"):
        inputs = np.asarray(inputs).astype(F32)
    if inputs.ndim != 3 or inputs.size == 0 or len(lengths) != len(inputs):
        raise Refused("inputs or lengths have another shape")
    if lengths.min() < 1 or lengths.max() > inputs.shape[1]:
        raise Refused("a length is out of range")
    if targets.shape != (inputs.shape[:2] if tagging else inputs.shape[:1]):
        raise Refused("targets have another shape")
    valid = [x[:length] for x, length in zip(inputs, lengths)]
    if not all(np.all(np.isfinite(x)) for x in valid):
        raise Refused("an input that is read is not finite")
    if count is None:
        with np.errstate(over="ignore"):
            numbers = [F32(y) for y in targets]
        if not np.all(np.isfinite(numbers)):
            raise Refused("a target is not finite")
        return valid, numbers
    labels = [y[:length].astype(np.int64) for y, length in zip(targets, lengths)] if tagging else [int(y) for y in targets]
    if any(np.min(y) < 0 or np.max(y) >= count for y in labels):
        raise Refused("a target is out of range")
    return valid, labels
