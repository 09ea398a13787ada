/// What `--format` may be, of the commands that report findings.
enum Formats {
    static let all = ["text", "json", "junit", "tap", "github", "markdown"]
}
