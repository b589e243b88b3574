//! The credentials, the region and the client that AWS is asked with.

use super::limit::Limit;
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::ProbeError;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The longest that a connection may take.
const CONNECT: Duration = Duration::from_secs(3);

/// Where AWS is and who asks it; what is `None` is left to the environment, as the AWS tools do.
#[derive(Clone, Copy, Debug)]
pub(in crate::probes) struct Access<'a> {
    /// The region, unless the profile or the environment names one.
    pub(in crate::probes) region: Option<&'a str>,
    /// The profile. One that is named is the one that is used, whatever keys the environment holds.
    pub(in crate::probes) profile: Option<&'a str>,
    /// Another endpoint.
    pub(in crate::probes) endpoint: Option<&'a str>,
}

impl Access<'_> {
    /// A client for Secrets Manager.
    pub(in crate::probes) async fn secrets(
        &self,
        deadline: Instant,
    ) -> Result<aws_sdk_secretsmanager::Client, ProbeError> {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.config(deadline).await?);
        Ok(aws_sdk_secretsmanager::Client::from_conf(config.interceptor(Limit).build()))
    }

    /// A client for S3; `force_path_style` puts the bucket into the path rather than into the host name.
    pub(in crate::probes) async fn s3(
        &self,
        force_path_style: bool,
        deadline: Instant,
    ) -> Result<aws_sdk_s3::Client, ProbeError> {
        let config = aws_sdk_s3::config::Builder::from(&self.config(deadline).await?);
        Ok(aws_sdk_s3::Client::from_conf(config.force_path_style(force_path_style).interceptor(Limit).build()))
    }

    /// What a client is made of. The credentials are there before the first question, so that a host without any is
    /// not taken for a service that does not answer.
    async fn config(&self, deadline: Instant) -> Result<SdkConfig, ProbeError> {
        let open = async {
            let config = self.load(deadline).await;
            if config.region().is_none() {
                return Err(ProbeError::new(Unknown::NotConfigured, "no AWS region is configured")
                    .id("region")
                    .hint("set region, or AWS_REGION, or a profile with a region"));
            }
            let provider = config.credentials_provider().ok_or_else(|| self.no_credentials())?;
            let credentials = provider.provide_credentials().await.map_err(|_| self.no_credentials())?;
            Ok(config.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build())
        };
        timeout_at(deadline, open).await.unwrap_or_else(|_| {
            let message = "what hands out AWS credentials on this host does not answer";
            Err(ProbeError::new(Unknown::TimedOut, message).id("no_credentials").hint("aws sts get-caller-identity"))
        })
    }

    /// One attempt: what was slow or failed once is to be seen.
    async fn load(&self, deadline: Instant) -> SdkConfig {
        let ring = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let left = deadline.saturating_duration_since(Instant::now());
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT.min(left / 2)).build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(ring.clone())
            .retry_config(RetryConfig::disabled())
            // The deadline does that.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(timeouts);
        if let Some(region) = self.region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Some(profile) = self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint) = self.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        let Some(profile) = self.profile else { return config };
        // The SDK's own chain would take the environment's keys first.
        let here = ProviderConfig::without_region().with_region(config.region().cloned()).with_http_client(ring);
        let provider = ProfileFileCredentialsProvider::builder().configure(&here).profile_name(profile).build();
        config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
    }

    fn no_credentials(&self) -> ProbeError {
        let (message, hint) = match self.profile {
            None => ("no AWS credentials on this host".to_owned(), "aws sts get-caller-identity".to_owned()),
            Some(profile) => {
                let profile = line(profile);
                let message = format!("the profile {profile} has no AWS credentials on this host");
                (message, format!("aws sts get-caller-identity --profile {profile}"))
            }
        };
        ProbeError::new(Unknown::NotConfigured, message).id("no_credentials").hint(hint)
    }
}
