# A box that measures and then ends itself. Nothing reaches it from outside: it fetches the source from
# its bucket, runs the suites, puts the report there, and powers off, which terminates it.

data "aws_vpc" "default" {
  default = true
}

data "aws_ssm_parameter" "debian" {
  name = "/aws/service/debian/release/12/latest/amd64"
}

# --- the bucket: source in, report out -----------------------------------------------------------

resource "aws_s3_bucket" "bench" {
  bucket_prefix = "strata-bench-"
  force_destroy = true # run.sh has fetched the report before it destroys.
}

resource "aws_s3_bucket_public_access_block" "bench" {
  bucket                  = aws_s3_bucket.bench.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "bench" {
  bucket = aws_s3_bucket.bench.id

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = 14
    }
  }
}

resource "aws_s3_object" "source" {
  bucket      = aws_s3_bucket.bench.id
  key         = "source.tar.gz"
  source      = var.source_archive
  source_hash = filemd5(var.source_archive)
}

# --- what the box may do: read the source, write the report --------------------------------------

resource "aws_iam_role" "box" {
  name_prefix = "strata-bench-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "box" {
  role = aws_iam_role.box.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.bench.arn}/source.tar.gz" },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.bench.arn}/report/*" },
    ]
  })
}

resource "aws_iam_instance_profile" "box" {
  name_prefix = "strata-bench-"
  role        = aws_iam_role.box.name
}

# --- the network: out only -----------------------------------------------------------------------

resource "aws_security_group" "box" {
  name_prefix = "strata-bench-"
  description = "No way in; out to packages and the bucket"
  vpc_id      = data.aws_vpc.default.id

  egress {
    description = "HTTPS: the bucket"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "HTTP: Debian's packages, which are signed"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# --- the box -------------------------------------------------------------------------------------

module "script" {
  source = "./script"

  bucket      = aws_s3_bucket.bench.id
  region      = var.region
  suites      = var.suites
  max_minutes = var.max_minutes
}

resource "aws_instance" "box" {
  ami                                  = data.aws_ssm_parameter.debian.insecure_value
  instance_type                        = var.instance_type
  iam_instance_profile                 = aws_iam_instance_profile.box.name
  vpc_security_group_ids               = [aws_security_group.box.id]
  associate_public_ip_address          = true # To get out; nothing gets in.
  instance_initiated_shutdown_behavior = "terminate"
  user_data                            = module.script.text
  user_data_replace_on_change          = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type           = "gp3"
    volume_size           = 20
    encrypted             = true
    delete_on_termination = true
  }

  ebs_block_device {
    device_name           = "/dev/sdf"
    volume_type           = "gp3"
    volume_size           = var.disk_gib
    iops                  = var.disk_iops
    throughput            = var.disk_mib_per_s
    encrypted             = true
    delete_on_termination = true
    tags                  = { Name = "strata-bench-stores" }
  }

  tags = { Name = "strata-bench" }

  depends_on = [aws_s3_object.source, aws_iam_role_policy.box, aws_s3_bucket_public_access_block.bench]
}
