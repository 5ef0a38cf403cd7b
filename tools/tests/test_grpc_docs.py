"""docs/grpc.md has each method of strata.v1, and each error with its status."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROTO = ROOT / "src/api/strata/v1/strata.proto"


@unittest.skipUnless(PROTO.exists(), "there is no typed API in this tree")
class GrpcDocs(unittest.TestCase):
    def setUp(self):
        self.page = (ROOT / "docs/grpc.md").read_text()

    def test_methods(self):
        methods = []
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", PROTO.read_text(), re.M | re.S):
            methods += [f"{service}.{name}" for name in re.findall(r"^  rpc (\w+)\(", body, re.M)]
        self.assertGreater(len(methods), 20)
        self.assertEqual(re.findall(r"^\| `(\w+\.\w+)` \|", self.page, re.M), methods)

    def test_errors(self):
        names = re.findall(r"case ErrorCode::k\w+:\s+return \"(.*)\";", (ROOT / "src/base/result.cc").read_text())
        reasons = [re.sub("[^a-z]", "_", name).upper() for name in names]
        self.assertGreater(len(reasons), 10)
        rows = re.findall(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \|", self.page, re.M)
        self.assertEqual([reason for reason, _ in rows], reasons)
        code = (ROOT / "src/grpc/code.cc").read_text()
        groups = re.findall(r"((?:case ErrorCode::k\w+:\s+)+)return Code::k(\w+);", code)
        statuses = {error: re.sub("(?<!^)([A-Z])", r"_\1", status).upper()
                    for cases, status in groups for error in re.findall(r"ErrorCode::k(\w+):", cases)}
        codes = re.findall(r"case ErrorCode::k(\w+):", (ROOT / "src/base/result.cc").read_text())
        self.assertEqual([status for _, status in rows], [statuses[error] for error in codes])


if __name__ == "__main__":
    unittest.main()
