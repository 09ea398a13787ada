"""Section 10: the bytes of files as examples. Each reader takes bytes and raises `Refused` for what the contract calls an error."""

import csv
import io
import json
import pathlib
import re

import numpy as np

from .numerics import F32

WHITE = b"\t\n\v\f\r "
GREATEST_RECORD = 1 << 24


class Refused(ValueError):
    """Data or options that are an error by the contract."""


def tokens_of(text):
    return text.translate(bytes.maketrans(WHITE, b" " * len(WHITE))).split(b" ")


def lines_of(content):
    if content.startswith(b"\xef\xbb\xbf"):
        raise Refused("a byte order mark")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None
    lines = [line[:-1] if line.endswith(b"\r") else line for line in content.split(b"\n")]
    return lines[:-1] if lines[-1] == b"" else lines


def decoded(content, options):
    """The file in UTF-8."""
    if b"\0" in content:
        raise Refused("a NUL")
    if options.get("encoding") == "latin1":
        if content.startswith(b"\xef\xbb\xbf"):
            raise Refused("a byte order mark in Latin-1")
        return content.decode("latin-1").encode("utf-8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(str(error)) from error
    return content


def tokens_at(text, options):
    """The tokens of a text, before it is cut."""
    if not text.strip(WHITE):
        raise Refused("a text without a token")
    level = options.get("level", "words")
    if level == "bytes":
        return [bytes([byte]) for byte in text]
    if level == "characters":
        return [character.encode("utf-8") for character in text.decode("utf-8")]
    return [token for token in tokens_of(text) if token]


def place_of(column, names, count):
    """The index of a column by name, or by number from 1 or from −1 backwards."""
    if isinstance(column, str):
        if names is None or column not in names:
            raise Refused(f"no column '{column}'")
        return names.index(column)
    place = column - 1 if column > 0 else count + column
    if not 0 <= place < count:
        raise Refused(f"no column {column}")
    return place


def columns_of(rows, options, named, defaults):
    """The rows without the header, and the indices of text and label. `named`: whether the format has a header unless told."""
    given = options.get("text"), options.get("label")
    header = options.get("header", any(isinstance(column, str) for column in given) or named and given == (None, None))
    if not rows:
        raise Refused("nothing")
    names = [cell.decode("utf-8") for cell in rows[0]] if header else None
    if names is not None and len(set(names)) != len(names):
        raise Refused("a name stands twice")
    count = len(rows[0])
    text, label = given
    if header and defaults is None:
        text, label = text or "text", label or "label"
    elif defaults is not None:
        text, label = text or defaults[0], label or defaults[1]
    label = place_of(label or 1, names, count)
    if text is None:
        if count != 2:
            raise Refused("the text's column is not said")
        text = 1 - label
    else:
        text = place_of(text, names, count)
    if text == label:
        raise Refused("text and label are one column")
    if any(len(row) != count for row in rows):
        raise Refused("rows of different widths")
    return rows[1 if header else 0 :], text, label


def sized(records):
    """The records of a file: a line, the text between separators' quotes and all, or the lines of a sentence."""
    if any(len(record) > GREATEST_RECORD for record in records):
        raise Refused(f"a record of more than {GREATEST_RECORD} bytes")
    return records


def without_mark(content):
    return content.removeprefix(b"\xef\xbb\xbf")


def without_last_blank(lines):
    if len(lines) > 1 and lines[-1] == b"":
        lines.pop()
    if b"" in lines:
        raise Refused("a blank line")
    return sized(lines)


def labelled(rows, options):
    result = []
    for text, label in rows:
        if not label.strip(WHITE):
            raise Refused("an empty label")
        result.append((tokens_at(text, options), label))
    if not result:
        raise Refused("no example")
    return result


def rows_of_csv(content, separator):
    """RFC 4180 by Python's own reader, over Latin-1 so that bytes stay bytes; what it forgives is refused first."""
    text = content.decode("latin-1")
    quote, sep = '"', re.escape(separator)
    field = f'(?:{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}\r\n{sep}]*)'
    record = f"{field}(?:{sep}{field})*"
    if not re.fullmatch(f"{record}(?:\r?\n{record})*(?:\r?\n)?", text):
        raise Refused("not RFC 4180")
    sized(found.group() for found in re.finditer(record, text))
    csv.field_size_limit(1 << 30)
    rows = [[cell.encode("latin-1") for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    if len(rows) > 1 and rows[-1] == []:
        rows.pop()
    if [] in rows:
        raise Refused("a blank line")
    return rows


def csv_file(content, options):
    rows = rows_of_csv(without_mark(decoded(content, options)), options.get("separator", ","))
    rows, text, label = columns_of(rows, options, named=True, defaults=None)
    return labelled([(row[text], row[label]) for row in rows], options)


def tsv_columns(content, options):
    lines = without_last_blank(lines_of(decoded(content, options)))
    rows, text, label = columns_of([line.split(b"\t") for line in lines], options, named=False, defaults=None)
    return labelled([(row[text], row[label]) for row in rows], options)


def label_of(value):
    """A number is taken as it is written."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if not isinstance(value, str):
        raise Refused("a label of another kind")
    return value.encode("utf-8")


def json_lines(content, options):
    def unique(pairs):
        if len(dict(pairs)) != len(pairs):
            raise Refused("a key stands twice")
        return dict(pairs)

    def refuse(name):
        raise Refused(name)

    result = []
    for line in without_last_blank(lines_of(without_mark(decoded(content, options)))):
        try:
            value = json.loads(line, parse_int=str, parse_float=str, parse_constant=refuse, object_pairs_hook=unique)
            text, label = value[options.get("text") or "text"], value[options.get("label") or "label"]
            if options["task"] == "tagging":
                if not text or len(text) != len(label) or not all(text) or not all(label):
                    raise Refused("words and labels differ in number")
                result.append(([word.encode("utf-8") for word in text], [label_of(each) for each in label]))
            else:
                result += labelled([(text.encode("utf-8"), label_of(label))], options)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(str(error)) from error
    if not result:
        raise Refused("no example")
    return result


def blocks_of(lines):
    blocks = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    sized([b"\n".join(block) for block in blocks])
    return [block for block in blocks if block]


def columns_file(content, options):
    separator = options.get("separator")
    split = lambda line: line.split(separator.encode()) if separator else [cell for cell in tokens_of(line) if cell]
    blocks = [[split(line) for line in block] for block in blocks_of(lines_of(without_mark(decoded(content, options))))]
    rows = [row for block in blocks for row in block]
    kept, text, label = columns_of(rows, options, named=False, defaults=(1, -1))
    if len(kept) < len(rows):
        del blocks[0][0]
    if any(not row[text] or not row[label] for row in kept):
        raise Refused("an empty column")
    result = [([row[text] for row in block], [row[label] for row in block]) for block in blocks if block]
    if not result:
        raise Refused("no sentence")
    return result


def tsv(content, options=None):
    """A list of (tokens, label)."""
    options = options or {}
    if any(options.get(name) is not None for name in ("header", "text", "label")):
        return tsv_columns(content, options)
    content = decoded(content, options)
    lines = lines_of(content)
    if len(lines) > 1 and lines[-1] == b"":
        lines.pop()
    result = []
    for line in sized(lines):
        label, tab, text = line.partition(b"\t")
        if not tab or not label.strip(WHITE) or not text.strip(WHITE):
            raise Refused("a line is not a label, a tab and a text with a token")
        result.append((tokens_at(text, options), label))
    if not result:
        raise Refused("no example")
    return result


CONLLU = ["ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"]


def conllu(content, options=None):
    """A list of (tokens, labels): columns FORM and UPOS, unless others are named."""
    options = options or {}
    form, tag = (place_of(options.get(key) or own, CONLLU, 10) for key, own in (("text", "FORM"), ("label", "UPOS")))
    result, tokens, labels, commented = [], [], [], False
    lines = lines_of(decoded(content, options))
    blocks_of(lines)
    for line in lines + [b""]:
        if not line:
            if tokens:
                result.append((tokens, labels))
            elif commented:
                raise Refused("a comment without words")
            tokens, labels, commented = [], [], False
        elif line.startswith(b"#"):
            commented = True
        else:
            columns = line.split(b"\t")
            if len(columns) != 10:
                raise Refused("not ten columns")
            if re.fullmatch(rb"[0-9]+[-.][0-9]+", columns[0]):
                continue
            if columns[0] != b"%d" % (len(tokens) + 1):
                raise Refused("words are not numbered 1, 2, 3, …")
            if not columns[form] or columns[tag] in (b"", b"_"):
                raise Refused("a word without a form or a tag")
            tokens.append(columns[form])
            labels.append(columns[tag])
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
        fields = line.rstrip(WHITE).split(b" ")
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
