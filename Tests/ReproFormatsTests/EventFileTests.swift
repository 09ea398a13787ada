import ReproFormats
import ReproTestSupport
import Testing

/// Records held to the bytes that TensorBoard's own writer gives.
struct EventFileTests {
    /// By TensorBoard 2.21: `RecordWriter` over `Event(wall_time=1234.5, file_version="brain.Event:2")`, one scalar
    /// `loss/train` 0.693 of step 0 at 1235.25, and two of step 300 at 1300, `loss/train` −2.5e−8 and `accuracy/validation` 0.875.
    @Test func recordsAreTensorBoards() throws {
        let expected =
            "1800000000000000a37f4b220900000000004a93401a0d627261696e2e4576656e743a3265b8d3fb1e00000000000000d9dc1232"
            + "0900000000004d93402a130a110a0a6c6f73732f747261696e157368313fd795e12e3d000000000000006049f1ec090000000000"
            + "50944010ac022a2f0a110a0a6c6f73732f747261696e1595bfd6b20a1a0a1361636375726163792f76616c69646174696f6e1500"
            + "00603f04df6d8a"
        let bytes =
            EventFile.header(time: 1234.5) + EventFile.scalars([("loss/train", 0.693)], step: 0, time: 1235.25)
            + EventFile.scalars([("loss/train", -2.5e-8), ("accuracy/validation", 0.875)], step: 300, time: 1300)
        #expect(try bytes == unhex(expected))
    }
}
