"""PyTorch, operation by operation: a dispatch mode that writes one event for each aten operation of the traced window.

The mode lies at the bottom of the stack of modes from the import of PyTorch on, so that a mode of the program is never taken off by
mistake; outside the window it only passes calls on. On CPU the backward pass runs in the thread that called it, under the same mode,
so its operations are seen too; an operation there names its node of the graph and, by the node's sequence number, the module and line
of the forward pass that made the node.
"""

from .digests import leaves

# These leave memory as they found it, so what they return is not compared; reading it is what the finding names.
EMPTY = frozenset(
    "aten::%s" % name
    for name in ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "empty_permuted", "resize_")
)

# oneDNN's scratch memory, in a layout of its own and partly unwritten: the fourth output, and the last input of the backward pass.
SCRATCH_OUTPUT = {"aten::mkldnn_rnn_layer": "3"}
SCRATCH_INPUT = frozenset(["aten::mkldnn_rnn_layer_backward"])
# These write all of their first argument and read nothing of it. What makes a tensor like another reads of that its shape alone.
OVERWRITING = frozenset(
    "aten::%s_" % name
    for name in ("copy", "zero", "fill", "uniform", "normal", "random", "bernoulli", "exponential", "geometric", "log_normal", "cauchy")
)


def reads_first(name):
    """Whether an operation's result depends on the numbers in its first argument."""
    return not (name in OVERWRITING or name.endswith("_like") or name.startswith("aten::new_"))


# It returns its argument as it is, but it is where numbers that Python holds enter: torch.tensor([...]).
ENTRANCES = frozenset(["aten::lift_fresh"])


def traced(session, torch):
    """Enters the mode for the rest of the process."""
    from torch.utils._python_dispatch import TorchDispatchMode

    tracer = Tracer(session, torch)

    class Mode(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            return tracer.call(function, args, kwargs or {})

    mode = Mode()
    mode.__enter__()
    return mode


class Tracer:
    """Hashes the inputs of an operation, runs it, hashes what it returned or wrote."""

    def __init__(self, session, torch):
        self.session = session
        self.torch = torch
        self.schemas = {}
        self.origins = {}
        self.producers = {}
        self.conditions = None

    def call(self, function, args, kwargs):
        session = self.session
        if session.quiet or not session.traces_operations:
            return function(*args, **kwargs)
        schema = self.schemas.get(function)
        if schema is None:
            schema = self.schemas[function] = Schema(function, self.torch)
        sequence = self.torch._C._autograd._get_sequence_nr()
        node = self.torch._C._current_autograd_node()
        if schema.view:
            return function(*args, **kwargs)
        before = session.aside(self.before, schema, args, kwargs, node, sequence)
        result = function(*args, **kwargs)
        if before is not None:
            session.aside(self.after, schema, before, args, kwargs, result)
        return result

    def before(self, schema, args, kwargs, node, sequence):
        self.note_conditions()
        index = self.session.next_index()
        keep = self.session.keeps(index)
        path, kind, call = self.session.steps.module
        at = self.session.places.here(2)
        fields = dict(index=index, name=schema.name, overload=schema.overload, module=path, kind=kind, call=call)
        if node is None:
            self.origins[sequence - 1] = (path, kind, call, at)
        else:
            fields["node"] = node.name()
            origin = self.origins.get(node._sequence_nr())
            if origin is not None:
                fields["module"], fields["kind"], fields["call"], fields["forward"] = origin
        fields["at"] = at
        if schema.random:
            generator = kwargs.get("generator") or self.torch.default_generator
            fields["generator"] = self.session.generators.torch_state(generator)
            fields["generatorName"] = "torch" if generator is self.torch.default_generator else "torch.Generator"
        inputs, tensors = [], []
        fields["arguments"] = self.tree([list(args), dict(kwargs)], tensors)
        for place, tensor in enumerate(tensors):
            described = self.session.digests.tensor(tensor, keep)
            is_scratch = schema.name in SCRATCH_INPUT and place == len(tensors) - 1
            if is_scratch or place == 0 and args and tensor is args[0] and not schema.reads_first:
                described = {"digest": None, "dtype": described["dtype"], "shape": described["shape"]}
            address = self.address(tensor)
            described["from"] = self.producers.get(address)
            name = self.session.steps.names.of_memory(address)
            if name is not None:
                described["name"] = name
            inputs.append(described)
        fields["inputs"] = inputs
        return fields

    def note_conditions(self):
        """An event whenever what PyTorch computes under has changed: a replay of an operation needs it."""
        torch = self.torch
        conditions = {
            "threads": torch.get_num_threads(),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "mkldnn": torch.backends.mkldnn.enabled,
            "precision": torch.get_float32_matmul_precision(),
            # oneDNN's recurrent layers have one kernel for training and another for inference.
            "grad": torch.is_grad_enabled(),
        }
        if conditions != self.conditions:
            self.conditions = conditions
            self.session.trace.write("conditions", **conditions)

    def after(self, schema, fields, args, kwargs, result):
        outputs = []
        keep = self.session.keeps(fields["index"])
        for name, tensor in schema.written(args, kwargs) + list(leaves(result)):
            if isinstance(tensor, self.torch.Tensor):
                if schema.name in EMPTY or SCRATCH_OUTPUT.get(schema.name) == name:
                    described = {"digest": None, "dtype": str(tensor.dtype)[6:], "shape": list(tensor.shape)}
                else:
                    described = self.session.digests.tensor(tensor, keep)
                self.producers[self.address(tensor)] = fields["index"]
                outputs.append(described)
            elif isinstance(tensor, (bool, int, float)):
                outputs.append({"digest": None, "value": repr(tensor)})
        fields["outputs"] = outputs
        fields.update(step=self.session.step, **{"pass": self.session.passes})
        self.session.trace.write("operation", **fields)

    def tree(self, value, tensors):
        """Arguments as JSON: {"tensor": n} stands for input n, {"torch": text} for a dtype, device, layout or format."""
        torch = self.torch
        if isinstance(value, torch.Tensor):
            tensors.append(value)
            return {"tensor": len(tensors) - 1}
        if isinstance(value, (list, tuple)):
            return [self.tree(item, tensors) for item in value]
        if isinstance(value, dict):
            return {str(key): self.tree(item, tensors) for key, item in value.items()}
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return {"int": str(int(value))}
        if isinstance(value, float):
            return {"float": float(value).hex()}
        if isinstance(value, (torch.dtype, torch.device, torch.layout, torch.memory_format)):
            return {"torch": str(value)}
        return {"other": type(value).__name__}

    @staticmethod
    def address(tensor):
        try:
            return tensor.untyped_storage().data_ptr()
        except Exception:
            return None


class Schema:
    """What the schema of an operation says: its name, whether it draws, what it writes, whether it only makes a view."""

    def __init__(self, function, torch):
        schema = function._schema
        self.name = schema.name
        self.overload = schema.overload_name or "default"
        self.reads_first = reads_first(self.name)
        self.random = torch.Tag.nondeterministic_seeded in function.tags
        writes = [argument.alias_info is not None and argument.alias_info.is_write for argument in schema.arguments]
        returns = [value.alias_info is not None for value in schema.returns]
        self.view = bool(returns) and all(returns) and not any(writes) and self.name not in ENTRANCES
        # What is written and returned too is described once, as it is returned.
        self.writes = [
            (index, argument.name)
            for index, argument in enumerate(schema.arguments)
            if writes[index] and not any(returns)
        ]

    def written(self, args, kwargs):
        found = []
        for index, name in self.writes:
            value = args[index] if index < len(args) else kwargs.get(name)
            found.extend(leaves(value, name))
        return found
