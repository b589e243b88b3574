//! The `readback` program: hands its arguments to [`readback::cli`] and exits with the code it answers.

fn main() -> std::process::ExitCode {
    readback::cli::run()
}
