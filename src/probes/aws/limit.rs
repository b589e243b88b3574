//! The most that is read of an answer. The SDK reads whatever comes into memory.

use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_secretsmanager::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_secretsmanager::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_secretsmanager::error::BoxError;
use http_body_util::Limited;

/// The most that is read of an answer, in bytes. A page of a thousand keys of 1 KiB has less than 2 MiB.
const LIMIT: usize = 8 * 1024 * 1024;

/// Ends an answer at its limit, which then makes no sense.
#[derive(Debug)]
pub(super) struct Limit;

impl Intercept for Limit {
    fn name(&self) -> &'static str {
        "limit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, LIMIT));
        Ok(())
    }
}
