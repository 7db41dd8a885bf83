//! The ledger: the same tests on a file and on a PostgreSQL server. The server is the one whose URL `LAUD_POSTGRES` holds;
//! `.ci/postgres start FOLDER` starts one and prints it. Every test makes a schema of its own there and takes it away again.

mod damaged;
#[cfg(unix)]
mod handing;
pub mod home;
#[cfg(unix)]
mod killed;
mod model;
mod past;
mod project;
mod rule;
mod simulated;
pub mod store;
mod together;
mod wrong;
