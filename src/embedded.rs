//! Rule pages and model files, embedded by the build script. Text only.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
