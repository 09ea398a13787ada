/// Where the first ill-formed UTF-8 sequence begins, or nil where there is none.
///
/// Well-formed is what the Unicode Standard's table 3-7 lists: no overlong forms, no surrogates, nothing above U+10FFFF. Bytes,
/// not `String`, because a string repairs what it decodes and so hides the place.
func firstIllFormedUTF8(in bytes: ArraySlice<UInt8>) -> Int? {
    var index = bytes.startIndex
    while index < bytes.endIndex {
        let lead = bytes[index]
        if lead < 0x80 {
            index += 1
            continue
        }
        let tailCount: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0xc2...0xdf: tailCount = 1
        case 0xe0: (tailCount, second) = (2, 0xa0...0xbf)
        case 0xed: (tailCount, second) = (2, 0x80...0x9f)
        case 0xe1...0xef: tailCount = 2
        case 0xf0: (tailCount, second) = (3, 0x90...0xbf)
        case 0xf4: (tailCount, second) = (3, 0x80...0x8f)
        case 0xf1...0xf3: tailCount = 3
        default: return index
        }
        guard index + tailCount < bytes.endIndex, second.contains(bytes[index + 1]) else { return index }
        for tail in bytes[(index + 1)...(index + tailCount)] where tail & 0xc0 != 0x80 { return index }
        index += tailCount + 1
    }
    return nil
}

/// The UTF-8 byte order mark.
let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
