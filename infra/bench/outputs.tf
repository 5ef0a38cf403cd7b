output "bucket" {
  description = "Where the report goes: report/report.tar.gz, and then report/status."
  value       = aws_s3_bucket.bench.id
}

output "instance_id" {
  description = "The box, as long as it lives."
  value       = aws_instance.box.id
}

output "region" {
  description = "Where both are."
  value       = var.region
}
