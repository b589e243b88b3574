//! `HeadBucket`, the listing page by page, and a bucket that can't exist; one deadline around all.

use super::{Bucket, End, Listing, Object, S3, Seen};
use crate::probes::aws::{Access, Trouble};
use crate::probes::{Control, ProbeError, net};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::Object as Entry;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

/// The most that S3 puts on a page.
const PAGE: u64 = 1000;

pub(super) async fn look(options: &S3, deadline: Instant) -> Result<Seen, ProbeError> {
    let access = Access {
        region: options.region.as_deref(),
        profile: options.profile.as_deref(),
        endpoint: options.endpoint.as_deref(),
    };
    let client = access.s3(options.force_path_style, deadline).await?;
    let s3 = Asked { client, options, deadline };
    Ok(s3.ask().await.unwrap_or_else(Seen::Failed))
}

struct Asked<'a> {
    client: Client,
    options: &'a S3,
    deadline: Instant,
}

impl Asked<'_> {
    async fn ask(&self) -> Result<Seen, Trouble> {
        let start = Instant::now();
        let head = self.head(&self.options.bucket).await;
        let head_ms = net::millis_since(start);
        let region = match head {
            Ok(region) => region,
            // A head has no words, and whoever answers 404 to everything is not S3: a listing gives the reason.
            Err(wordless @ (Trouble::Absent | Trouble::Denied | Trouble::NotAws(Some(400..500)))) => {
                return Err(self.page(None, 1).await.err().unwrap_or(match wordless {
                    Trouble::Absent => Trouble::NotAws(Some(404)),
                    other => other,
                }));
            }
            Err(trouble) => return Err(trouble),
        };
        let (listing, control) = tokio::join!(self.list(), self.control());
        let listing = listing?;
        // What is not all of it says nothing of how many there are.
        let peak = match listing.end {
            End::Broken(_) => self.options.peak.raise(0),
            End::Complete | End::Bounded => self.options.peak.raise(listing.objects),
        };
        Ok(Seen::Answered(Bucket { region, control, head_ms, listing, peak }))
    }

    /// The region of a bucket, which only S3 names.
    async fn head(&self, bucket: &str) -> Result<String, Trouble> {
        let ask = self.client.head_bucket().bucket(bucket).send();
        match timeout_at(self.deadline, ask).await.map_err(|_| Trouble::TimedOut)? {
            Ok(answer) => match answer.bucket_region() {
                Some(region) if !region.is_empty() => Ok(net::short(region, 40)),
                // A proxy's page with status 200 is a success to the SDK.
                _ => Err(Trouble::NotAws(Some(200))),
            },
            Err(failure) if failure.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => {
                Err(Trouble::Absent)
            }
            Err(failure) => Err(Trouble::of(&failure)),
        }
    }

    async fn control(&self) -> Control {
        let absent = format!("readback-must-not-exist-{}", Uuid::now_v7().simple());
        match self.head(&absent).await {
            Err(Trouble::Absent | Trouble::Denied) => Control::Refused,
            Ok(_) | Err(Trouble::NotAws(Some(200))) => Control::Passed,
            Err(_) => Control::Unclear,
        }
    }

    /// Counts. A first page that fails is no listing at all; but one that was cut, or makes no sense, is a broken one.
    async fn list(&self) -> Result<Listing, Trouble> {
        let mut listing = Listing { objects: 0, end: End::Complete, newest: None };
        let (mut token, mut seen) = (None, 0);
        loop {
            let left = self.options.max_objects.max(1) - seen;
            let page = match self.page(token.as_deref(), left.min(PAGE)).await {
                Ok(page) => page,
                Err(trouble) if token.is_none() && !breaks(&trouble) => return Err(trouble),
                Err(trouble) => return Ok(Listing { end: End::Broken(trouble), ..listing }),
            };
            seen += page.contents().len() as u64;
            page.contents().iter().for_each(|entry| listing.take(entry));
            if page.is_truncated() != Some(true) {
                return Ok(listing);
            }
            if seen >= self.options.max_objects.max(1) {
                return Ok(Listing { end: End::Bounded, ..listing });
            }
            let next = page.next_continuation_token().map(str::to_owned);
            if next.is_none() || next == token || page.contents().is_empty() {
                return Ok(Listing { end: End::Broken(Trouble::NotAws(Some(200))), ..listing });
            }
            token = next;
        }
    }

    /// One page that names the bucket and counts what it holds: an empty answer with status 200 would read as a page
    /// without objects.
    async fn page(&self, token: Option<&str>, most: u64) -> Result<ListObjectsV2Output, Trouble> {
        let S3 { bucket, prefix, .. } = self.options;
        let ask = self.client.list_objects_v2().bucket(bucket).max_keys(most.min(PAGE) as i32);
        let ask = ask.set_prefix(Some(prefix.clone()).filter(|prefix| !prefix.is_empty()));
        let ask = ask.set_continuation_token(token.map(str::to_owned)).send();
        let answer = timeout_at(self.deadline, ask).await.map_err(|_| Trouble::TimedOut)?;
        let page = answer.map_err(|failure| Trouble::of(&failure))?;
        let counted = page.key_count().and_then(|count| usize::try_from(count).ok());
        let is_whole = page.name() == Some(bucket) && counted == Some(page.contents().len());
        if is_whole { Ok(page) } else { Err(Trouble::NotAws(Some(200))) }
    }
}

/// Whether a listing of which nothing came is one that broke rather than one that was refused.
fn breaks(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Dropped | Trouble::NotAws(_))
}

impl Listing {
    fn take(&mut self, entry: &Entry) {
        let bytes = entry.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        if bytes == 0 && entry.key().is_none_or(|key| key.ends_with('/')) {
            return;
        }
        self.objects += 1;
        let at = entry.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok());
        let Some(at) = at else { return };
        if self.newest.is_none_or(|newest| newest.at < at) {
            self.newest = Some(Object { at, bytes });
        }
    }
}
