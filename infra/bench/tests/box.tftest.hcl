# Plans the box with a mocked provider: nothing is made, no account is needed. The provider's plugin must
# be installed (terraform init), since its schema says what a plan is.

mock_provider "aws" {
  mock_data "aws_ssm_parameter" {
    defaults = {
      insecure_value = "ami-0123456789abcdef0"
    }
  }
}

variables {
  owner          = "tests"
  source_archive = "tests/source.tar.gz"
}

run "no_way_in" {
  command = plan

  assert {
    condition     = length(aws_security_group.box.ingress) == 0
    error_message = "no port may be open"
  }

  assert {
    condition     = aws_instance.box.key_name == null || aws_instance.box.key_name == ""
    error_message = "no key opens the box"
  }

  assert {
    condition     = aws_instance.box.metadata_options[0].http_tokens == "required"
    error_message = "the metadata service must ask for tokens"
  }
}

run "the_box_that_figures_are_quoted_for" {
  command = plan

  assert {
    condition     = aws_instance.box.instance_type == "c6a.2xlarge"
    error_message = "the box is a c6a.2xlarge"
  }

  assert {
    condition = alltrue([
      for disk in aws_instance.box.ebs_block_device : disk.volume_type == "gp3" && disk.volume_size == 1000
    ])
    error_message = "the stores are on 1 TB of gp3"
  }
}

run "nothing_is_left" {
  command = plan

  assert {
    condition     = aws_instance.box.instance_initiated_shutdown_behavior == "terminate"
    error_message = "powering off must terminate the box"
  }

  assert {
    condition     = alltrue([for disk in aws_instance.box.ebs_block_device : disk.delete_on_termination])
    error_message = "the volume must go with the box"
  }

  assert {
    condition     = aws_s3_bucket.bench.force_destroy
    error_message = "the bucket must go with its contents"
  }
}

run "the_bucket_is_private" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.bench.block_public_acls,
      aws_s3_bucket_public_access_block.bench.block_public_policy,
      aws_s3_bucket_public_access_block.bench.ignore_public_acls,
      aws_s3_bucket_public_access_block.bench.restrict_public_buckets,
    ])
    error_message = "nothing in the bucket may be public"
  }
}

run "a_box_without_an_owner_is_refused" {
  command = plan

  variables {
    owner = ""
  }

  expect_failures = [var.owner]
}
