"""Section 14: scores of predictions, in binary64. Plain Python: a float is a binary64."""

import math


def total(values):
    """A sum in NumPy's order."""
    n = len(values)
    if n < 8:
        result = values[0] if n else 0.0
        for value in values[1:]:
            result = result + value
        return result
    if n > 128:
        half = n // 2 - n // 2 % 8
        return total(values[:half]) + total(values[half:])
    lanes = list(values[:8])
    whole = n - n % 8
    for index in range(8, whole):
        lanes[index % 8] = lanes[index % 8] + values[index]
    result = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for value in values[whole:]:
        result = result + value
    return result


def mean(values):
    return total(values) / len(values) if values else 0.0


def ratio(one, other):
    return one / other if other else 0.0


def macro_f1(targets, predictions):
    present = sorted(set(targets) | set(predictions))
    right = lambda c: sum(t == p == c for t, p in zip(targets, predictions))
    return mean([ratio(2 * right(c), targets.count(c) + predictions.count(c)) for c in present])


def spans(labels, lengths):
    """(kind, first, last) of each, positions counted through all sentences."""
    found, at = [], 0
    for length in lengths:
        current, before = None, "O"
        for position in range(at, at + length):
            letter, _, kind = labels[position].partition("-")
            goes_on = current and letter in "IE" and before in "BI" and current[0] == kind
            if current and not goes_on:
                found.append(current)
                current = None
            if letter != "O":
                current = (kind, current[1] if goes_on else position, position)
            before = letter
        if current:
            found.append(current)
        at += length
    return found


def span_f1(targets, predictions, lengths):
    """Micro."""
    actual, predicted = spans(targets, lengths), spans(predictions, lengths)
    right = len(set(actual) & set(predicted))
    p, r = ratio(right, len(predicted)), ratio(right, len(actual))
    return ratio(2 * p * r, p + r)


def mae(targets, predictions):
    return mean([abs(t - p) for t, p in zip(targets, predictions)])


def rmse(targets, predictions):
    return math.sqrt(mean([(t - p) * (t - p) for t, p in zip(targets, predictions)]))


def accuracy(targets, predictions):
    return ratio(sum(t == p for t, p in zip(targets, predictions)), len(targets))


def r2(targets, predictions):
    """The coefficient of determination of two targets or more."""
    m = mean(targets)
    rest = total([(t - p) * (t - p) for t, p in zip(targets, predictions)])
    whole = total([(t - m) * (t - m) for t in targets])
    if whole == 0:
        return 1.0 if rest == 0 else 0.0
    return 1 - rest / whole
