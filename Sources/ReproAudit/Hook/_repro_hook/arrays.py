"""NumPy, call by call: the functions that do most of the arithmetic, and the draws of generators.

Attributes of modules are wrapped after the import, so `np.dot` and `from numpy import dot` are seen alike. Not seen: operators and
methods of arrays (`a @ b`, `a + b`, `a.sum()`) and universal functions (`np.exp`, `np.matmul`), whose identity programs and libraries
compare; a difference that arises there shows in the inputs of the next call that is seen.
"""

import functools

PLAIN = (
    "dot vdot inner outer tensordot einsum kron sum prod mean var std cumsum cumprod average convolve correlate cov corrcoef "
    "nansum nanmean sort argsort interp trapezoid median percentile"
).split()
LINALG = "solve inv pinv svd eig eigh eigvals eigvalsh qr cholesky lstsq det slogdet norm matrix_power multi_dot".split()
FFT = "fft ifft rfft irfft fft2 ifft2 fftn ifftn rfftn irfftn".split()
LEGACY = (
    "rand randn randint random random_sample normal standard_normal uniform permutation shuffle choice binomial poisson "
    "exponential beta gamma multinomial multivariate_normal"
).split()
DRAWS = (
    "random integers normal standard_normal uniform permutation permuted shuffle choice binomial poisson exponential "
    "standard_exponential beta gamma standard_gamma multinomial multivariate_normal dirichlet lognormal laplace"
).split()
# Events of NumPy in the trace of steps; a program that makes more calls is compared as far as these reach.
CALLS = 20000


class Arrays:
    """Wraps functions of NumPy and writes an `operation` event for each call of the program."""

    def __init__(self, session):
        self.session = session
        self.count = 0
        self.traced_generator = None

    def arm(self, watch):
        watch.when("numpy", self.numpy_ready)
        watch.when("numpy.linalg", lambda module: self.wrap_all(module, LINALG, "numpy.linalg."))
        watch.when("numpy.fft", lambda module: self.wrap_all(module, FFT, "numpy.fft."))
        watch.when("numpy.random", self.random_ready)

    def numpy_ready(self, numpy):
        self.session.trace.write("library", name="numpy", version=str(numpy.__version__))
        self.wrap_all(numpy, PLAIN, "numpy.")

    def random_ready(self, module):
        state = lambda: self.session.generators.numpy_state(module.get_state(legacy=False))  # noqa: E731
        for name in LEGACY:
            self.wrap(module, name, "numpy.random." + name, state, "numpy.random")
        self.traced_generator = self.generator_class(module)

    def wrap_all(self, module, names, prefix):
        for name in names:
            self.wrap(module, name, prefix + name)

    def wrap(self, module, name, full, state=None, generator=None):
        original = getattr(module, name, None)
        if original is None or isinstance(original, type):
            return

        @functools.wraps(original)
        def wrapped(*args, **kwargs):
            return self.call(full, original, args, kwargs, state, generator)

        setattr(module, name, wrapped)

    def generator_class(self, module):
        """numpy.random.Generator with the draws of DRAWS seen; same bit generator, same numbers, same class name."""
        arrays = self

        def draw(name, original):
            @functools.wraps(original)
            def method(self, *args, **kwargs):
                state = lambda: arrays.session.generators.numpy_state(self.bit_generator.state)  # noqa: E731
                full = "numpy.random.Generator." + name
                call = lambda *a, **k: original(self, *a, **k)  # noqa: E731
                return arrays.call(full, call, args, kwargs, state, arrays.session.generators.name(self.bit_generator))

            return method

        base = module.Generator
        methods = {name: draw(name, getattr(base, name)) for name in DRAWS if hasattr(base, name)}
        return type("Generator", (base,), dict(methods, __module__=base.__module__, __doc__=base.__doc__))

    def generator(self, generator):
        """The program's generator, its draws seen."""
        if self.traced_generator is None or type(generator) is self.traced_generator:
            return generator
        return self.traced_generator(generator.bit_generator)

    def call(self, name, original, args, kwargs, state, generator):
        session = self.session
        steps_only = session.settings.mode == "steps"
        seen = self.count < CALLS if steps_only else session.traces_operations
        if session.quiet or not seen or not session.places.is_called_by_program():
            return original(*args, **kwargs)
        self.count += 1
        before = session.aside(self.before, name, args, kwargs, state, generator)
        # What the call itself calls belongs to it.
        session.local.quiet = True
        try:
            result = original(*args, **kwargs)
        finally:
            session.local.quiet = False
        if before is not None:
            session.aside(self.after, before, args, result)
        return result

    def before(self, name, args, kwargs, state, generator):
        session = self.session
        index = session.next_index()
        fields = dict(index=index, name=name, overload="", module="", kind="", call=0, at=session.places.here(2))
        if state is not None:
            fields["generator"] = state()
            fields["generatorName"] = generator
        keep = session.keeps(index)
        fields["inputs"] = [self.value(leaf, keep) for _, leaf in self.leaves((args, kwargs))]
        return fields

    def after(self, fields, args, result):
        keep = self.session.keeps(fields["index"])
        # A shuffle returns nothing and writes its argument.
        values = args[:1] if result is None else result
        fields["outputs"] = [self.value(leaf, keep) for _, leaf in self.leaves(values)]
        fields.update(step=self.session.step, **{"pass": self.session.passes})
        self.session.trace.write("operation", **fields)

    @staticmethod
    def leaves(values):
        from .digests import leaves

        numbers = (bool, int, float, complex)
        for name, leaf in leaves(values):
            if isinstance(leaf, numbers) or type(leaf).__module__ == "numpy" and hasattr(leaf, "dtype"):
                yield name, leaf

    def value(self, leaf, keep):
        return self.session.digests.array(leaf, keep)
