"""PyTorch, step by step: batches, outputs, losses, gradients, parameters, optimiser states and generator states.

The hooks are PyTorch's own global ones (modules and optimisers) and a wrapper of torch.autograd.backward. None of them adds a node to
the graph of gradients or changes a tensor.
"""

import functools
import importlib
import sys
import threading
import weakref

from .digests import leaves, of_text


class Names:
    """Names of objects by identity; a name is forgotten with its object, so that a later object at its address has none."""

    def __init__(self):
        self.known = {}
        self.stored = {}

    def of_memory(self, address):
        """The name of the parameter whose memory lies at an address, under whatever view it is used."""
        entry = self.stored.get(address)
        owner = entry[0]() if entry is not None else None
        return entry[1] if owner is not None and owner.untyped_storage().data_ptr() == address else None

    def get(self, thing, otherwise=None):
        entry = self.known.get(id(thing))
        return entry[1] if entry is not None and entry[0]() is thing else otherwise

    def learn(self, thing, name):
        """The first name of a thing stays its name."""
        if self.get(thing) is None:
            self.known[id(thing)] = (weakref.ref(thing), name)


class Steps:
    """Registers the hooks and writes `state` events: {"what", "tensors": {name: digest}}."""

    def __init__(self, session):
        self.session = session
        self.local = threading.local()
        self.names = Names()
        self.calls = {}
        self.labels = {}
        self.roots = weakref.WeakSet()

    def ready(self, torch):
        self.torch = torch
        modules = torch.nn.modules.module
        modules.register_module_forward_pre_hook(self.before_forward)
        modules.register_module_forward_hook(self.after_forward, with_kwargs=True, always_call=True)
        optimizers = importlib.import_module("torch.optim.optimizer")
        optimizers.register_optimizer_step_pre_hook(self.before_update)
        optimizers.register_optimizer_step_post_hook(self.after_update)
        original = torch.autograd.backward

        @functools.wraps(original)
        def backward(tensors, *args, **kwargs):
            if not self.skips():
                self.session.aside(self.state, "loss", {"loss": tensors})
            return original(tensors, *args, **kwargs)

        torch.autograd.backward = backward

    def skips(self):
        """Inside a compiler or a tracer there are no numbers to look at."""
        torch = self.torch
        return self.session.quiet or torch.compiler.is_compiling() or torch._C._get_tracing_state() is not None

    # Modules

    @property
    def stack(self):
        if not hasattr(self.local, "stack"):
            self.local.stack = []
        return self.local.stack

    @property
    def module(self):
        """Path and class of the innermost module at work in this thread, and the number of its call within the step."""
        return self.local.stack[-1][1:] if self.stack else ("", "", 0)

    def before_forward(self, module, args):
        if self.torch.compiler.is_compiling():
            return
        outermost = not self.stack
        self.stack.append((module,) + tuple(self.session.aside(self.described, module, outermost) or ("", "", 0)))
        if outermost and not self.skips():
            kwargs = sys._getframe(1).f_locals.get("kwargs")
            self.session.aside(self.begin_pass, module, args, kwargs if isinstance(kwargs, dict) else {})

    def after_forward(self, module, args, *rest):
        if self.torch.compiler.is_compiling():
            return
        stack = self.stack
        while stack and stack.pop()[0] is not module:
            pass
        if not stack and not self.skips():
            self.session.aside(self.state, "output", {"output": rest[-1]})
            self.session.passes += 1

    def described(self, module, outermost):
        if outermost:
            self.learn(module)
        path = self.names.get(module, type(module).__name__)
        self.calls[path] = self.calls.get(path, 0) + 1
        return path, type(module).__name__, self.calls[path]

    def learn(self, root):
        """Names of a root and its parts, `Net.encoder.lstm`; a second root of the same class is `Net#2`."""
        if root in self.roots:
            return
        label = self.names.get(root)
        if label is None:
            kind = type(root).__name__
            self.labels[kind] = self.labels.get(kind, 0) + 1
            label = kind if self.labels[kind] == 1 else "%s#%d" % (kind, self.labels[kind])
        for name, part in root.named_modules():
            self.names.learn(part, "%s.%s" % (label, name) if name else label)

    def begin_pass(self, root, args, kwargs):
        self.generators()
        if root not in self.roots:
            self.roots.add(root)
            self.state("parameters", self.parameters(root))
        self.state("batch", {"args": args, "kwargs": kwargs})

    def parameters(self, root):
        label = self.names.get(root)
        found = {}
        for name, tensor in list(root.named_parameters()) + list(root.named_buffers()):
            self.names.learn(tensor, "%s.%s" % (label, name))
            known = self.names.get(tensor)
            self.names.stored[tensor.untyped_storage().data_ptr()] = (weakref.ref(tensor), known)
            found[known] = tensor
        return found

    # Optimisers

    def before_update(self, optimizer, args, kwargs):
        if not self.skips():
            self.session.aside(self.gradients, optimizer)

    def after_update(self, optimizer, args, kwargs):
        if self.skips():
            return
        self.session.aside(self.updated, optimizer)
        self.session.step += 1
        self.session.passes = 0
        self.calls.clear()

    def listed(self, optimizer):
        """(name, parameter) in the optimiser's order; a parameter of no known module is named by its group and place."""
        for group_index, group in enumerate(optimizer.param_groups):
            for index, parameter in enumerate(group["params"]):
                yield self.names.get(parameter, "group%d.%d" % (group_index, index)), parameter

    def gradients(self, optimizer):
        self.state("gradients", {name: parameter.grad for name, parameter in self.listed(optimizer)})

    def updated(self, optimizer):
        found = dict(self.listed(optimizer))
        for root in list(self.roots):
            found.update((self.names.get(buffer, name), buffer) for name, buffer in root.named_buffers())
        self.state("parameters", found)
        states = {name: optimizer.state.get(parameter, {}) for name, parameter in self.listed(optimizer)}
        options = [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]
        self.state("optimizer", {"state": states, "options": options})
        self.generators()

    # Events

    def state(self, what, values):
        """The digest of every tensor and number inside, by name; other values are left out."""
        tensors = {}
        for name, leaf in leaves(values):
            if isinstance(leaf, self.torch.Tensor):
                tensors[name] = self.session.digests.tensor(leaf)["digest"]
            elif isinstance(leaf, (bool, int, float, str)):
                tensors[name] = of_text(repr(leaf))
            elif type(leaf).__module__ == "numpy":
                tensors[name] = self.session.digests.array(leaf)["digest"]
        if tensors:
            self.session.event("state", what=what, tensors=tensors)

    def generators(self):
        self.session.event("state", what="generators", tensors=self.session.generators.states())
