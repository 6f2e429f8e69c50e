//! Embeds rule pages and model files into the binary, and refuses to build with a model file that breaks its schema.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/models/schema.rs"]
#[expect(dead_code, unreachable_pub, unused_imports, reason = "only the shape is needed here: reading checks it")]
mod schema;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/models");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    embed(&mut code, "PAGES", &root.join("rules"), "md")?;
    embed(&mut code, "MODEL_FILES", &root.join("rules/models"), "toml")?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

fn embed(code: &mut String, name: &str, folder: &Path, extension: &str) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|known| known == extension));
    paths.sort();
    writeln!(code, "/// The `.{extension}` files: stem and text.\npub(crate) static {name}: &[(&str, &str)] = &[")?;
    for path in &paths {
        if extension == "toml" {
            let text = fs::read_to_string(path)?;
            let read: Result<schema::ModelFile, _> = toml::from_str(&text);
            read.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(code, "    ({stem:?}, include_str!({:?})),", path.display().to_string())?;
    }
    writeln!(code, "];")?;
    Ok(())
}
