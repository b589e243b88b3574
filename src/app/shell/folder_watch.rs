//! Tells at once when a file is written or replaced, without polling: the kernel watches the folder, because a file
//! that is replaced is another file. Where the kernel can't, who asks has a cadence of their own.

use std::path::Path;

/// A watch over one file, by its folder.
#[derive(Debug)]
pub struct FolderWatch(Option<imp::Watch>);

impl FolderWatch {
    /// Over a file, and over the one behind it where it is a link.
    pub fn over(file: &Path) -> Self {
        let watch = imp::Watch::over(file);
        if let Err(error) = &watch {
            tracing::warn!(%error, "the folder of .env can't be watched; it is looked at every half minute");
        }
        Self(watch.ok())
    }

    /// Returns when the file may have changed; never where nothing watches. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        if let Some(watch) = &mut self.0
            && watch.changed().await.is_ok()
        {
            return;
        }
        self.0 = None;
        std::future::pending::<()>().await;
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
    use rustix::io::Errno;
    use std::ffi::OsString;
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// Bytes for events; each takes at most 272.
    const BUFFER: usize = 4096;

    #[derive(Debug)]
    pub(super) struct Watch {
        fd: AsyncFd<OwnedFd>,
        names: Vec<OsString>,
    }

    impl Watch {
        pub(super) fn over(file: &Path) -> io::Result<Self> {
            let fd = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
            // When it was written, not while it is: what was made is closed, too, and its mode holds no key.
            let events = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::MOVED_FROM | WatchFlags::DELETE;
            let mut names = Vec::new();
            for path in [Some(file.to_owned()), file.canonicalize().ok()].into_iter().flatten() {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                add_watch(&fd, folder, events)?;
                names.extend(path.file_name().map(OsString::from));
            }
            #[allow(
                deprecated,
                reason = "its successor is unsafe; an OwnedFd is its own, and stays open as long as this"
            )]
            let fd = AsyncFd::with_interest(fd, Interest::READABLE)?;
            Ok(Self { fd, names })
        }

        /// Returns when an event of the file has come.
        pub(super) async fn changed(&mut self) -> io::Result<()> {
            loop {
                let mut ready = self.fd.readable().await?;
                let mut buffer = [MaybeUninit::uninit(); BUFFER];
                let mut reader = Reader::new(ready.get_inner(), &mut buffer);
                let mut hit = false;
                let ended = loop {
                    match reader.next() {
                        Ok(event) => {
                            let named = event.file_name().map(std::ffi::CStr::to_bytes);
                            // Without a name the queue has overflowed, or the folder itself is gone.
                            hit |= named.is_none_or(|name| self.names.iter().any(|own| own.as_bytes() == name));
                        }
                        Err(error) => break error,
                    }
                };
                match ended {
                    Errno::AGAIN => ready.clear_ready(),
                    Errno::INTR => {}
                    error => return Err(error.into()),
                }
                if hit {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::path::Path;

    #[derive(Debug)]
    pub(super) struct Watch;

    impl Watch {
        pub(super) fn over(_file: &Path) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) async fn changed(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::time::Duration;

    /// Far longer than the kernel takes.
    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_file_that_is_written_replaced_or_reached_through_a_link_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        std::fs::create_dir(&real).unwrap();
        std::fs::write(real.join("prod.env"), "A=1\n").unwrap();
        let link = folder.path().join(".env");
        std::os::unix::fs::symlink(real.join("prod.env"), &link).unwrap();
        let mut watch = FolderWatch::over(&link);
        std::fs::write(&link, "A=2\n").unwrap();
        tokio::time::timeout(SOON, watch.changed()).await.unwrap();
        std::fs::write(folder.path().join("new"), "A=3\n").unwrap();
        std::fs::rename(folder.path().join("new"), &link).unwrap();
        tokio::time::timeout(SOON, watch.changed()).await.unwrap();
    }

    #[tokio::test]
    async fn another_file_of_the_folder_wakes_nobody() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "A=1\n").unwrap();
        let mut watch = FolderWatch::over(&folder.path().join(".env"));
        std::fs::write(folder.path().join("other"), "A=2\n").unwrap();
        // The event of the other file is in the queue already, so a first poll would see it.
        let changed = std::pin::pin!(watch.changed());
        assert!(tokio::time::timeout(Duration::from_millis(50), changed).await.is_err());
    }
}
