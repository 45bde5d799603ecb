//! The way into a store.
//!
//! In: its address, and credentials from the environment or from files of the service's own tools: `AWS_…` and
//! `~/.aws/credentials`, `GOOGLE_…` and what `gcloud` keeps, `AZURE_…` and the `az` program. Out: the store, below its
//! prefix. Must never take a credential from the site, or print one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};

use crate::deploy::DeployError;

/// For one request: a film on a slow line takes its time.
const LONGEST_REQUEST: &str = "10 minutes";

/// Open the store at `s3://`, `gs://` or `az://`.
pub fn open(url: &str, endpoint: Option<&str>, region: Option<&str>, retries: usize) -> Result<Arc<dyn ObjectStore>, DeployError> {
    // An error says that a provider was chosen already: one is enough.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let backoff = BackoffConfig { init_backoff: Duration::from_millis(200), max_backoff: Duration::from_secs(15), base: 2.0 };
    let retry = RetryConfig { backoff, max_retries: retries, retry_timeout: Duration::from_secs(180) };
    let (bucket, prefix) = bucket_and_prefix(url);
    let plain_http = endpoint.is_some_and(|e| e.starts_with("http://"));
    let refused = |e: object_store::Error| {
        DeployError::new(format!("cannot use {url}: {e}"), "see docs/deploying.md for what the environment must hold")
    };
    let within = Path::parse(prefix).map_err(|e| DeployError::new(format!("cannot use {url}: {e}"), "write another prefix"))?;
    if url.starts_with("s3://") {
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
        builder = builder.with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), LONGEST_REQUEST);
        if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
            for (key, value) in of_aws_file().unwrap_or_default() {
                builder = builder.with_config(key, value);
            }
        }
        if let Some(region) = region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(plain_http);
        }
        return Ok(below(builder.build().map_err(refused)?, within));
    }
    if url.starts_with("gs://") {
        let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket).with_retry(retry);
        builder = builder.with_config(GoogleConfigKey::Client(ClientConfigKey::Timeout), LONGEST_REQUEST);
        return Ok(below(builder.build().map_err(refused)?, within));
    }
    let mut builder = MicrosoftAzureBuilder::from_env().with_container_name(bucket).with_retry(retry);
    builder = builder.with_config(AzureConfigKey::Client(ClientConfigKey::Timeout), LONGEST_REQUEST);
    if !std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("AZURE_") && name != "AZURE_STORAGE_ACCOUNT_NAME") {
        builder = builder.with_config(AzureConfigKey::UseAzureCli, "true");
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint.to_owned()).with_allow_http(plain_http);
    }
    Ok(below(builder.build().map_err(refused)?, within))
}

/// `s3://bucket/a/b/` → (`bucket`, `a/b`).
fn bucket_and_prefix(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    (bucket, prefix.trim_matches('/'))
}

fn below(store: impl ObjectStore, prefix: Path) -> Arc<dyn ObjectStore> {
    if prefix.as_ref().is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) }
}

/// The profile `AWS_PROFILE`, or `default`, of the file that `aws configure` writes.
fn of_aws_file() -> Option<Vec<(AmazonS3ConfigKey, String)>> {
    let path = match std::env::var_os("AWS_SHARED_CREDENTIALS_FILE") {
        Some(path) => PathBuf::from(path),
        None => std::env::home_dir()?.join(".aws/credentials"),
    };
    let profile = std::env::var("AWS_PROFILE").unwrap_or_else(|_| "default".to_owned());
    Some(of_profile(&std::fs::read_to_string(path).ok()?, &profile))
}

fn of_profile(text: &str, profile: &str) -> Vec<(AmazonS3ConfigKey, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            inside = name.trim() == profile;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside && !line.starts_with(['#', ';'])) else { continue };
        let key = match key.trim() {
            "aws_access_key_id" => AmazonS3ConfigKey::AccessKeyId,
            "aws_secret_access_key" => AmazonS3ConfigKey::SecretAccessKey,
            "aws_session_token" => AmazonS3ConfigKey::Token,
            _ => continue,
        };
        found.push((key, value.trim().to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_aws_is_read_by_profile() {
        let text =
            "[default]\naws_access_key_id = A\n# aws_secret_access_key = no\naws_secret_access_key=S=\n\n[other]\naws_access_key_id=B\n";
        let read = |profile| of_profile(text, profile).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(read("default"), ["A", "S="]);
        assert_eq!(read("other"), ["B"]);
        assert!(read("third").is_empty());
    }

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(bucket_and_prefix("s3://b"), ("b", ""));
        assert_eq!(bucket_and_prefix("s3://b/"), ("b", ""));
        assert_eq!(bucket_and_prefix("az://c/a/b/"), ("c", "a/b"));
    }
}
