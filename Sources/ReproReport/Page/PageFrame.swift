import ReproVerification

/// What every page has: one file, a heading, links to the sections, the sections, and who wrote it.
struct PageFrame {
    /// A part of the page.
    struct Section {
        let id: Markup
        let title: Markup
        let body: Markup
    }

    /// The word after `repro` that writes such pages.
    let command: Markup
    /// What the browser calls it.
    let title: Markup
    /// The heading, which is read first.
    let header: Markup
    let sections: [Section]

    var markup: Markup {
        let links = sections.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as Markup }
        let parts = sections.map { section -> Markup in
            """
            <section id="\(section.id)" aria-labelledby="\(section.id)-title">
            <h2 id="\(section.id)-title">\(section.title)</h2>
            \(section.body)</section>

            """
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) – repro \(command)</title>
            <style>
            \(Stylesheet.text)</style></head>
            <body>
            <a class="skip" href="#main">Skip to the verdict</a>
            \(header)\
            <nav aria-label="Sections"><ul>\(links.joined())</ul></nav>
            <main id="main" tabindex="-1">
            \(parts.joined())</main>
            <footer><p>repro \(ReproVersion.release), numerical contract \(ReproVersion.contract). This page is one file; \
            it loads nothing and runs nothing.</p></footer>
            </body></html>

            """
    }

    /// A table or code that may be wider than the screen scrolls by itself, with the keyboard too.
    static func scrolling(_ label: Markup, _ content: Markup) -> Markup {
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label)\">\(content)</div>\n"
    }
}
