# Runs offline: the module has no provider.

variables {
  bucket      = "strata-bench-test"
  region      = "eu-central-1"
  suites      = ["micro", "peers"]
  max_minutes = 90
}

run "ends_itself" {
  command = plan

  assert {
    condition     = strcontains(output.text, "shutdown -h \"+90\"")
    error_message = "the box must end itself after max_minutes"
  }

  assert {
    condition     = strcontains(output.text, "trap finish EXIT") && strcontains(output.text, "shutdown -h now")
    error_message = "the box must end itself when the work is done or has failed"
  }
}

run "runs_the_suites_on_xfs" {
  command = plan

  assert {
    condition     = strcontains(output.text, "suites.sh --work /stores/work --out /stores/report micro peers")
    error_message = "the suites asked for must be run"
  }

  assert {
    condition     = strcontains(output.text, "mkfs.xfs")
    error_message = "the stores must be on XFS"
  }
}

run "brings_the_report_back" {
  command = plan

  assert {
    condition     = strcontains(output.text, "s3://$bucket/report/report.tar.gz") && strcontains(output.text, "bucket='strata-bench-test'")
    error_message = "the report must go to the bucket"
  }
}
