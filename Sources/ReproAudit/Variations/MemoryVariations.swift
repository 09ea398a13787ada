import CReproKernels

/// What a process finds in its memory and in folders before it has written there, and what it draws.
enum MemoryVariations {
    static func all(_ context: VariationContext) -> [Variation] {
        [hashSeed(context), clock(context), entropy(context), addressLayout(), memory(context), fileOrder(context)]
    }

    private static func hashSeed(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "hash-seed", "the seed of Python's and Perl's hashes, and so the order of sets",
            facts: ["variable PYTHONHASHSEED"], form: "0 … 4294967295", isValid: { UInt32($0) != nil }
        ) { value, setting in
            setting.set("PYTHONHASHSEED", value)
            setting.set("PERL_HASH_SEED", value)
        }
        return variation.with(varied: context.variable("PYTHONHASHSEED") == "1" ? "2" : "1", held: "0")
    }

    private static func memory(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "memory", "what memory that was not written holds", facts: ["fresh memory"], form: "a byte, 1 … 255",
            isValid: { UInt8($0).map { $0 > 0 } == true }
        ) { value, setting in
            setting.set("MALLOC_PERTURB_", value)
            setting.set("MALLOC_CONF", "junk:true")
        }
        #if canImport(Glibc)
            let refusal: String? = nil
        #else
            let refusal = "the C library here does not fill memory"
        #endif
        // glibc fills with the complement: 255 fills with zeros.
        return variation.with(varied: "165", held: "255", refusal: refusal)
    }

    private static func addressLayout() -> Variation {
        let variation = Variation(
            "address-layout", "whether addresses are drawn anew for each process", facts: ["address layout"],
            form: "fixed or random", isValid: { ["fixed", "random"].contains($0) }
        ) { value, setting in
            setting.hasRandomAddresses = value == "random"
        }
        let refusal = repro_can_fix_addresses() == 1 ? nil : "the system does not let a process fix its addresses"
        return variation.with(varied: "fixed", held: "fixed", refusal: refusal)
    }

    private static func fileOrder(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "file-order", "the order in which a folder gives its files", facts: ["file order"],
            form: "ascending or descending", isValid: { ["ascending", "descending"].contains($0) }
        ) { value, setting in
            setting.set("REPRO_FILE_ORDER", value)
            setting.isInterposed = true
        }
        return variation.with(varied: "descending", held: "ascending", refusal: context.interposed.refusal)
    }

    private static func clock(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "clock", "the date and the time of day", facts: ["date"], form: "+SECONDS, or =SECONDS since 1970",
            isValid: { ["+", "="].contains($0.prefix(1)) && Int($0.dropFirst()) != nil }
        ) { value, setting in
            setting.set("REPRO_CLOCK", value)
            setting.isInterposed = true
        }
        // More than a year, and no whole number of days or hours.
        return variation.with(varied: "+34567891", held: "=1750000000", refusal: context.interposed.refusal)
    }

    /// Nothing to vary: each process draws anew. Held where a program differs from itself, to see whether this is why.
    private static func entropy(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "entropy", "what the system draws for a program that does not seed its generator (only ever pinned)",
            facts: ["entropy"], form: "fixed", isValid: { $0 == "fixed" }
        ) { value, setting in
            setting.set("REPRO_ENTROPY", value)
            setting.isInterposed = true
        }
        return variation.with(varied: nil, held: "fixed", refusal: context.interposed.refusal)
    }
}
