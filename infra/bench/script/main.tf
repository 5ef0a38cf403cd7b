# The text that the box runs when it starts. A module of its own without a provider, so that it can be
# tested offline.

terraform {
  required_version = ">= 1.7.0, < 2.0.0"
}

variable "bucket" {
  type = string
}

variable "region" {
  type = string
}

variable "suites" {
  type = list(string)
}

variable "max_minutes" {
  type = number
}

output "text" {
  value = templatefile("${path.module}/user_data.sh.tftpl", {
    bucket      = var.bucket
    region      = var.region
    suites      = join(" ", var.suites)
    max_minutes = var.max_minutes
  })
}
