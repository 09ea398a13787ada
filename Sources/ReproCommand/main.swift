import Repro
let engine = try Engine(threads: 2)
for e in Experiment.shipped {
    let r = try e.run(seed: 42, engine: engine)
    print(e.name, r.trace.root, r.metrics.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    for s in r.trace.stages.prefix(5) { print("   ", s.name, s.digest) }
}
