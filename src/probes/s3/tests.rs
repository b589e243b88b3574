//! Judged from observations; the faults of a real server stand in tests/faults_aws.rs.
