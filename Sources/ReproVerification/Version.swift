/// The versions that a result depends on, or does not.
public enum ReproVersion {
    /// The release. It never enters a digest.
    public static let release = "0.1.0"
    /// The numerical contract. Goldens of another version are refused.
    public static let contract = Golden.contract
    /// The layout of the JSON that commands print and write.
    public static let schema = 1
}
