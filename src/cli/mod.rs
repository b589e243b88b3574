//! One file per subcommand; each prints what the console shows, for pipes and cron.

pub mod init;
