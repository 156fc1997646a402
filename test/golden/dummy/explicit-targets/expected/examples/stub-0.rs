//! Stands for the project's own code while its dependencies are built.

#![allow(unused_crate_dependencies)]
#![cfg_attr(any(target_os = "none", target_os = "uefi"), no_std)]

#[cfg(any(target_os = "none", target_os = "uefi"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
