/// Agreement as a sign with its word, so that colour is never alone.
enum Mark {
    static func agrees(_ word: Markup) -> Markup {
        "<span class=\"agrees\"><span aria-hidden=\"true\">=</span> \(word)</span>"
    }
    static func differs(_ word: Markup) -> Markup {
        "<span class=\"differ\"><span aria-hidden=\"true\">≠</span> \(word)</span>"
    }
    static func of(_ isEqual: Bool) -> Markup {
        isEqual
            ? "<span class=\"mark agrees\"><span aria-hidden=\"true\">=</span><span class=\"hidden\">same</span></span>"
            : "<span class=\"mark differ\"><span aria-hidden=\"true\">≠</span><span class=\"hidden\">differs</span></span>"
    }
}
