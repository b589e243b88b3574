//! `readback check --wait` through the real program. Nothing here sleeps: the program is awaited.

use crate::support::stack::{SOON, Stack};

#[test]
fn a_wait_tells_a_terminal_where_it_stands_and_ends_with_ctrl_c() {
    let stack = Stack::new();
    let mut pty = stack.console(&["check", "--wait", "10m"], (200, 24));
    pty.wait_for("of 600 s: DOWN - ", SOON);
    pty.wait_for("asks again in ", SOON);
    pty.send("\x03");
    let exit = pty.wait_exit(SOON);
    assert_eq!((exit.code, exit.signal), (130, None));
    let text = String::from_utf8(pty.bytes_since(0)).unwrap();
    assert!(!text.contains("why not green"), "an answer that nobody waited for: {text}");
}

/// A stack that is well in everything but one route, with an engine and a site that the test plays.
#[cfg(feature = "docker")]
mod recovers {
    use crate::support::stack::Stack;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    /// Answers one question with what is said of its path: a status and a body.
    fn answer(mut stream: impl Read + Write, of: impl Fn(&str) -> (u16, String)) {
        let mut head = Vec::new();
        let mut lines = BufReader::new(&mut stream);
        while lines.read_until(b'\n', &mut head).is_ok_and(|read| read > 2) {}
        let head = String::from_utf8_lossy(&head).into_owned();
        let (status, body) = of(head.split(' ').nth(1).unwrap_or_default());
        let _ = write!(
            stream,
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }

    /// An engine that knows one container, `web`.
    fn engine(stack: &Stack) -> String {
        let socket = stack.home().join("engine.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let inspected = serde_json::json!({
            "Id": "0123456789abcdef", "Name": "/web", "RestartCount": 0,
            "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:00Z"},
            "Config": {"Env": ["APP_NAME=small"]},
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, |path| {
                    let is_known = path.ends_with("/containers/web/json");
                    if is_known { (200, inspected.to_string()) } else { (404, "{}".to_owned()) }
                });
            }
        });
        format!("unix://{}", socket.to_str().unwrap())
    }

    /// A site whose health route works from the second question on.
    fn site() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = AtomicUsize::new(0);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, |path| match path {
                    "/health" if asked.fetch_add(1, Ordering::Relaxed) > 0 => (200, "well".to_owned()),
                    "/health" => (503, "not yet".to_owned()),
                    _ => (404, "no such page".to_owned()),
                });
            }
        });
        address
    }

    #[test]
    fn it_asks_again_until_the_recovery_is_verified() {
        let stack = Stack::new();
        let config = format!(
            "[stack]\nname = \"small\"\n\n\
             [env]\nfile = \".env\"\ntemplate = \".env.template\"\ncompose = \"docker-compose.yml\"\nservice = \"web\"\n\
             container = \"web\"\n\n\
             [[secret]]\nid = \"small/app\"\nsource = \"file\"\npath = \"secret.json\"\nkeys = {{ name = \"APP_NAME\" }}\n\n\
             [[probe]]\nid = \"route\"\nkind = \"http\"\nurl = \"{}/health\"\nevery = \"5s\"\n\n\
             [[probe]]\nid = \"web\"\nkind = \"container\"\nname = \"web\"\n\n\
             [[probe]]\nid = \"env-file\"\nkind = \"env-file\"\ntemplate = \".env.template\"\n\n\
             [[probe]]\nid = \"login\"\nkind = \"command\"\nargv = [\"echo\", \"OK - a login works\"]\n",
            site()
        );
        stack.write("readback.toml", config);
        stack.write(".env", "APP_NAME=small\n");
        stack.write(".env.template", "# Application (REQUIRED)\nAPP_NAME=\n");
        stack.write("docker-compose.yml", "services:\n  web:\n    image: small:1\n    env_file:\n      - .env\n");
        stack.write("secret.json", "{\"name\": \"small\"}");
        let output = stack.run(&["check", "--wait", "1m"], &[("DOCKER_HOST", &engine(&stack))]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.starts_with("OK small: VERIFIED RECOVERY\n"), "{text}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "no terminal, no progress");
    }
}
