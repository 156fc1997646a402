//! Stands for the project's own code while its dependencies are built.

#![allow(unused_crate_dependencies)]
#![cfg_attr(target_os = "none", no_std)]

#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
