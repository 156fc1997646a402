//! Stands for the project's own code while its dependencies are built.

#![allow(unused_crate_dependencies)]
#![cfg_attr(target_os = "none", no_std)]
