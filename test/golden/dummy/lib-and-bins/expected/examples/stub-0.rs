//! Stands for the project's own code while its dependencies are built.

#![allow(unused_crate_dependencies)]
#![cfg_attr(any(target_os = "none", target_os = "uefi"), no_std, no_main)]

#[cfg(any(target_os = "none", target_os = "uefi"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[cfg(target_os = "uefi")]
macro_rules! entry {
    () => {
        #[unsafe(export_name = "efi_main")]
        fn main() {}
    };
}
#[cfg(target_os = "uefi")]
entry!();

#[cfg(not(any(target_os = "none", target_os = "uefi")))]
fn main() {}
