variable "owner" {
  description = "Who answers for the box and its cost; a tag on everything."
  type        = string

  validation {
    condition     = length(var.owner) > 0
    error_message = "Say who owns the box."
  }
}

variable "source_archive" {
  description = "A tar.gz of the source tree (git archive), which the box builds and measures."
  type        = string
}

variable "region" {
  description = "Where the box stands."
  type        = string
  default     = "eu-central-1"
}

variable "instance_type" {
  description = "8 vCPU of AMD EPYC 7R13 and 16 GiB: the box that figures are quoted for."
  type        = string
  default     = "c6a.2xlarge"
}

variable "disk_gib" {
  description = "Size of the gp3 volume that the stores are on."
  type        = number
  default     = 1000
}

variable "disk_iops" {
  description = "Provisioned operations a second of that volume (gp3: 3000 to 16000)."
  type        = number
  default     = 3000

  validation {
    condition     = var.disk_iops >= 3000 && var.disk_iops <= 16000
    error_message = "gp3 takes 3000 to 16000."
  }
}

variable "disk_mib_per_s" {
  description = "Provisioned throughput of that volume (gp3: 125 to 1000)."
  type        = number
  default     = 125

  validation {
    condition     = var.disk_mib_per_s >= 125 && var.disk_mib_per_s <= 1000
    error_message = "gp3 takes 125 to 1000."
  }
}

variable "suites" {
  description = "What to run: words for suites.sh (micro, peers, growth)."
  type        = list(string)
  default     = ["micro", "peers", "growth"]

  validation {
    condition     = length(setsubtract(var.suites, ["micro", "peers", "growth", "quick"])) == 0
    error_message = "The suites are micro, peers, growth and quick."
  }
}

variable "max_minutes" {
  description = "The box ends itself after so long, whatever happens."
  type        = number
  default     = 300

  validation {
    condition     = var.max_minutes >= 10 && var.max_minutes <= 1440
    error_message = "Between 10 minutes and a day."
  }
}
