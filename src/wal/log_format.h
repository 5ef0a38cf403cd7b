// On-disk format of a write-ahead log file, version 1. The manifest (src/version/manifest.h) is
// kept in the same format.
//
//   log    := record* tail         tail := nothing | zeros (preallocated space) | a torn record
//   record := header payload
//
//   offset  size  field
//   ------  ----  --------------------------------------------------------------------------
//        0     4  checksum     CRC-32C of bytes 6 to 39 and the payload
//        4     2  header_check the low half of the CRC-32C of bytes 6 to 39
//        6     1  type         1 batch, 2 end (clean close), 3 edit (manifest), 4 start
//        7     1  flags        bit 0: sealed (an authentication tag ends the payload); others 0
//        8     4  length       payload bytes
//       12     4  previous     checksum of the record before (0 for the first): finds holes
//       16     8  log_id       random number of this log: bytes of another log are no record
//       24     8  sequence     of the payload's first entry
//       32     8  synced       bytes of this file known to be on the disk when this was written
//       40     n  payload
//
// Every log starts with a `start` record whose payload names the format version and features.
// The reader's rule for a record that doesn't check: if any later record of this log says (in
// `synced`) that the damaged place had reached the disk, or the manifest holds the log's sealed
// length, it is corruption; otherwise it is a torn tail that was never acknowledged, and the end.
