import ReproTrace
import ReproVerification

/// Distances in ulp over stages × tensors, as a table whose middle column is drawn.
struct HeatMap {
    let map: DivergenceMap
    /// What a column is.
    let noun: String
    let caption: Markup
    /// The tensor and stage where the runs first parted, where they stand in this map.
    let first: (stage: StageID, tensor: String)?

    /// The least distance of each class: powers of 8, as far apart as the ticks of a logarithmic axis. 2^23 ulp are a factor
    /// of two.
    static let classes: [UInt64] = (0..<9).map { 1 << (3 * UInt64($0)) }

    var markup: Markup {
        let bins = StageBins(map.stages)
        let moved = map.rows.filter { !HeatMap.isEqual($0) }
        guard !map.rows.isEmpty else { return "<p class=\"note\">\(caption) No tensors were kept.</p>\n" }
        guard !moved.isEmpty else { return "<p class=\"note\">\(caption) Every tensor is equal in each of them.</p>\n" }
        let over: Markup = "<span class=\"hidden\">Over the \(noun)s</span>\(axis(bins))"
        let table = bins.table(
            "\(caption) \(bins.explanation(noun))",
            columns: ("Tensor", over, ["First differs", "Differs in", "Greatest ulp"]),
            rows: moved.map { row($0, bins) })
        return "\(table)\(equalRows)"
    }

    /// Tensors that never moved, which need no strip.
    private var equalRows: Markup {
        let names = map.rows.filter(HeatMap.isEqual).map { "<code>\($0.tensor)</code>" as Markup }
        return names.isEmpty ? "" : "<p class=\"note equals\">Equal in every \(noun): \(names.joined(", ")).</p>\n"
    }

    private static func isEqual(_ row: DivergenceMap.Row) -> Bool {
        row.cells.allSatisfy { $0 == .equal || $0 == .absent }
    }

    private func row(_ row: DivergenceMap.Row, _ bins: StageBins) -> Markup {
        let cells = bins.ranges.map { HeatMap.cell(.greatest(row.cells[$0])) }
        let place = row.tensor == first?.tensor ? map.stages.firstIndex { $0 == first?.stage } : nil
        let strip = Strip(bins: bins, cells: cells, marked: place.map { $0 / bins.size })
        let mark: Markup = place == nil ? "" : "<span class=\"hidden\"> first divergence</span>"
        let here: Markup = place == nil ? "" : " class=\"here\""
        return """
            <tr role="row"\(here)><th scope="row" role="rowheader">\(row.tensor)\(mark)</th>\
            <td role="cell" class="cells">\(strip.markup)</td><td role="cell" data-label="first">\(firstDiffering(row))</td>\
            <td role="cell" data-label="differs in">\(HeatMap.share(row))</td>\
            <td role="cell" data-label="ulp">\(HeatMap.greatest(row))</td></tr>
            """
    }

    private func firstDiffering(_ row: DivergenceMap.Row) -> Markup {
        guard let index = row.cells.firstIndex(where: \.differs) else {
            return row.cells.contains(.unrecorded) ? "not known" : "–"
        }
        return row.cells[..<index].contains(.unrecorded) ? "≤ \(map.stages[index])" : "\(map.stages[index])"
    }

    /// How many stages it is known to differ in, and, where tensors were not kept, may differ in at most.
    private static func share(_ row: DivergenceMap.Row) -> Markup {
        let known = row.cells.count(where: \.differs)
        let open = row.cells.count { $0 == .unrecorded }
        let total = row.cells.count { $0 != .absent }
        return open == 0 ? "\(known) of \(total)" : "\(known)…\(known + open) of \(total)"
    }

    private static func greatest(_ row: DivergenceMap.Row) -> Markup {
        switch DivergenceMap.Cell.greatest(row.cells) {
        case .distance(let ulps, let isWhole): isWhole ? "\(ulps)" : "≥ \(ulps)"
        case .unmeasured, .unrecorded: "not known"
        case .equal, .absent: "0"
        }
    }

    private static func cell(_ cell: DivergenceMap.Cell) -> Strip.Cell {
        switch cell {
        case .absent: Strip.Cell(style: "absent", text: "")
        case .equal: Strip.Cell(style: "equal", text: "equal")
        case .unrecorded: Strip.Cell(style: "unkept", text: "the stage differs, its tensors were not kept")
        case .unmeasured: Strip.Cell(style: "unsized", text: "differs, distance not known")
        case .distance(let ulps, _):
            Strip.Cell(style: "c\(level(ulps))", text: "\(bounds(level(ulps))) ulp")
        }
    }

    /// The class of a distance, from 1.
    static func level(_ ulps: UInt64) -> Int { classes.lastIndex { $0 <= ulps }.map { $0 + 1 } ?? 1 }

    private static func bounds(_ level: Int) -> String {
        level < classes.count ? "\(classes[level - 1])–\(classes[level] - 1)" : "at least \(classes[level - 1])"
    }
}
