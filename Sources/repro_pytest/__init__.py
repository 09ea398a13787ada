"""A pytest plugin that holds tensors of tests to goldens, bit for bit: the fixture `repro_golden`.

    def test_logits(repro_golden):
        repro_golden({"logits": model(tokens)})

`pytest --repro-bless --reason TEXT` makes goldens of what tests that pass gave; it refuses where CI is set. They stand in
`tests/index.json` of the folder of goldens (`--repro-goldens`, default `Goldens`), where `repro list`, `repro check` and
`repro retire` find them: a check gates what the tests left in `.repro/_tests`.

pytest ends with 1 where a tensor drifts, 2 where nothing but goldens that could not be judged failed, and 3 where two
calls of one function disagree here, as `repro check` does.
"""
