//! From an error of the SDK to what it means: by code, then by status, then by what stands underneath. The texts
//! are not kept; one sentence of AWS tells a clock from a signature.

use super::Trouble;
use crate::guard::line;
use crate::probes::net;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;
use std::io::ErrorKind;

impl Trouble {
    /// What a failed question means.
    pub(in crate::probes) fn of<E: ProvideErrorMetadata + Error + 'static>(failure: &SdkError<E>) -> Self {
        let status = failure.raw_response().map(|answer| answer.status().as_u16());
        if let Some(trouble) = failure.code().and_then(|code| by_code(code, failure.message(), failure.raw_response()))
        {
            return trouble;
        }
        match (failure, status) {
            (SdkError::ConstructionFailure(_), _) => Self::NotAsked,
            (SdkError::ResponseError(_), _) if was_cut(failure) => Self::Dropped,
            (_, Some(200..300)) => Self::NotAws(status),
            (_, Some(status)) => by_status(status, failure.raw_response()),
            (SdkError::TimeoutError(_), None) => Self::TimedOut,
            (_, None) => transport(failure),
        }
    }
}

fn by_code(code: &str, message: Option<&str>, answer: Option<&HttpResponse>) -> Option<Trouble> {
    Some(match code {
        "ResourceNotFoundException" | "NoSuchBucket" => Trouble::Absent,
        "InvalidRequestException" => Trouble::BeingDeleted,
        "DecryptionFailure" => Trouble::Kms,
        code if code.starts_with("KMS") => Trouble::Kms,
        "ExpiredTokenException" | "ExpiredToken" | "TokenRefreshRequired" => Trouble::Expired,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Trouble::Clock,
        // Secrets Manager has no code for a clock that is off.
        "InvalidSignatureException" if message.is_some_and(|text| text.contains("Signature expired")) => Trouble::Clock,
        "InvalidSignatureException" if message.is_some_and(|text| text.contains("not yet current")) => Trouble::Clock,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => Trouble::Credentials,
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "SlowDown" | "RequestLimitExceeded" => {
            Trouble::Throttled
        }
        "PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed" => {
            Trouble::Region(answer.and_then(region_of))
        }
        "AccessDeniedException" | "AccessDenied" | "AllAccessDisabled" => Trouble::Denied,
        _ => return None,
    })
}

fn by_status(status: u16, answer: Option<&HttpResponse>) -> Trouble {
    let region = answer.and_then(region_of);
    match status {
        301 | 302 | 307 | 308 => Trouble::Region(region),
        // HeadBucket has no body, and no code: signed for another region.
        400 if region.is_some() => Trouble::Region(region),
        401 | 403 => Trouble::Denied,
        500.. => Trouble::ServerError(status),
        _ => Trouble::NotAws(Some(status)),
    }
}

/// The region that S3 names for a bucket, also in a refusal.
fn region_of(answer: &HttpResponse) -> Option<String> {
    answer.headers().get("x-amz-bucket-region").map(|region| line(region).chars().take(40).collect())
}

/// Whether the answer ended before its end.
fn was_cut(failure: &(dyn Error + 'static)) -> bool {
    let is_io = matches!(
        net::io_kind(failure),
        Some(
            ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::UnexpectedEof
                | ErrorKind::BrokenPipe
        )
    );
    is_io || says(failure, "connection closed") || says(failure, "end of file before message length")
}

fn says(failure: &(dyn Error + 'static), words: &str) -> bool {
    net::causes(failure).any(|cause| cause.to_string().contains(words))
}

/// No answer came.
fn transport<E: Error + 'static>(failure: &SdkError<E>) -> Trouble {
    if let Some(fault) = net::TlsFault::find(failure) {
        return Trouble::Tls(fault);
    }
    let SdkError::DispatchFailure(dispatch) = failure else { return Trouble::NotAws(None) };
    if dispatch.is_timeout() {
        return if says(failure, "connect") { Trouble::NoConnection } else { Trouble::TimedOut };
    }
    if was_cut(failure) {
        return Trouble::Dropped;
    }
    if says(failure, "parsed") {
        return Trouble::NotAws(None);
    }
    Trouble::NoConnection
}
