//! Names of images: `redis`, `redis:latest` and `docker.io/library/redis:latest` are the same.

/// Whether two names mean the same image.
pub(super) fn same(left: &str, right: &str) -> bool {
    full(left) == full(right)
}

/// A name with all that it leaves out.
fn full(name: &str) -> String {
    let (path, digest) = name.split_once('@').map_or((name, None), |(path, digest)| (path, Some(digest)));
    // A colon before the last slash is the registry's port.
    let cut = path.rfind('/').map_or(0, |slash| slash + 1);
    let (path, tag) = match path[cut..].rfind(':') {
        Some(colon) => (&path[..cut + colon], Some(&path[cut + colon + 1..])),
        None => (path, None),
    };
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let path = match path.split_once('/') {
        Some(("docker.io" | "index.docker.io", rest)) if rest.contains('/') => format!("docker.io/{rest}"),
        Some(("docker.io" | "index.docker.io", rest)) => format!("docker.io/library/{rest}"),
        Some((first, _)) if is_registry(first) => path.to_owned(),
        Some(_) => format!("docker.io/{path}"),
        None => format!("docker.io/library/{path}"),
    };
    match (digest, tag) {
        // With a digest the tag is only for readers.
        (Some(digest), _) => format!("{path}@{digest}"),
        (None, tag) => format!("{path}:{}", tag.unwrap_or("latest")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_what_docker_takes_it_for() {
        for other in ["redis:latest", "library/redis", "docker.io/redis", "docker.io/library/redis:latest"] {
            assert!(same("redis", other), "{other}");
        }
        assert!(same("reg.example:5000/a", "reg.example:5000/a:latest"));
        assert!(same("a/b:1@sha256:00", "a/b:2@sha256:00"));
        for (left, right) in
            [("redis:7", "redis:8"), ("redis", "other/redis"), ("a/b", "localhost/a/b"), ("a@sha256:0", "a@sha256:1")]
        {
            assert!(!same(left, right), "{left} {right}");
        }
    }
}
