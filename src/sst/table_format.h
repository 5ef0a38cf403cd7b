// On-disk format of a sorted table, version 1. TableBuilder writes it, TableReader reads it.
//
//   table   := block* footer         every block is  contents | trailer
//   trailer := compression u8 | flags u8 | checksum u32     (6 bytes)
//   blocks, in order: data blocks, [filter block], [hash index is inside data blocks],
//                     index block, properties block
//
//   A block's checksum is the CRC-32C of  contents | compression | flags | file_id (16 bytes) |
//   offset (u64): a block that was copied from another file or another place doesn't check.
//   flags bit 0: sealed (an authentication tag ends the contents; reserved for lesson 26).
//
//   footer (fixed 96 bytes; the last bytes of the file)
//   offset  size  field
//   ------  ----  ------------------------------------------------------------
//        0    16  file_id            random, also in every block's checksum
//       16    16  index handle       offset u64, size u64 (contents without trailer)
//       32    16  filter handle      zeros when there is none
//       48    16  properties handle
//       64     4  format version     1
//       68     4  feature flags      a reader refuses unknown bits by name
//       72     8  file size          whole file, footer included
//       80     4  checksum           CRC-32C of bytes 0 to 79
//       84     4  reserved           zero
//       88     8  magic              "STRATAs1"
//
// See sst/block.h for what is inside a block and docs/formats.md for a walk through real bytes.
