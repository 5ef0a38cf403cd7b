terraform {
  required_version = ">= 1.7.0, < 2.0.0" # 1.7 brought mock_provider, which the tests use.

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.82.2"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project   = "strata"
      Purpose   = "bench"
      Owner     = var.owner
      ManagedBy = "terraform"
    }
  }
}
