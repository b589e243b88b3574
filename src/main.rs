//! Arguments to mode to exit code; nothing else.

fn main() -> std::process::ExitCode {
    readback::cli::run()
}
