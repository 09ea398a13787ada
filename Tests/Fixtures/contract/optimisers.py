"""Section 8. Every operation rounded, no fma; coefficients in binary64, rounded once."""

import math

import numpy as np

from .numerics import F32


def total_norm(grads):
    """Of tensors in parameter order, in binary64: 64 lanes a tensor, the lanes added in ascending order."""
    total = 0.0
    for g in grads:
        flat = g.reshape(-1).astype(np.float64)
        padded = np.zeros(-(-flat.size // 64) * 64)
        padded[: flat.size] = flat
        lanes = np.zeros(64)
        for row in padded.reshape(-1, 64):
            # Squares are exact in binary64; the absent ones add +0 to sums that are not negative zero.
            lanes = lanes + row * row
        for lane in lanes:
            total = total + float(lane)
    return math.sqrt(total)


def clip(grads, maximum):
    factor = maximum / (total_norm(grads.values()) + 1e-6)
    if factor < 1:
        return {name: g * F32(factor) for name, g in grads.items()}
    return grads


def clip_values(grads, maximum):
    m = F32(maximum)
    return {name: np.where(g > m, m, np.where(g < -m, -m, g)) for name, g in grads.items()}


class SGD:
    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0):
        # Whether an option is 0 is asked of the binary32 number; the rate is rounded when a step takes it.
        self.lr, self.momentum, self.decay, self.steps = lr, F32(momentum), F32(weight_decay), 0
        self.frozen = set()
        self.buffers = {name: np.zeros_like(p) for name, p in params.items()} if self.momentum != 0 else {}

    def step(self, params, grads):
        self.steps += 1
        for name, p in params.items():
            if name in self.frozen:
                continue
            g = grads[name]
            if self.decay != 0:
                g = g + self.decay * p
            if self.momentum != 0:
                g = g if self.steps == 1 else self.momentum * self.buffers[name] + g
                self.buffers[name] = g
            params[name] = p - F32(self.lr) * g

    def state(self):
        state = [(f"momentum_buffer.{name}", v) for name, v in self.buffers.items()]
        return state + [("optimizer.step", np.array(self.steps, np.int64))]


class Adam:
    decoupled = False

    def __init__(self, params, lr, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
        self.lr, self.beta1, self.beta2, self.epsilon, self.decay = lr, beta1, beta2, epsilon, weight_decay
        self.steps, self.power1, self.power2, self.frozen = 0, 1.0, 1.0, set()
        self.m = {name: np.zeros_like(p) for name, p in params.items()}
        self.v = {name: np.zeros_like(p) for name, p in params.items()}

    def step(self, params, grads):
        self.steps += 1
        self.power1 *= self.beta1
        self.power2 *= self.beta2
        alpha = F32(self.lr / (1 - self.power1))
        q = F32(math.sqrt(1 - self.power2))
        epsilon, beta2 = F32(self.epsilon), F32(self.beta2)
        rest1, rest2 = F32(1 - self.beta1), F32(1 - self.beta2)
        for name, p in params.items():
            if name in self.frozen:
                continue
            g = grads[name]
            if F32(self.decay) != 0:
                if self.decoupled:
                    p = p * F32(1 - self.lr * self.decay)
                else:
                    g = g + F32(self.decay) * p
            m, v = self.m[name], self.v[name]
            m = m + rest1 * (g - m)
            v = beta2 * v + rest2 * (g * g)
            self.m[name], self.v[name] = m, v
            params[name] = p - alpha * (m / (np.sqrt(v) / q + epsilon))

    def state(self):
        state = [(f"exp_avg.{name}", m) for name, m in self.m.items()]
        state += [(f"exp_avg_sq.{name}", v) for name, v in self.v.items()]
        return state + [("optimizer.step", np.array(self.steps, np.int64))]


class AdamW(Adam):
    decoupled = True


def scheduled(schedule, lr, epoch):
    """The rate of an epoch, in binary64."""
    if schedule["kind"] == "linear":
        start, end, n = schedule["start"], schedule["end"], schedule["epochs"]
        return lr * (start + ((end - start) * float(min(epoch, n))) / float(n))
    if schedule["kind"] == "cosine":
        end, n = schedule["end"], schedule["epochs"]
        if epoch == 0:
            return lr
        if epoch >= n:
            return lr * end
        z = (float(n - epoch) / float(n)) * (math.pi / 2)
        s = sine(z)
        return lr * (end + (1 - end) * (s * s))
    times = epoch // schedule["every"] if schedule["kind"] == "step" else epoch
    for _ in range(times):
        lr = lr * schedule["factor"]
    return lr


def sine(z):
    """sin z for 0 ≤ z ≤ π/2: z times a polynomial of z² by Horner's rule, with coefficients ±1 ÷ (2k+1)!, k = 11 … 0."""
    square = z * z
    p = 0.0
    for k in range(11, -1, -1):
        p = p * square + (-1) ** k / math.factorial(2 * k + 1)
    return z * p


def warmed(rate, step, warmup):
    """The rate of a step, counted from 0, in binary64."""
    return rate * (float(step + 1) / float(warmup)) if step < warmup else rate
