"""Tests of infra/bench, offline: what the Terraform files say, Terraform's own tests where it and the
provider's plugin are installed, and the scripts with stand-ins for the programs they call."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BENCH = pathlib.Path(__file__).parents[2] / "infra/bench"
TERRAFORM = shutil.which("terraform")
PLUGINS = [pathlib.Path(folder).expanduser() for folder in (
    "~/.terraform.d/plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins",
    os.environ.get("TF_PLUGIN_CACHE_DIR", "/nowhere"))]

TOKEN = re.compile(r'\s+|#[^\n]*|("(?:\\.|\$\{[^}]*\}|[^"\\])*"|[\w.-]+|[{}\[\]()=,:?!<>&|*+/%]+?)', re.S)


def parse(text):
    """[(type, [label], body)] of the blocks; a body maps a name to its text (attributes) or to the bodies
    of its blocks. Enough of HCL for files that terraform fmt accepts."""
    tokens = [match[1] for match in TOKEN.finditer(text) if match[1]]

    def block(at):
        body = {}
        while at < len(tokens) and tokens[at] != "}":
            name, start = tokens[at], at + 1
            at = start
            while tokens[at] not in ("=", "{"):
                at += 1
            if tokens[at] == "{":
                inner, at = block(at + 1)
                labels = [token.strip('"') for token in tokens[start:start + 2] if token.startswith('"')]
                body.setdefault(name, []).append((labels, inner))
                at += 1
                continue
            at += 1
            value, depth = [], 0
            while at < len(tokens):
                depth += (tokens[at] in "{[(") - (tokens[at] in "}])")
                if depth < 0:
                    break
                value.append(tokens[at])
                at += 1
                # An attribute ends where its brackets are closed and the next word begins a name.
                if depth == 0 and at + 1 < len(tokens) and re.fullmatch(r"[A-Za-z_][\w-]*", tokens[at]) and (
                        tokens[at + 1] in ("=", "{") or tokens[at + 1].startswith('"')):
                    break
            body[name] = " ".join(value).strip('"')
        return body, at

    return block(0)[0]


def resources(kind):
    found = {}
    for path in BENCH.glob("*.tf"):
        for labels, body in parse(path.read_text()).get("resource", []):
            if labels[0] == kind:
                found[labels[1]] = body
    return found


class WhatTheFilesSay(unittest.TestCase):
    def test_no_way_in(self):
        groups = resources("aws_security_group")
        self.assertEqual(["box"], list(groups))
        self.assertNotIn("ingress", groups["box"])
        self.assertEqual(["443", "80"], [rule["from_port"] for _, rule in groups["box"]["egress"]])
        for kind in ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_key_pair"):
            self.assertEqual({}, resources(kind))
        box = resources("aws_instance")["box"]
        self.assertNotIn("key_name", box)
        self.assertEqual("required", box["metadata_options"][0][1]["http_tokens"])
        self.assertEqual("[ aws_security_group.box.id ]", box["vpc_security_group_ids"])

    def test_the_box_and_its_disk(self):
        box = resources("aws_instance")["box"]
        self.assertEqual("var.instance_type", box["instance_type"])
        variables = {labels[0]: body for labels, body in parse((BENCH / "variables.tf").read_text())["variable"]}
        self.assertEqual("c6a.2xlarge", variables["instance_type"]["default"])
        self.assertEqual("1000", variables["disk_gib"]["default"])
        disk = box["ebs_block_device"][0][1]
        self.assertEqual(("gp3", "var.disk_gib", "true", "true"), (disk["volume_type"], disk["volume_size"],
                         disk["encrypted"], disk["delete_on_termination"]))
        for name, variable in variables.items():
            self.assertIn("description", variable, name)
            self.assertNotIn("sensitive", variable, "a secret has no place here")

    def test_nothing_is_left(self):
        box = resources("aws_instance")["box"]
        self.assertEqual("terminate", box["instance_initiated_shutdown_behavior"])
        self.assertEqual("true", box["root_block_device"][0][1]["delete_on_termination"])
        self.assertEqual("true", resources("aws_s3_bucket")["bench"]["force_destroy"])
        script = (BENCH / "script/user_data.sh.tftpl").read_text()
        self.assertRegex(script, r'shutdown -h "\+\$\{max_minutes\}"')
        self.assertRegex(script, r"finish\(\) \{[^}]*shutdown -h now\n\}\ntrap finish EXIT")
        self.assertIn("mkfs.xfs", script)

    def test_everything_is_tagged_and_pinned(self):
        versions = parse((BENCH / "versions.tf").read_text())
        tags = versions["provider"][0][1]["default_tags"][0][1]["tags"]
        for tag in ("Project", "Purpose", "Owner"):
            self.assertIn(tag, tags)
        self.assertRegex((BENCH / "versions.tf").read_text(), r'version = "\d+\.\d+\.\d+"')
        self.assertIn("required_version", versions["terraform"][0][1])

    def test_the_bucket_is_private(self):
        block = resources("aws_s3_bucket_public_access_block")["bench"]
        for rule in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            self.assertEqual("true", block[rule])

    def test_no_secret_is_in_any_file(self):
        for path in sorted(BENCH.rglob("*")):
            if path.is_file() and ".terraform" not in path.parts:
                self.assertNotRegex(path.read_text(errors="replace"),
                                    r"AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY|secret_key\s*=", str(path))

    def test_the_parser_sees_what_a_port_would_look_like(self):
        body = parse('resource "a" "b" {\n  x = [1, 2]\n  ingress {\n    from_port = 22 # ssh\n  }\n}\n')
        labels, resource = body["resource"][0]
        self.assertEqual(["a", "b"], labels)
        self.assertEqual("22", resource["ingress"][0][1]["from_port"])


@unittest.skipUnless(TERRAFORM, "terraform isn't installed")
class Terraform(unittest.TestCase):
    def terraform(self, folder, *arguments):
        return subprocess.run([TERRAFORM, *arguments], cwd=folder, text=True, capture_output=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=120, env={**os.environ, "CHECKPOINT_DISABLE": "1",
                              "TF_IN_AUTOMATION": "1", "AWS_EC2_METADATA_DISABLED": "true"})

    def in_a_copy(self, source, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, "bench")
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".terraform*"))
            started = self.terraform(copy, "init", "-backend=false", "-input=false", *arguments)
            self.assertEqual(0, started.returncode, started.stderr)
            checked = self.terraform(copy, "validate", "-no-color")
            self.assertEqual(0, checked.returncode, checked.stderr)
            tested = self.terraform(copy, "test", "-no-color")
            self.assertEqual(0, tested.returncode, tested.stdout + tested.stderr)
            self.assertRegex(tested.stdout, r"Success! [1-9]\d* passed")

    def test_the_files_are_in_terraforms_format(self):
        run = self.terraform(BENCH, "fmt", "-check", "-recursive", "-no-color")
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)

    def test_the_box_s_script(self):
        self.in_a_copy(BENCH / "script")

    def test_the_box_with_a_mocked_provider(self):
        found = [path for path in PLUGINS if (path / "registry.terraform.io/hashicorp/aws").is_dir()]
        if not found:
            self.skipTest("the plugin hashicorp/aws isn't installed, and its schema says what a plan is")
        self.in_a_copy(BENCH, f"-plugin-dir={found[0]}")


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.calls = self.folder / "calls"

    def stand_in(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\nprintf '%s\\n' \"${{0##*/}} $*\" >> {self.calls}\n{text}\n")
        path.chmod(0o755)

    def run_script(self, script, *arguments, path=None):
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
        return subprocess.run([script, *arguments], text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, timeout=60, env=environment)

    def test_the_suites_leave_their_reports_and_count_failures(self):
        tree = self.folder / "tree"
        (tree / "infra/bench").mkdir(parents=True)
        shutil.copy(BENCH / "suites.sh", tree / "infra/bench")
        self.stand_in(tree / "dev", '[[ $* != *growth* ]] || exit 3\necho figures')
        run = self.run_script(tree / "infra/bench/suites.sh", "--work", self.folder / "work", "--out", self.folder / "out",
                              "quick", "peers", "growth")
        self.assertEqual(1, run.returncode, run.stderr)
        self.assertIn("figures", (self.folder / "out/peers.txt").read_text())
        self.assertIn("CPU", (self.folder / "out/machine.txt").read_text())
        self.assertRegex((self.folder / "out/summary.txt").read_text(), "growth: status 3")
        calls = self.calls.read_text()
        self.assertRegex(calls, r"dev bench peers --dir \S+/work --json \S+/out/peers.json .*--quick")
        self.assertRegex(calls, r"dev bench peers --growth")
        self.assertNotIn("dev bench --", calls)
        self.assertEqual(2, self.run_script(tree / "infra/bench/suites.sh", "nosuch").returncode)

    def box(self, state):
        """run.sh with stand-ins; the box reports at once, or is in `state`."""
        bin_folder = self.folder / "bin"
        self.stand_in(bin_folder / "terraform", '[[ $1 != output ]] || printf %s "${3}-1"')
        self.stand_in(bin_folder / "sleep", "true")
        self.stand_in(bin_folder / "git", 'while [[ $1 != -o ]]; do shift; done; echo source > "$2"')
        self.stand_in(bin_folder / "aws", f"""
            case "$*" in
              *describe-instances*) echo {state} ;;
              *report/status*) [[ {state} == reports ]] || exit 1; echo 0 > "${{@: -1}}" ;;
              *report.tar.gz*) mkdir -p {self.folder}/t/report; echo good > {self.folder}/t/report/peers.md
                               tar -C {self.folder}/t -czf "${{@: -1}}" report ;;
            esac""")
        return self.run_script(BENCH / "run.sh", "--owner", "tests", "--out", self.folder / "report", path=bin_folder)

    def test_the_report_comes_back_and_all_is_taken_down(self):
        run = self.box("reports")
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual("good\n", (self.folder / "report/peers.md").read_text())
        calls = self.calls.read_text()
        self.assertRegex(calls, r'terraform apply .*owner=tests.*suites=\["micro","peers","growth"\]')
        self.assertRegex(calls, "terraform destroy .*owner=tests[^\n]*\n$")

    def test_a_box_that_dies_is_said_and_all_is_taken_down(self):
        run = self.box("terminated")
        self.assertEqual(1, run.returncode)
        self.assertIn("left no report", run.stderr)
        self.assertIn("terraform destroy", self.calls.read_text())

    def test_the_local_group_says_what_holds(self):
        out = self.folder / "out"
        run = self.run_script(BENCH / "local/run.sh", "--work", self.folder / "work", "--out", out, "--cpus", "1",
                              "--memory-gib", "1", "--", "sh", "-c", "cat /proc/self/cgroup; exit 7")
        self.assertEqual(7, run.returncode, run.stderr)
        limits = (out / "limits.txt").read_text()
        for what in ("processors", "memory", "disk"):
            self.assertRegex(limits, f"{what}|limits by systemd-run")
        if re.search(r"^memory: limited, by /sys/fs/cgroup/(\S+)/", limits, re.M):
            self.assertIn("strata-bench-", run.stdout)
            self.assertEqual([], list(pathlib.Path("/sys/fs/cgroup").glob("**/strata-bench-*")))
        self.assertEqual(2, self.run_script(BENCH / "local/run.sh", "--cpus", "many").returncode)

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck isn't installed")
    def test_shellcheck_is_content(self):
        script = self.folder / "user_data.sh"
        script.write_text(re.sub(r"\$\{(\w+)\}", r"\1", (BENCH / "script/user_data.sh.tftpl").read_text()))
        scripts = [script, BENCH / "suites.sh", BENCH / "run.sh", BENCH / "local/run.sh"]
        run = subprocess.run(["shellcheck", *scripts], text=True, capture_output=True, check=False)
        self.assertEqual("", run.stdout)


if __name__ == "__main__":
    unittest.main()
