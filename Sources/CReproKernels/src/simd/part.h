// Parts of vectors through memory, for instruction sets without masks.

/// The first `count` lanes from p, +0 in the others.
VINLINE vf vload_part(const float *p, size_t count) {
    if (count == VF) return vload(p);
    float lanes[VF] = {0};
    for (size_t lane = 0; lane < count; lane++) lanes[lane] = p[lane];
    return vload(lanes);
}

/// The first `count` lanes to p.
VINLINE void vstore_part(float *p, vf x, size_t count) {
    if (count == VF) {
        vstore(p, x);
        return;
    }
    float lanes[VF];
    vstore(lanes, x);
    for (size_t lane = 0; lane < count; lane++) p[lane] = lanes[lane];
}
