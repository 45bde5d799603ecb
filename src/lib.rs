//! `cited` turns Markdown summaries with citations in their front matter into a static site whose every claim can
//! be checked.
//!
//! The flow, one direction, values between stages:
//!
//! ```text
//! load -> resolve -> check -> render -> OutputTree -> write | serve | deploy
//! ```
//!
//! [`pipeline`] is the only place that knows the order. Modules below stand in flow order.

#![forbid(unsafe_code)]

pub mod address;
pub mod author;
pub mod date;
pub mod diag;
pub mod headers;
pub mod html;
pub mod pieces;
pub mod text;
pub mod yaml;

pub mod archive;
pub mod config;
pub mod figures;
pub mod picture;

pub mod check;
pub mod load;
pub mod output;

pub mod render;
pub mod resolve;

pub mod bundle;
pub mod compare;
pub mod deploy;
pub mod pipeline;
pub mod reuse;
pub mod serve;
pub mod watch;
pub mod write;

pub mod cli;
pub mod cmd;
