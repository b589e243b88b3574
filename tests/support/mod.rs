//! What several tests need.
#![allow(dead_code, reason = "each test crate uses a part of it")]

pub mod alertmanager;
#[cfg(feature = "aws")]
pub mod aws;
pub mod bench;
pub mod check_report;
pub mod endless;
pub mod engine;
pub mod env_stack;
pub mod fault;
pub mod faultproxy;
pub mod frame;
pub mod ingest;
pub mod local;
pub mod matrix;
pub mod overheard;
pub mod pg;
pub mod pgserver;
pub mod probe;
pub mod proxy;
pub mod pty;
pub mod rig;
pub mod scene;
pub mod schema;
pub mod screen;
pub mod seen;
pub mod selfsigned;
pub mod service;
pub mod stack;
pub mod web;
pub mod xml;
