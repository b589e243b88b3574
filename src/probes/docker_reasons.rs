//! Why a Docker daemon may not answer: the reasons that every kind that asks one has, before its own.

/// A kind's table of reasons: those of the daemon, then its own.
macro_rules! docker_reasons {
    ($(($id:literal, $words:literal)),* $(,)?) => {
        &[
            ("no_socket", "The daemon's socket is not there, or its host has no such name."),
            ("refused", "The socket is there, and nobody listens."),
            ("permission", "This user may not ask the daemon: not in its group."),
            ("forbidden", "A proxy before the daemon does not permit the question."),
            ("reset", "The connection ended before the answer did."),
            ("server_error", "The daemon says that it failed."),
            ("not_docker", "What answers is not a Docker Engine."),
            ("timeout", "The daemon accepts the connection and does not answer in time."),
            ("bad_endpoint", "The endpoint is neither `unix://` nor `tcp://`."),
            $(($id, $words),)*
        ]
    };
}
pub(super) use docker_reasons;
